import * as fs from 'node:fs'
import * as path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { erasePersonalData } from '../../src/flows/erase-personal-data.js'
import { makeEvidence } from '../../src/flows/make-evidence.js'
import { openKeyring } from '../../src/signing/keyring.js'
import { signMail } from '../../src/signing/sign-mail.js'
import { openTestStore, type TestStore, temporaryFolder } from '../helpers/database.js'
import {
  addTestConnection,
  createTestGateway,
  failure,
  ROBOT,
  replyMail,
  success,
  type TestGateway,
} from '../helpers/gateway.js'
import { needs } from '../helpers/needs.js'
import { type Unpacked, unpack } from '../helpers/offline.js'

const SMIME_KEYS = path.join(import.meta.dirname, '../fixtures/smime/keys')
const DAY = 24 * 60 * 60_000

/** An octet in the middle of a file is another one. */
const changed = (content: Buffer): Buffer => {
  const copy = Buffer.from(content)
  const at = Math.floor(copy.length / 2)
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}

let store: TestStore
let folder: string
let gateway: TestGateway
beforeAll(async () => {
  store = await openTestStore()
})
afterAll(() => store.close())
const start = async (): Promise<void> => {
  await store.empty()
  folder = temporaryFolder()
  gateway = await createTestGateway(store, folder)
}
const bundle = async (asked: Parameters<typeof makeEvidence>[1]): Promise<Unpacked> =>
  unpack((await makeEvidence(gateway.deps, asked, 'user:anna')).zip)
const requestOf = async (id: string) => {
  const [request] = await store.requests.findByOrder(id)
  if (request === undefined) throw new Error('the order has no request')
  return request
}

/** A name that was registered after a stranger's mail, a deferral and a duplicate, among others of other customers. */
const registered = async (answer: (reference: string) => Promise<Buffer | string>): Promise<string> => {
  await gateway.place({
    domain: 'before.de',
    account: { id: 'cust-9', type: 'customer', email: 'secret@other.example' },
  })
  await gateway.run()
  const order = await gateway.place({ domain: 'bücher.de' })
  gateway.answerWith({ outcome: 'temporary', answer: '451 4.7.1 come back\r\n\u001b[31m later' })
  await gateway.run()
  gateway.pass(DAY / 24)
  await gateway.run()
  await gateway.place({
    domain: 'between.de',
    account: { id: 'cust-9', type: 'customer', email: 'secret@other.example' },
  })
  await gateway.run()
  const { reference } = await requestOf(order.id)
  const reply = await answer(reference)
  await gateway.receive(replyMail(`RESULT: success\nCTID: ${reference}\nForged: yes`))
  await gateway.receive(reply)
  await gateway.receive(reply)
  await gateway.place({ domain: 'after.de' })
  await gateway.run()
  return order.id
}

const tamper = (unpacked: Unpacked, file: string, content?: Buffer): string[] => {
  const before = unpacked.files.get(file)
  if (before === undefined) throw new Error(`there is no ${file} in the bundle`)
  unpacked.restore({ file, content: content ?? changed(before) })
  const { failed } = unpacked.verify()
  unpacked.restore()
  return failed
}

