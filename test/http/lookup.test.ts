import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createNameLookup } from '../../src/lookup/name-lookup.js'
import { call, type Harness, openHarness, orderBody } from './harness.js'

let harness: Harness
let scripts: string
let asked: string
beforeAll(async () => {
  harness = await openHarness()
  scripts = harness.scriptsDir
  mkdirSync(scripts, { recursive: true })
  asked = path.join(scripts, 'asked')
})
beforeEach(() => writeFileSync(asked, ''))
afterAll(() => harness.close())

/** A script that notes what it is asked, and says what is in its file `says`. */
const says = (body: string): void => {
  const file = path.join(scripts, 'check.sh')
  writeFileSync(file, `#!/bin/sh\necho "$1" >> ${asked}\n${body}\n`)
  chmodSync(file, 0o755)
}
const askedOf = (): string[] => readFileSync(asked, 'utf8').split('\n').filter(Boolean)

const patch = (change: Record<string, unknown>) =>
  call(harness.app, 'PATCH', `/v1/connections/${harness.connection.id}`, { body: change })
const order = (body: unknown, key?: string) =>
  call(harness.app, 'POST', '/v1/orders', {
    body,
    ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
  })

describe('a connection with a lookup script', () => {
  beforeAll(async () => {
    says('echo 0')
    expect((await patch({ lookup: '/check.sh' })).status).toBe(200)
  })

  test('F39: it runs before a register order is taken, with the A-label, and its verdict is logged', async () => {
    says('echo 0')
    const answer = await order(orderBody({ domain: 'bücher-look.de' }))
    expect(answer.status).toBe(202)
    expect(askedOf()).toEqual(['xn--bcher-look-9db.de'])
    const { json } = await call(harness.app, 'GET', '/v1/actions?domain=xn--bcher-look-9db.de')
    const [placed, looked] = json['items'] as Record<string, unknown>[]
    expect(placed).toMatchObject({ event: 'order.placed' })
    expect(looked).toMatchObject({
      event: 'lookup.done',
      level: 'info',
      text: expect.stringContaining('the lookup script /check.sh says that xn--bcher-look-9db.de is available'),
      data: { script: '/check.sh', verdict: 'available', tookMs: expect.any(Number) },
    })
  })

  test('F40: a name that is taken is 409 and leaves nothing but a line in the log', async () => {
    says('echo 1')
    const answer = await order(orderBody({ domain: 'taken.de' }))
    expect(answer.status).toBe(409)
    expect(answer.json).toMatchObject({
      detail: expect.stringContaining('domain already in use'),
      errors: [{ pointer: '/domain', detail: 'domain already in use' }],
    })
    expect((await call(harness.app, 'GET', '/v1/domains/taken.de')).status).toBe(404)
    const { json } = await call(harness.app, 'GET', '/v1/actions?domain=taken.de')
    expect(json['items']).toMatchObject([{ event: 'lookup.done', data: { verdict: 'taken' } }])
  })

  test.each(['echo 2', 'exit 1', 'echo 0; exit 7', 'kill -9 $$'])(
    'F40: %s is "lookup failed", never available, and may be tried again',
    async (body) => {
      says(body)
      const lost = orderBody()
      const answer = await order(lost, `key-${String(lost['domain'])}`)
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
      expect(answer.json).toMatchObject({
        type: 'urn:sealpost:problem:lookup-failed',
        detail: expect.stringMatching(/^lookup failed: .* place it again later$/),
      })
      const { json } = await call(harness.app, 'GET', `/v1/actions?domain=${String(lost['domain'])}`)
      expect(json['items']).toMatchObject([{ event: 'lookup.done', level: 'warning', data: { verdict: 'failed' } }])
      says('echo 0')
      expect((await order(lost, `key-${String(lost['domain'])}`)).status).toBe(202)
    },
  )

  test('F40: one that does not end is "lookup failed" too', async () => {
    says('echo 0; /bin/sleep 60')
    const patient = harness.deps.lookup
    harness.deps.lookup = createNameLookup({ root: scripts, timeLimitMs: 300 })
    try {
      expect((await order(orderBody())).status).toBe(503)
    } finally {
      harness.deps.lookup = patient
    }
  })

  test('a known order does not run it again, by key or by billing id', async () => {
    says('echo 0')
    const body = orderBody()
    const first = await order(body, 'key-once')
    says('echo 1')
    for (const key of ['key-once', 'key-other']) {
      const again = await order(body, key)
      expect([again.status, again.json['id']]).toEqual([202, first.json['id']])
    }
    expect(askedOf()).toHaveLength(1)
  })

  test.each([
    ['a transfer', { action: 'transfer', authInfo: 'Ab3-xY7_kQ' }, 202],
    ['an order that is wrong anyway', { contacts: {} }, 422],
    ['a sub-domain', { domain: 'a.b.de' }, 422],
  ])('it is not asked for %s', async (_, change, status) => {
    says('echo 1')
    expect((await order(orderBody(change))).status).toBe(status)
    expect(askedOf()).toEqual([])
  })

  test('it is not asked where another order is open on the name', async () => {
    says('echo 0')
    const body = orderBody()
    await order(body)
    expect((await order({ ...body, billingOrderId: 'rival' })).status).toBe(409)
    expect(askedOf()).toHaveLength(1)
  })

  test('it runs with nothing held: another order on the same name is answered meanwhile', async () => {
    const go = path.join(scripts, 'go')
    says(`while [ ! -e ${go} ]; do /bin/sleep 0.05; done; echo 0`)
    const body = orderBody()
    const slow = order(body)
    while (askedOf().length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    const other = { ...body, action: 'transfer', authInfo: 'Ab3-xY7_kQ', billingOrderId: 'faster' }
    expect((await order(other)).status).toBe(202)
    appendFileSync(go, '')
    expect((await slow).status).toBe(409)
    expect(existsSync(go)).toBe(true)
  })

  test('copies of one order at once are one order', async () => {
    says('echo 0')
    const body = orderBody()
    const answers = await Promise.all(Array.from({ length: 10 }, () => order(body, 'key-many')))
    expect(new Set(answers.map(({ json }) => json['id'])).size).toBe(1)
  })
})

describe('F41: the script of a connection', () => {
  test.each([
    ['check.sh', /must begin with a slash/],
    ['/../check.sh', /leads out/],
    ['/none.sh', /is no file in SEALPOST_SCRIPTS/],
    ['/asked', /may execute/],
    ['/a\nb', /line breaks/],
    ['', /must begin with a slash/],
  ])('%j is refused', async (lookup, detail) => {
    const answer = await patch({ lookup })
    expect(answer.status).toBe(422)
    expect(answer.json['errors']).toEqual([{ pointer: '/lookup', detail: expect.stringMatching(detail) }])
  })
})

describe('a lookup order', () => {
  const lookup = (change: Record<string, unknown> = {}) =>
    orderBody({ action: 'lookup', nameservers: [], contacts: {}, period: null, ...change })
  beforeAll(async () => {
    says('echo 0')
    expect((await patch({ lookup: '/check.sh' })).status).toBe(200)
  })

  test.each([
    ['echo 0', 'available'],
    ['echo 1', 'taken'],
  ])(
    'F20: is done at once with the answer of the script (%s), unpaid, and nothing is sent',
    async (script, verdict) => {
      says(script)
      const { status, json } = await order(lookup({ domain: `${verdict}-name.de` }))
      expect([status, json['status'], json['result'], json['paid'], json['chargedAt']]).toEqual([
        ...[202, 'done', { verdict }, false, null],
      ])
      expect(await call(harness.app, 'GET', `/v1/orders/${json['id']}`)).toMatchObject({ json: { status: 'done' } })
      expect((await call(harness.app, 'GET', `/v1/domains/${verdict}-name.de`)).status).toBe(404)
      expect((await call(harness.app, 'GET', `/v1/pending`)).text).not.toContain(`${verdict}-name.de`)
      const paid = await call(harness.app, 'POST', `/v1/orders/${json['id']}/payment`)
      expect(paid.json).toMatchObject({ status: 'done', chargedAt: null })
      const events = (await call(harness.app, 'GET', `/v1/actions?order=${json['id']}`)).json['items'] as {
        event: string
      }[]
      expect(events.map(({ event }) => event)).not.toContain('order.queued')
      expect(askedOf()).toEqual([`${verdict}-name.de`])
    },
  )

  test('F20: the same again is the first answer, and the script is not asked twice', async () => {
    says('echo 0')
    const body = lookup({ domain: 'again-name.de' })
    const first = await order(body, 'lookup-again')
    says('echo 1')
    expect((await order(body, 'lookup-again')).json).toEqual(first.json)
    expect((await order(body)).json).toMatchObject({ id: first.json['id'], result: { verdict: 'available' } })
    expect(askedOf()).toEqual(['again-name.de'])
  })

  test('F20: needs not wait for an open order on the name, and leaves it open', async () => {
    says('echo 0')
    const open = await order(orderBody({ domain: 'open-name.de' }))
    const { json } = await order(lookup({ domain: 'open-name.de' }))
    expect(json).toMatchObject({ status: 'done' })
    expect((await call(harness.app, 'GET', '/v1/domains/open-name.de')).json).toMatchObject({
      ...{ status: 'Pending', openOrder: open.json['id'] },
    })
  })

  test('F20: without a clear answer no order is taken', async () => {
    says('exit 3')
    const answer = await order(lookup({ domain: 'unclear-name.de' }))
    expect([answer.status, answer.json['detail']]).toEqual([503, expect.stringContaining('no order was taken')])
    expect((await call(harness.app, 'GET', '/v1/orders?domain=unclear-name.de')).json['items']).toEqual([])
  })

  test('F20: what it cannot say is refused by its pointer, and it has no mail to be previewed', async () => {
    says('echo 0')
    const contacts = { holder: { handle: 'DENIC-1234-MUSTER' } }
    const refused = await order(lookup({ domain: 'excess.de', contacts, authInfo: 'Ab3-xY7_kQ' }))
    expect([refused.status, refused.json['errors']]).toMatchObject([
      422,
      [{ pointer: '/contacts' }, { pointer: '/authInfo' }],
    ])
    const preview = await call(harness.app, 'POST', '/v1/preview', { body: lookup({ domain: 'preview.de' }) })
    expect([preview.status, preview.json['detail']]).toEqual([422, expect.stringContaining('sends no mail')])
    expect(askedOf()).toEqual([])
  })

  test('F20: a TLD says that it has it, and without a script why not; lookup-transfer is never there', async () => {
    const shown = async () => {
      const { actions } = (await call(harness.app, 'GET', '/v1/tlds/de')).json as { actions: Record<string, unknown>[] }
      return actions.filter(({ name }) => String(name).startsWith('lookup')).map(({ reason }) => reason)
    }
    expect(await shown()).toEqual([null, expect.stringContaining('AuthInfo')])
    await patch({ lookup: null })
    expect(await shown()).toEqual([
      expect.stringContaining('has no lookup script'),
      expect.stringContaining('AuthInfo'),
    ])
    const answer = await order(lookup({ domain: 'without.de' }))
    expect([answer.status, answer.json['detail']]).toEqual([422, expect.stringContaining('has no lookup script')])
    expect((await order(lookup({ action: 'lookup-transfer', domain: 'without.de' }))).status).toBe(422)
    await patch({ lookup: '/check.sh' })
  })
})
