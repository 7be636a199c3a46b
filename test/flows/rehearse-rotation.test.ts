import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { REHEARSAL_STEP_NAMES, type Rehearsal, type RehearsalStepName } from '../../src/core/rehearsal.js'
import { addConnection } from '../../src/flows/manage-connections.js'
import { rehearseRegistryKey } from '../../src/flows/rehearse-registry-key.js'
import { rehearseRotation } from '../../src/flows/rehearse-rotation.js'
import { openTestStore, type TestStore, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, copyKey, createTestGateway, START, type TestGateway } from '../helpers/gateway.js'
import { newKey, putKey, putSmimeKey } from '../helpers/keys.js'
import { certified } from '../signing/certified-keys.js'

const HOUR = 3_600_000

let store: TestStore
let folder: string
let gateway: TestGateway
beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(async () => {
  folder = temporaryFolder()
  await store.empty()
  gateway = await createTestGateway(store, folder)
  copyKey(gateway.keysDir, 'rsa3072.sec.asc', 'next.asc', true)
  copyKey(gateway.keysDir, 'rsa4096.pub.asc', 'registry-next.asc', false)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
afterAll(() => store.close())

const later = (hours: number): string => new Date(START.getTime() + hours * HOUR).toISOString()
const rehearse = async (connection: Record<string, unknown> = {}): Promise<Rehearsal> =>
  rehearseRotation(gateway.deps, { id: (await addTestConnection(gateway, connection)).id, actor: 'user:ann' })
const failedOf = ({ steps }: Rehearsal): RehearsalStepName[] => steps.flatMap(({ step, ok }) => (ok ? [] : [step]))
const detailOf = ({ steps }: Rehearsal, name: RehearsalStepName): string =>
  steps.find(({ step }) => step === name)?.detail ?? ''
const timesOf = ({ steps }: Rehearsal) => Object.fromEntries(steps.map(({ step, at }) => [step, at.toISOString()]))
const logged = async () => (await store.actions.list({}, { limit: 200, cursor: null })).items

const putCertificates = (): void => {
  putSmimeKey(gateway.keysDir, 'rsa.pem', 'rsa2048.key.pem', 'rsa2048.crt.pem')
  putSmimeKey(gateway.keysDir, 'p256.pem', 'p256.key.pem', 'p256.crt.pem')
  writeFileSync(path.join(gateway.keysDir, 'registry.pem'), certified('rsa3072.crt.pem'))
}
const SMIME = { signing: { scheme: 'smime', key: 'rsa.pem' }, trust: { keys: ['registry.pem'], schemes: ['smime'] } }

describe('a change of keys, rehearsed', () => {
  test.each([
    ['openpgp-clear', {}],
    ['openpgp-mime', { signing: { scheme: 'openpgp-mime', key: 'gateway.asc' } }],
    ['smime, RSA', SMIME],
    ['smime, P-256', { ...SMIME, signing: { scheme: 'smime', key: 'p256.pem' } }],
  ])('%s: every step goes as it has to, with a key that is made for it alone', async (_, connection) => {
    putCertificates()
    const rehearsal = await rehearse(connection)
    expect(rehearsal.steps.filter(({ ok }) => !ok)).toEqual([])
    expect(rehearsal.steps.map(({ step }) => step)).toEqual(REHEARSAL_STEP_NAMES)
    expect(rehearsal).toMatchObject({ ok: true, next: null })
    expect(detailOf(rehearsal, 'new-after')).toContain('a key made for this rehearsal')
  })

  test('touches nothing: no mail, no file, no change; the log alone says who, and what came of it', async () => {
    const connection = await addTestConnection(gateway)
    const [before, files] = [await logged(), readdirSync(gateway.keysDir)]
    await rehearseRotation(gateway.deps, { id: connection.id, actor: 'user:ann' })
    await gateway.run()
    expect([gateway.sent, readdirSync(gateway.keysDir)]).toEqual([[], files])
    expect((await store.mails.list({}, { limit: 10, cursor: null })).items).toEqual([])
    expect(await store.connections.get(connection.id)).toEqual(connection)
    const [entry, ...others] = await logged()
    expect(others).toEqual(before)
    expect(entry).toMatchObject({
      ...{ event: 'rotation.rehearsed', actor: 'user:ann', level: 'info' },
      text: 'a change of the keys of the connection "DENIC main account" was rehearsed: each of its 11 steps went as it has to',
      data: { connection: connection.id, ok: true, key: 'gateway.asc', next: null },
    })
    expect(JSON.stringify(entry)).not.toContain('PRIVATE KEY')
  })

  test("plays the connection's own next keys, at the times that they have", async () => {
    const keys = [
      { file: 'gateway.asc', notAfter: later(100) },
      { file: 'next.asc', notBefore: later(50) },
    ]
    const pins = [
      { file: 'registry.asc', notAfter: later(30) },
      { file: 'registry-next.asc', notBefore: later(20) },
    ]
    const rehearsal = await rehearse({ signing: { scheme: 'openpgp-clear', keys }, trust: { keys: pins } })
    expect(failedOf(rehearsal)).toEqual([])
    expect(rehearsal).toMatchObject({ key: 'gateway.asc', next: 'next.asc' })
    expect(timesOf(rehearsal)).toMatchObject({
      ...{ 'old-signs': later(0), 'new-from-change': later(50), 'reply-both': later(20) },
      'reply-old-after': new Date(START.getTime() + 30 * HOUR + 1_000).toISOString(),
    })
    expect(detailOf(rehearsal, 'reply-old-after')).toContain(`registry.asc was pinned only until ${later(30)}`)
    expect(detailOf(rehearsal, 'reply-new-early')).toContain(`registry-next.asc is pinned only from ${later(20)}`)
  })
})

describe('what would go wrong is found', () => {
  const signing = (...keys: object[]) => ({ signing: { scheme: 'openpgp-clear', keys } })

  test('a time in which no key of ours signs', async () => {
    const rehearsal = await rehearse(
      signing({ file: 'gateway.asc', notAfter: later(40) }, { file: 'next.asc', notBefore: later(50) }),
    )
    expect(failedOf(rehearsal)).toEqual(['old-until-change'])
    expect(detailOf(rehearsal, 'old-until-change')).toContain('none of the keys of connection')
    expect((await logged())[0]).toMatchObject({
      level: 'warning',
      text: expect.stringMatching(/it failed \(1 of 11 steps\).*none of the keys/),
    })
  })

  test('a next key that has ended before its time comes', async () => {
    putKey(gateway.keysDir, 'short.asc', await newKey({ at: START, seconds: 40 * 3_600 }), 'private')
    const rehearsal = await rehearse(signing({ file: 'gateway.asc' }, { file: 'short.asc', notBefore: later(20) }))
    expect(failedOf(rehearsal)).toEqual(['new-after'])
    expect(detailOf(rehearsal, 'new-after')).toMatch(/short\.asc .*expired/)
  })

  test('a next key whose file is gone', async () => {
    const { id } = await addTestConnection(
      gateway,
      signing({ file: 'gateway.asc' }, { file: 'next.asc', notBefore: later(20) }),
    )
    rmSync(path.join(gateway.keysDir, 'next.asc'))
    const rehearsal = await rehearseRotation(gateway.deps, { id, actor: 'cli' })
    expect(failedOf(rehearsal)).toEqual(['old-until-change', 'new-from-change', 'new-after', 'old-after'])
    expect(detailOf(rehearsal, 'new-from-change')).toContain('next.asc')
  })

  test('a next key that is the old one by another name', async () => {
    copyKey(gateway.keysDir, 'ed25519.sec.asc', 'copy.asc', true)
    const rehearsal = await rehearse(signing({ file: 'gateway.asc' }, { file: 'copy.asc', notBefore: later(20) }))
    expect(failedOf(rehearsal)).toEqual(['old-after'])
    expect(detailOf(rehearsal, 'old-after')).toContain('is it the same key?')
  })

  test('no key of ours that signs now, and none of the registry that is believed', async () => {
    const { id } = await addTestConnection(gateway, {
      ...signing({ file: 'gateway.asc', notAfter: later(1) }),
      trust: { keys: [{ file: 'registry.asc', notAfter: later(1) }] },
    })
    gateway.pass(2 * HOUR)
    const rehearsal = await rehearseRotation(gateway.deps, { id, actor: 'cli' })
    expect(rehearsal.steps.map(({ step, ok }) => [step, ok])).toEqual([
      ['old-signs', false],
      ['reply-old', false],
    ])
    expect(rehearsal).toMatchObject({ ok: false, key: null })
  })

  test("a time in which the registry's old key is not believed any more, and its new one not yet", async () => {
    const keys = [
      { file: 'registry.asc', notAfter: later(10) },
      { file: 'registry-next.asc', notBefore: later(20) },
    ]
    const rehearsal = await rehearse({ trust: { keys } })
    expect(failedOf(rehearsal)).toEqual(['reply-both', 'reply-new-after'])
    expect(detailOf(rehearsal, 'reply-both')).toContain('registry.asc was pinned only until')
  })

  test('a registry that takes whatever comes, or nothing', async () => {
    const { rehearsals } = gateway.deps
    gateway.deps.rehearsals = { ...rehearsals, takesMail: async () => ({ ok: true }) }
    expect(failedOf(await rehearse())).toEqual(['old-after'])
    gateway.deps.rehearsals = { ...rehearsals, takesMail: async () => ({ ok: false, reason: 'it does not want to' }) }
    const [connection] = await store.connections.list()
    const rehearsal = await rehearseRotation(gateway.deps, { id: connection?.id ?? '', actor: 'cli' })
    expect(failedOf(rehearsal)).toEqual(['old-signs', 'old-until-change', 'new-from-change', 'new-after'])
    expect(detailOf(rehearsal, 'old-signs')).toContain('refused: it does not want to')
  })

  test('a gateway that believes whatever comes, or nothing', async () => {
    const { reader } = gateway.deps
    const verdict = { kind: 'trusted' as const, reason: '', fingerprint: 'AA', signedAt: START }
    const content = { sha256: '', fingerprint: 'AA', signedAt: START }
    gateway.deps.reader = {
      ...reader,
      read: async () => ({ stage: 'trusted', verdict, content, weak: [], replies: [], byRule: null }),
    }
    expect(failedOf(await rehearse())).toEqual(['reply-new-early', 'reply-old-after', 'reply-unknown'])
  })
})

test('of a registry that never signs only our own key is played', async () => {
  const connection = await addTestConnection(gateway)
  const unsigned = { ...connection, trust: { ...connection.trust, keys: [], allowUnsigned: true } }
  expect(await rehearseRegistryKey(gateway.deps, unsigned)).toEqual([])
})

test('a connection that is not there, or mails nothing, is refused', async () => {
  const refused = (id: string, code: string) =>
    expect(rehearseRotation(gateway.deps, { id, actor: 'cli' })).rejects.toMatchObject({ code })
  await refused('none', 'not-found')
  const byHand = { title: 'By hand', profile: 'manual', tlds: ['com'], mode: 'live' }
  await refused((await addConnection(gateway.deps, byHand, 'cli')).id, 'unsupported')
})