const withTools = await needs('gpg', 'openssl')
withTools('with OpenPGP', () => {
  let unpacked: Unpacked
  let order: string
  beforeAll(async () => {
    await start()
    await addTestConnection(gateway)
    order = await registered(async (reference) => gateway.reply(success(reference)))
    unpacked = await bundle({ domain: 'bücher.de' })
  })
  afterAll(() => {
    unpacked.remove()
    fs.rmSync(folder, { recursive: true, force: true })
  })
  const names = () => [...unpacked.files.keys()]

  test('every command of VERIFY.txt holds, in an empty folder and with no key known', () => {
    const { failed, output } = unpacked.verify()
    expect(failed, output).toEqual([])
    expect(output).toContain('Signature Verified Successfully')
    expect(output.match(/VALIDSIG/g)).toHaveLength(2)
  })

  test('the mails are those that went over the network, octet by octet', async () => {
    const sent = gateway.sent.filter(({ raw }) => raw.includes('xn--bcher-kva.de'))
    expect(sent).toHaveLength(2)
    expect(sent.map(({ raw }) => raw.equals(unpacked.files.get('mails/1-out.eml') ?? Buffer.alloc(0)))).toEqual([
      true,
      true,
    ])
    expect(names().filter((name) => name.endsWith('.eml'))).toHaveLength(2)
  })

  test('it tells what happened in plain words, and obeys no word of a stranger', () => {
    const index = unpacked.files.get('INDEX.txt')?.toString() ?? ''
    expect(index).toContain('EVIDENCE ABOUT THE DOMAIN bücher.de')
    expect(index).toContain('Result       done')
    expect(index).toContain('the registry reports success')
    expect(index).toContain('trusted: ')
    const transcript = unpacked.files.get('mails/1-out.txt')?.toString() ?? ''
    expect(transcript).toMatch(/^Answered .* 451 4\.7\.1 come back/m)
    expect(transcript).toMatch(/^Answered .* 250 2\.0\.0 queued$/m)
    for (const [name, content] of unpacked.files)
      if (name.endsWith('.txt') && !name.startsWith('log/')) expect(content.includes(27), name).toBe(false)
  })

  test('no private key is in it, and nothing of other customers', () => {
    for (const [name, content] of unpacked.files) {
      expect(content.toString('latin1'), name).not.toMatch(/PRIVATE/)
      expect(content.toString('latin1'), name).not.toMatch(/secret@other|before\.de|between\.de|after\.de/)
    }
    expect(names()).toContain('keys/ours-DE5E4A3D860BAB5CEF3E441C2561D0E2B4C04085.asc')
    expect(names()).toContain('keys/registry-4D222C4D7A39AEA3463CAF4B2EF0D1FB207BF081.asc')
  })

  test('every file that is changed by an octet is found', () => {
    const entries = names().filter((name) => name.startsWith('log/'))
    // Each entry of the log is found as any other is: the first and the last stand for all.
    const between = new Set(entries.slice(1, -1))
    for (const name of names()) if (!between.has(name)) expect(tamper(unpacked, name).length, name).toBeGreaterThan(0)
  })

  test('a changed mail, text or entry is found by what it is itself, whoever makes the sums anew', () => {
    expect(tamper(unpacked, 'mails/1-out.eml')).toEqual(expect.arrayContaining(['4', '5']))
    expect(tamper(unpacked, 'mails/1-out.asc')).toContain('5')
    const entry = names().find((name) => name.startsWith('log/')) ?? ''
    expect(tamper(unpacked, entry)).toContain('3')
    const chain = unpacked.files.get('chain.txt')?.toString() ?? ''
    expect(tamper(unpacked, 'chain.txt', Buffer.from(chain.replace(/\nother .*/, '')))).toContain('3')
    expect(tamper(unpacked, 'checkpoint.txt')).toContain('2')
  })

  test('the same log is the same bundle, and what was asked about it is recorded elsewhere', async () => {
    const [last] = (await store.actions.list({}, { limit: 1, cursor: null })).items
    expect(last).toMatchObject({ event: 'evidence.made', actor: 'user:anna', domain: null })
    const of = async (now: () => Date) => {
      const frozen = {
        ...gateway.deps,
        clock: { now },
        store: { ...store, actions: { ...store.actions, append: async () => {} } },
      }
      return (await makeEvidence(frozen, { domain: 'xn--bcher-kva.de' }, 'cli')).sha256
    }
    expect(await of(() => new Date(0))).toBe(await of(() => new Date('2030-01-01T00:00:00Z')))
  })

  test('an order alone, a mail whose octets are gone, and a log that is broken', async () => {
    const alone = await bundle({ order })
    expect(alone.verify().failed).toEqual([])
    alone.remove()
    gateway.deps.retention = DAY
    gateway.pass(10 * DAY)
    await gateway.run()
    fs.rmSync(path.join(folder, 'archive'), { recursive: true, force: true })
    const gone = await bundle({ domain: 'bücher.de' })
    expect(gone.files.has('mails/1-out.eml')).toBe(false)
    expect(gone.files.get('INDEX.txt')?.toString()).toContain('bring it back there')
    expect(gone.verify().failed).toEqual([])
    gone.remove()
    await expect(bundle({ domain: 'nobody.de' })).rejects.toMatchObject({ code: 'not-found' })
    await expect(bundle({ order: 'x' })).rejects.toMatchObject({ code: 'not-found' })
    const trigger = (word: string) => store.pool.query(`ALTER TABLE actions ${word} TRIGGER actions_append_only`)
    await trigger('DISABLE')
    await store.pool.query(`UPDATE actions SET text = 'x' WHERE id = (SELECT max(id) - 1 FROM actions)`)
    await trigger('ENABLE')
    await expect(bundle({ domain: 'bücher.de' })).rejects.toMatchObject({ code: 'conflict' })
  })
})

