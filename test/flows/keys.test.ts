import { randomUUID } from 'node:crypto'
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { checkKeys } from '../../src/flows/check-keys.js'
import { readKeyEnds } from '../../src/flows/examine-keys.js'
import { readAttention } from '../../src/flows/read-attention.js'
import type { Store, Tables } from '../../src/ports.js'
import { oneDatabase, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, copyKey, createTestGateway, START, type TestGateway } from '../helpers/gateway.js'
import { extendKey, newKey, putKey, putSmimeKey } from '../helpers/keys.js'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const PASSPHRASE = 'test passphrase'

await oneDatabase((open) => {
  const folders: string[] = []
  let folder: string
  let store: Store
  let gateway: TestGateway

  beforeAll(async () => {
    store = (await open()).store
  })
  beforeEach(async () => {
    folder = temporaryFolder()
    folders.push(folder)
    await restart()
  })
  afterEach(async () => {
    for (const { id } of await store.connections.list()) await store.connections.remove(id, START)
  })
  afterAll(() => {
    for (const one of folders) rmSync(one, { recursive: true, force: true })
  })

  const restart = async () => {
    gateway = await createTestGateway(store, folder)
    gateway.deps.newId = randomUUID
  }
  const fileAt = (file: string) => path.join(gateway.keysDir, file)
  const put = async (file: string, days: number, part: 'private' | 'public' = 'private') => {
    const key = await newKey({ at: START, seconds: (days * DAY) / 1_000 })
    putKey(gateway.keysDir, file, key, part)
    return key
  }
  const pass = async (ms: number) => {
    gateway.pass(ms)
    await gateway.run()
  }
  const ownKeys = (...keys: object[]) => ({ signing: { scheme: 'openpgp-clear', keys } })
  /** Of the one connection that is here. */
  const log = async () => {
    const [connection] = await store.connections.list()
    return (await store.actions.read(null, 1_000)).filter(({ data }) => data['connection'] === connection?.id)
  }
  const events = async () => {
    const [connection] = await store.connections.list()
    return (await store.events.list({ type: 'key.expiring' })).filter(
      ({ data }) => data['connection'] === connection?.id,
    )
  }
  const keyLog = async () => (await log()).filter(({ event }) => event.startsWith('key.'))
  /** What was told about keys: on which day, and how urgently. */
  const told = async () =>
    (await keyLog()).map(({ at, level, event, data }) => [
      (at.getTime() - START.getTime()) / DAY,
      event,
      data['file'],
      data['alarm'],
      level,
    ])

  describe('a key that ends', () => {
    test('is told 60, 30, 7 and 1 days before, and at its end, once each, and not again in the month after', async () => {
      const key = await put('gateway.asc', 90)
      const { id } = await addTestConnection(gateway)
      await gateway.run()
      for (let day = 0; day < 120; day++) await pass(DAY)
      expect(await told()).toEqual([
        [30, 'key.expiring', 'gateway.asc', '60', 'warning'],
        [60, 'key.expiring', 'gateway.asc', '30', 'warning'],
        [83, 'key.expiring', 'gateway.asc', '7', 'error'],
        [89, 'key.expiring', 'gateway.asc', '1', 'error'],
        [90, 'key.expiring', 'gateway.asc', 'expired', 'error'],
      ])
      const fingerprint = key.getFingerprint().toUpperCase()
      const [first] = await keyLog()
      expect(first?.text).toContain(`the key gateway.asc (${fingerprint}) of the connection "DENIC main account"`)
      expect(first?.text).toContain('expires in 60 days')
      expect(await events()).toHaveLength(5)
      expect((await events())[0]).toMatchObject({
        at: new Date(START.getTime() + 30 * DAY),
        subject: 'gateway.asc',
        data: {
          ...{ connection: id, role: 'signing', file: 'gateway.asc', fingerprint, alarm: '60', level: 'warning' },
          ...{ days: 60, endsAt: new Date(START.getTime() + 90 * DAY).toISOString(), successor: null },
        },
      })
    })

    test('of the registry is told too', async () => {
      await put('registry.asc', 8, 'public')
      await addTestConnection(gateway)
      await gateway.run()
      await pass(DAY)
      expect(await told()).toEqual([
        [0, 'key.expiring', 'registry.asc', '30', 'warning'],
        [1, 'key.expiring', 'registry.asc', '7', 'error'],
      ])
    })

    test('is looked at within the hour, and when its connection is added', async () => {
      await put('gateway.asc', 60.01)
      await addTestConnection(gateway)
      await gateway.run()
      await pass(HOUR - 1)
      expect(await told()).toEqual([])
      await pass(1)
      expect(await told()).toHaveLength(1)
    })

    test('and nobody looked for long: the most urgent alarm alone', async () => {
      await put('gateway.asc', 90)
      await addTestConnection(gateway)
      await gateway.run()
      await pass(85 * DAY)
      await pass(DAY)
      expect(await told()).toEqual([[85, 'key.expiring', 'gateway.asc', '7', 'error']])
      expect(await events()).toHaveLength(1)
    })

    test('and a clock that was set back: what is less urgent than what was told is not told', async () => {
      await put('gateway.asc', 90)
      const { id } = await addTestConnection(gateway)
      await gateway.run()
      await pass(85 * DAY)
      gateway.pass(-10 * DAY)
      await store.connections.claimKeys(id, { now: new Date('2027-01-01'), next: gateway.now() })
      await gateway.run()
      expect((await told()).map(([, , , alarm]) => alarm)).toEqual(['7'])
    })

    test('and is extended: its new end is told anew', async () => {
      const key = await put('gateway.asc', 20)
      await addTestConnection(gateway)
      await gateway.run()
      const until = new Date(START.getTime() + 100 * DAY)
      putKey(gateway.keysDir, 'gateway.asc', await extendKey(key, { at: gateway.now(), until }), 'private')
      for (let day = 0; day < 45; day++) await pass(DAY)
      expect(await told()).toEqual([
        [0, 'key.expiring', 'gateway.asc', '30', 'warning'],
        [40, 'key.expiring', 'gateway.asc', '60', 'warning'],
      ])
    })

    test('and has a successor in place: only to be known, in words that say so', async () => {
      await put('gateway.asc', 50)
      await put('next.asc', 400)
      const notBefore = new Date(START.getTime() + 40 * DAY).toISOString()
      await addTestConnection(gateway, ownKeys({ file: 'gateway.asc' }, { file: 'next.asc', notBefore }))
      await gateway.run()
      expect(await told()).toEqual([[0, 'key.expiring', 'gateway.asc', '60', 'info']])
      expect((await keyLog())[0]?.text).toContain('next.asc takes over, and nothing is left to do')
    })

    test('of the registry is followed by one that begins in time, not by one that begins later', async () => {
      await put('registry.asc', 10, 'public')
      const begins = async (days: number) => {
        const key = await newKey({ at: new Date(START.getTime() + days * DAY), seconds: (400 * DAY) / 1_000 })
        putKey(gateway.keysDir, 'registry-2.asc', key, 'public')
      }
      await begins(11)
      await addTestConnection(gateway, { trust: { keys: ['registry.asc', 'registry-2.asc'] } })
      await gateway.run()
      await begins(9)
      await pass(HOUR)
      expect(await told()).toEqual([
        [0, 'key.expiring', 'registry.asc', '30', 'warning'],
        [1 / 24, 'key.expiring', 'registry.asc', '30', 'info'],
      ])
      expect((await keyLog())[0]?.text).toContain('registry-2.asc takes over at 2026-07-12T10:00:00.000Z only')
    })

    test('is tried as of when its turn begins', async () => {
      const made = new Date(START.getTime() + 10 * DAY)
      putKey(gateway.keysDir, 'next.asc', await newKey({ at: made, seconds: (400 * DAY) / 1_000 }), 'private')
      const notBefore = new Date(made.getTime() + DAY).toISOString()
      await addTestConnection(gateway, ownKeys({ file: 'gateway.asc' }, { file: 'next.asc', notBefore }))
      await gateway.run()
      expect(await told()).toEqual([])
    })

    test('and loses its successor: told again, more urgently', async () => {
      await put('gateway.asc', 50)
      await put('next.asc', 400)
      const notBefore = new Date(START.getTime() + 40 * DAY).toISOString()
      await addTestConnection(gateway, ownKeys({ file: 'gateway.asc' }, { file: 'next.asc', notBefore }))
      await gateway.run()
      rmSync(fileAt('next.asc'))
      await pass(HOUR)
      expect((await told()).slice(1)).toEqual([
        [1 / 24, 'key.expiring', 'gateway.asc', '60', 'warning'],
        [1 / 24, 'key.unusable', 'next.asc', 'unusable', 'error'],
      ])
    })

    test('by the window of its connection is told as one that expires, and not after another took over', async () => {
      const until = new Date(START.getTime() + 10 * DAY).toISOString()
      await addTestConnection(gateway, {
        trust: { keys: [{ file: 'registry.asc', notAfter: until }, 'registry-2.asc'] },
        ...(copyKey(gateway.keysDir, 'ed25519.pub.asc', 'registry-2.asc', false) ?? {}),
      })
      await gateway.run()
      for (let day = 0; day < 20; day++) await pass(DAY)
      expect(await told()).toEqual([
        [0, 'key.expiring', 'registry.asc', '30', 'info'],
        [3, 'key.expiring', 'registry.asc', '7', 'info'],
        [9, 'key.expiring', 'registry.asc', '1', 'info'],
        [10, 'key.expiring', 'registry.asc', 'expired', 'info'],
      ])
    })
  })

  describe('many processes and restarts', () => {
    test('ten that look at once: one alarm', async () => {
      await put('gateway.asc', 20)
      const { id } = await addTestConnection(gateway)
      await Promise.all(Array.from({ length: 10 }, () => checkKeys(gateway.deps, id)))
      expect(await told()).toHaveLength(1)
      expect(await events()).toHaveLength(1)
    })

    test('a process that starts anew tells nothing twice', async () => {
      await put('gateway.asc', 20)
      await addTestConnection(gateway)
      await gateway.run()
      const before = readFileSync(fileAt('gateway.asc'))
      await restart()
      writeFileSync(fileAt('gateway.asc'), before, { mode: 0o600 })
      await pass(2 * HOUR)
      expect(await told()).toHaveLength(1)
    })

    test('what cannot be written as a whole is told an hour later, as a whole', async () => {
      await put('gateway.asc', 20)
      await addTestConnection(gateway)
      const { transaction } = store
      const broken = (tables: Tables): Tables => ({
        ...tables,
        events: { ...tables.events, append: () => Promise.reject(new Error('the disk is full')) },
      })
      gateway.deps.store = { ...store, transaction: (work) => transaction((tables) => work(broken(tables))) }
      await expect(gateway.run()).rejects.toThrow('the disk is full')
      expect(await told()).toEqual([])
      gateway.deps.store = store
      await pass(HOUR)
      expect(await told()).toHaveLength(1)
      expect(await events()).toHaveLength(1)
    })

    test('a connection that was removed is looked at no more', async () => {
      await put('gateway.asc', 20)
      const { id } = await addTestConnection(gateway)
      await store.connections.remove(id, gateway.now())
      await gateway.run()
      expect(await store.keyAlarms.list(id)).toEqual([])
    })
  })

  describe('a key that cannot be used is told once, and again after it was mended', () => {
    const locked = () => {
      copyKey(gateway.keysDir, 'locked.sec.asc', 'gateway.asc', true)
      gateway.deps.env = { PASS: PASSPHRASE }
      return { signing: { scheme: 'openpgp-clear', key: 'gateway.asc', passphraseEnv: 'PASS' } }
    }
    const ours = () => copyKey(gateway.keysDir, 'ed25519.sec.asc', 'gateway.asc', true)
    const theirs = () => copyKey(gateway.keysDir, 'rsa2048.pub.asc', 'registry.asc', false)
    type Fault = {
      file: string
      words: RegExp
      before?: () => Record<string, unknown>
      spoil: () => void
      mend: () => void
    }
    const FAULTS: Record<string, Fault> = {
      'a file that is gone': {
        file: 'gateway.asc',
        words: /cannot sign with gateway\.asc: .*is not in the keys folder/,
        spoil: () => rmSync(fileAt('gateway.asc')),
        mend: ours,
      },
      'a file that others can read': {
        file: 'gateway.asc',
        words: /mode 0644/,
        spoil: () => chmodSync(fileAt('gateway.asc'), 0o644),
        mend: () => chmodSync(fileAt('gateway.asc'), 0o600),
      },
      'a file that is no key': {
        file: 'gateway.asc',
        words: /gateway\.asc is of no use/,
        spoil: () => writeFileSync(fileAt('gateway.asc'), 'nonsense'),
        mend: ours,
      },
      'a public key where we sign': {
        file: 'gateway.asc',
        words: /public key/,
        spoil: () => copyKey(gateway.keysDir, 'ed25519.pub.asc', 'gateway.asc', true),
        mend: ours,
      },
      'a passphrase that does not open it': {
        file: 'gateway.asc',
        words: /passphrase does not open/,
        before: locked,
        spoil: () => {
          gateway.deps.env = { PASS: 'wrong' }
        },
        mend: locked,
      },
      'a passphrase that is not set': {
        file: 'gateway.asc',
        words: /has a passphrase/,
        before: locked,
        spoil: () => {
          gateway.deps.env = {}
        },
        mend: locked,
      },
      "a registry's key that is gone": {
        file: 'registry.asc',
        words: /cannot check signatures with registry\.asc/,
        spoil: () => rmSync(fileAt('registry.asc')),
        mend: theirs,
      },
      "a registry's key that is revoked": {
        file: 'registry.asc',
        words: /revoked/,
        spoil: () => copyKey(gateway.keysDir, 'revoked-compromised.pub.asc', 'registry.asc', false),
        mend: theirs,
      },
      "a registry's key that is weak, without an override": {
        file: 'registry.asc',
        words: /registry\.asc holds a DSA key; .*trust\.weak/,
        spoil: () => copyKey(gateway.keysDir, 'dsa.pub.asc', 'registry.asc', false),
        mend: theirs,
      },
      "a registry's certificate where OpenPGP is spoken": {
        file: 'registry.asc',
        words: /not for any of trust\.schemes \(openpgp-clear\)/,
        spoil: () => putSmimeKey(gateway.keysDir, 'registry.asc', 'rsa2048.crt.pem'),
        mend: theirs,
      },
      'a certificate of ours where OpenPGP is spoken': {
        file: 'gateway.asc',
        words: /not for signing\.scheme openpgp-clear/,
        spoil: () => putSmimeKey(gateway.keysDir, 'gateway.asc', 'rsa2048.key.pem', 'rsa2048.crt.pem'),
        mend: ours,
      },
      "a private key as the registry's": {
        file: 'registry.asc',
        words: /private key/,
        spoil: () => copyKey(gateway.keysDir, 'rsa2048.sec.asc', 'registry.asc', true),
        mend: theirs,
      },
    }

    test.each(Object.entries(FAULTS))('%s', async (_, { file, words, before, spoil, mend }) => {
      await addTestConnection(gateway, before?.() ?? {})
      await gateway.run()
      expect(await keyLog()).toEqual([])
      spoil()
      for (let hour = 0; hour < 4; hour++) await pass(HOUR)
      const [alarm, ...more] = await keyLog()
      expect(more).toEqual([])
      expect(alarm).toMatchObject({ event: 'key.unusable', level: 'error', text: expect.stringMatching(words) })
      expect(alarm?.data).toMatchObject({ file })
      mend()
      for (let hour = 0; hour < 2; hour++) await pass(HOUR)
      expect((await keyLog()).slice(1)).toMatchObject([{ event: 'key.usable', level: 'info', data: { file } }])
      spoil()
      for (let hour = 0; hour < 2; hour++) await pass(HOUR)
      expect((await keyLog()).map(({ event }) => event)).toEqual(['key.unusable', 'key.usable', 'key.unusable'])
    })

    test('another fault of the same file is another alarm, and no word that the file is good', async () => {
      await addTestConnection(gateway)
      await gateway.run()
      rmSync(fileAt('gateway.asc'))
      await pass(HOUR)
      writeFileSync(fileAt('gateway.asc'), 'nonsense')
      await pass(HOUR)
      rmSync(fileAt('gateway.asc'))
      await pass(HOUR)
      expect((await keyLog()).map(({ event }) => event)).toEqual(['key.unusable', 'key.unusable', 'key.unusable'])
    })

    test('one that has expired meanwhile is told as that, and not as usable', async () => {
      const key = await put('gateway.asc', 1)
      await addTestConnection(gateway)
      await gateway.run()
      rmSync(fileAt('gateway.asc'))
      await pass(HOUR)
      putKey(gateway.keysDir, 'gateway.asc', key, 'private')
      await pass(2 * DAY)
      expect((await told()).map(([, event, , alarm]) => [event, alarm])).toEqual([
        ['key.expiring', '1'],
        ['key.unusable', 'unusable'],
        ['key.expiring', 'expired'],
      ])
    })

    test('none of it is told to billing systems', async () => {
      await addTestConnection(gateway)
      rmSync(fileAt('gateway.asc'))
      await gateway.run()
      expect(await keyLog()).toHaveLength(1)
      expect(await events()).toEqual([])
    })
  })

  describe('what needs attention now', () => {
    test('is empty where all is well', async () => {
      await addTestConnection(gateway)
      expect(await readAttention(gateway.deps)).toEqual([])
      expect(await readKeyEnds(gateway.deps)).toEqual([])
    })

    test('is weak trust, checks of senders, and keys, of every connection', async () => {
      await put('gateway.asc', 5)
      const { id } = await addTestConnection(gateway, {
        trust: { keys: ['registry.asc'], weak: ['sha1', 'rsa1024'], senderChecks: 'require' },
      })
      rmSync(fileAt('registry.asc'))
      expect(await readAttention(gateway.deps)).toEqual([
        {
          connection: id,
          about: 'trust',
          level: 'warning',
          text: expect.stringContaining('trust.weak: sha1, rsa1024'),
        },
        { connection: id, about: 'trust', level: 'info', text: expect.stringContaining('trust.senderChecks: require') },
        { connection: id, about: 'key', level: 'error', text: expect.stringContaining('expires in 5 days') },
        { connection: id, about: 'key', level: 'error', text: expect.stringContaining('registry.asc') },
      ])
      const end = new Date(START.getTime() + 5 * DAY)
      expect(await readKeyEnds(gateway.deps)).toEqual([{ connection: id, file: 'gateway.asc', end }])
    })

    test('weak trust is written to the log when its connection is added', async () => {
      const { id } = await addTestConnection(gateway, { trust: { keys: ['registry.asc'], weak: ['dsa'] } })
      const entries = (await log()).filter(({ event }) => event === 'connection.weak-trust')
      expect(entries).toMatchObject([{ level: 'warning', actor: 'cli', data: { connection: id, weak: ['dsa'] } }])
      expect(entries[0]?.text).toContain('"DENIC main account" believes weak signatures (trust.weak: dsa)')
    })

    test('and nothing where there is none', async () => {
      await addTestConnection(gateway)
      expect((await log()).map(({ event }) => event)).toEqual(['connection.added'])
    })
  })
})
