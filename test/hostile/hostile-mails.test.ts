import { copyFileSync, rmSync } from 'node:fs'
import * as path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OrderView } from '../../src/core/views.js'
import { openTestStore, type TestStore, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, createTestGateway, failure, success, type TestGateway } from '../helpers/gateway.js'
import { render } from './crafted-mail.js'
import { FORMATS, signedMail } from './kit.js'
import { SMIME_TRICKS } from './smime-tricks.js'
import { TRICKS } from './tricks.js'

const CERTIFICATES = path.join(import.meta.dirname, '../fixtures/smime/keys')
const HOUR = 3_600_000

/** Every reply that an honest registry may give to a registration, by the reference of the request. */
const REPLIES: Record<string, (reference: string) => string[]> = {
  success,
  'success, not delegated yet': (reference) =>
    success(
      reference,
      'WARNING: 33300102900 The provided DNS data are not acceptable. Domain "Status" is "failed". [2026-08-01T13:06:05+01:00]',
    ),
  'success, with a name in UTF-8': (reference) =>
    success(reference, 'INFO: 16000063119 DNS data accepted [bücher-müller.de]'),
  failure,
}

const folder = temporaryFolder()
let store: TestStore
let gateway: TestGateway
let order: OrderView
beforeAll(async () => {
  store = await openTestStore()
  gateway = await createTestGateway(store, folder)
  for (const [from, to] of [
    ['rsa2048', 'registry'],
    ['ca', 'authority'],
  ])
    copyFileSync(`${CERTIFICATES}/${from}.crt.pem`, `${gateway.keysDir}/${to}.crt`)
  await addTestConnection(gateway, {
    trust: {
      keys: ['registry.asc', 'registry.crt', 'authority.crt'],
      schemes: ['openpgp-clear', 'openpgp-mime', 'smime'],
    },
  })
  order = await gateway.place()
  await gateway.run()
  gateway.pass(HOUR)
})
afterAll(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

const VARIANTS = [...TRICKS, ...SMIME_TRICKS].flatMap((trick) =>
  trick.formats.flatMap((format) => Object.keys(REPLIES).map((reply) => [trick.name, format, reply, trick] as const)),
)

/** Everything that a mail could change, of any order, as one text. */
const state = async (): Promise<string> => {
  const { rows } = await store.pool.query<{ state: string }>(`SELECT concat_ws(' ',
    (SELECT json_agg(d ORDER BY name) FROM domains d),
    (SELECT json_agg(o ORDER BY id) FROM orders o),
    (SELECT json_agg(r ORDER BY id) FROM requests r),
    (SELECT json_agg(e ORDER BY id) FROM events e WHERE type <> 'mail.unrecognised')) AS state`)
  return rows[0]?.state ?? ''
}

/** What the last mail left behind. */
let now: string
beforeAll(async () => {
  await gateway.run() // what is due by time changes rows, and has nothing to do with a mail
  now = await state()
})

describe('no hostile mail changes anything, none is dropped, each has its reason', () => {
  test('there are enough of them', () => {
    expect(VARIANTS.length).toBeGreaterThanOrEqual(500)
  })

  test.each(VARIANTS)('%s: %s, %s', async (_, format, reply, trick) => {
    gateway.pass(1_000) // the same content at the same time in another format would be a duplicate
    const text = REPLIES[reply]?.(order.request?.reference ?? '').join('\n') ?? ''
    const raw = await trick.craft({ format, text, at: gateway.now() })
    const mail = await gateway.receive(raw)
    const before = now
    now = await state()
    expect(now).toBe(before)
    const kept = await gateway.deps.store.mails.raw(mail.id)
    expect(kept?.equals(raw)).toBe(true) // octet by octet, `toEqual` takes longer than all the rest
    expect({ stage: mail.stage, reason: mail.reason }).toEqual({
      stage: trick.stage,
      reason: expect.stringMatching(trick.reason),
    })
  })
})

describe('a genuine mail in another form, sent ahead, does not use up what it says', () => {
  const twisted = TRICKS.filter(({ name }) => /^a signed part made a clear-signed text/.test(name))

  test.each(twisted)('$name', async ({ craft }) => {
    const { id, request } = await gateway.place({ domain: 'sent-ahead.de' })
    await gateway.run()
    gateway.pass(HOUR)
    const kit = {
      format: 'pgp-mime' as const,
      text: success(request?.reference ?? '').join('\n'),
      at: gateway.now(),
    }
    expect((await gateway.receive(await craft(kit))).stage).toBe('quarantined')
    expect((await gateway.receive(render(await signedMail(kit)))).stage).toBe('settled')
    expect((await gateway.order(id)).status).toBe('done')
  })

  test('it is tried', () => expect(twisted).toHaveLength(1))
})

describe('the gate is not shut for all: the same replies, honestly sent, settle their order', () => {
  const honest = FORMATS.flatMap((format) => Object.keys(REPLIES).map((reply) => ({ format, reply })))

  test.each(honest)('$format: $reply', async ({ format, reply }) => {
    const { id, request } = await gateway.place({ domain: `${format}-${reply.replace(/\W+/g, '-')}.de` })
    await gateway.run()
    gateway.pass(HOUR)
    const text = REPLIES[reply]?.(request?.reference ?? '').join('\n') ?? ''
    const mail = await gateway.receive(render(await signedMail({ format, text, at: gateway.now() })))
    expect([mail.stage, mail.verdict?.kind]).toEqual(['settled', 'trusted'])
    expect((await gateway.order(id)).status).toBe(reply === 'failure' ? 'refused' : 'done')
  })
})