withTools('of an order whose personal data was erased', () => {
  let unpacked: Unpacked
  let order: string
  beforeAll(async () => {
    await start()
    await addTestConnection(gateway)
    order = await registered(async (reference) => gateway.reply(failure(reference)))
    await erasePersonalData(gateway.deps, { target: { order }, dryRun: false, actor: 'cli' })
    unpacked = await bundle({ order })
  })
  afterAll(() => {
    unpacked.remove()
    fs.rmSync(folder, { recursive: true, force: true })
  })

  test('every command of VERIFY.txt still holds', () => {
    const { failed, output } = unpacked.verify()
    expect(failed, output).toEqual([])
    expect(output).toContain('Signature Verified Successfully')
  })

  test('it tells that the octets were erased, by which digest they are known, and the entry that says so', () => {
    expect([...unpacked.files.keys()].filter((name) => name.endsWith('.eml'))).toEqual([])
    const transcript = unpacked.files.get('mails/1-out.txt')?.toString() ?? ''
    expect(transcript).toMatch(/^SHA-256 +[0-9a-f]{64}$/m)
    expect(transcript).toMatch(/^Not here +.*erased as personal data at 2026-07-01T/m)
    const log = [...unpacked.files].flatMap(([name, content]) => (name.startsWith('log/') ? [content.toString()] : []))
    expect(log.filter((entry) => entry.includes('"event":"data.erased"'))).toHaveLength(1)
  })

  test('nothing of the customer is in it', () => {
    for (const [name, content] of unpacked.files) expect(content.toString('latin1'), name).not.toMatch(/owner@|MUSTER/)
  })
})

withTools('with S/MIME', () => {
  const keyAndCertificate = (name: string) =>
    ['key', 'crt'].map((part) => fs.readFileSync(path.join(SMIME_KEYS, `${name}.${part}.pem`), 'utf8')).join('')

  describe.each([
    ['the registry’s own certificate', 'rsa2048', 'rsa2048'],
    ['an authority that issued it', 'issued-good', 'ca'],
  ])('pinned by %s', (_, signer, pinned) => {
    let unpacked: Unpacked
    beforeAll(async () => {
      await start()
      const put = (name: string, text: string) =>
        fs.writeFileSync(path.join(gateway.keysDir, name), text, { mode: 0o600 })
      put('own.pem', keyAndCertificate('p256'))
      put('registry.pem', fs.readFileSync(path.join(SMIME_KEYS, `${pinned}.crt.pem`), 'utf8'))
      const theirs = temporaryFolder()
      fs.writeFileSync(path.join(theirs, 'theirs.pem'), keyAndCertificate(signer), { mode: 0o600 })
      await addTestConnection(gateway, {
        signing: { scheme: 'smime', key: 'own.pem' },
        trust: { keys: ['registry.pem'], schemes: ['smime'] },
      })
      await registered(async (reference) => {
        const key = await openKeyring(theirs).signingKey('theirs.pem', null, gateway.now())
        const fields = {
          from: ROBOT,
          to: 'denic-main@in.hoster.example',
          replyTo: null,
          subject: 'Re',
          messageId: '<r@x.example>',
        }
        return signMail({ ...fields, scheme: 'smime', key, at: gateway.now(), body: success(reference).join('\n') })
      })
      fs.rmSync(theirs, { recursive: true })
      unpacked = await bundle({ domain: 'bücher.de' })
    })
    afterAll(() => {
      unpacked.remove()
      fs.rmSync(folder, { recursive: true, force: true })
    })

    test('every command of VERIFY.txt holds', () => {
      const { failed, output } = unpacked.verify()
      expect(failed, output).toEqual([])
      expect(output.match(/CMS Verification successful/g)).toHaveLength(2)
    })

    test('a changed mail, part, signature or entry is found', () => {
      const mail = unpacked.files.get('mails/1-out.eml') ?? Buffer.alloc(0)
      const other = Buffer.from(mail.toString('latin1').replace('CREATE\r\n', 'DELETE\r\n'), 'latin1')
      expect(tamper(unpacked, 'mails/1-out.eml', other)).toEqual(['1', '4', '5'])
      expect(tamper(unpacked, 'mails/1-out.signed')).toContain('5')
      expect(tamper(unpacked, 'mails/1-out.p7s')).toContain('5')
      const entry = [...unpacked.files.keys()].find((name) => name.startsWith('log/')) ?? ''
      expect(tamper(unpacked, entry)).toContain('3')
    })
  })
})

describe('a refusal', () => {
  test('is evidence too', async () => {
    await start()
    await addTestConnection(gateway)
    const order = await gateway.place({ domain: 'no.de' })
    await gateway.run()
    await gateway.receive(await gateway.reply(failure((await requestOf(order.id)).reference)))
    const unpacked = await bundle({ order: order.id })
    expect(unpacked.files.get('INDEX.txt')?.toString()).toMatch(/Result {7}refused: .*63300062009/)
    unpacked.remove()
    fs.rmSync(folder, { recursive: true, force: true })
  })
})
