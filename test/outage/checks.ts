import { expect } from 'vitest'
import { verifyLog } from '../../src/flows/verify-log.js'
import { openStore } from '../../src/store/open.js'
import { eventually, run, type Serving, TOKEN } from '../e2e/program.js'
import { order } from '../e2e/stage.js'
import { silentLog } from '../helpers/database.js'
import { REPLY_TO } from '../helpers/gateway.js'
import { connectClient, type LineClient } from '../smtp/line-client.js'
import { isProblem, type Load } from './load.js'
import type { Stage } from './stage.js'

const parts = ({ smtp, http, worker }: Stage): Serving[] => [smtp, http, worker]

type Readiness = { detail?: string; parts: Record<string, { ready: boolean }> }

const readiness = async (part: Serving) => {
  const answer = await part.call('GET', '/readyz')
  const body = (await answer.json()) as Readiness
  return { status: answer.status, database: body.parts['database']?.ready, detail: body.detail ?? '' }
}

/** A client whose recipient was taken while the database was there: it has to hear of the outage at the end of its mail. */
export const clientInTheMiddle = async ({ smtp }: Stage): Promise<LineClient> => {
  const client = await connectClient(smtp.smtpPort)
  expect(await client.envelope({ to: [REPLY_TO] })).toMatch(/^250/)
  expect(await client.say('DATA')).toMatch(/^354/)
  return client
}

/** Every process lives, none is ready, and each says which part is not. */
const expectUnready = async (stage: Stage): Promise<void> => {
  for (const part of parts(stage)) {
    expect((await part.call('GET', '/livez')).status).toBe(200)
    expect(await readiness(part)).toMatchObject({
      ...{ status: 503, database: false },
      detail: expect.stringContaining('database'),
    })
    expect(part.child.exitCode).toBeNull()
  }
}

const NO_ID = '01890000-0000-7000-8000-000000000000'

const CALLS: [string, string, object?][] = [
  ...(['orders', 'domains', 'actions', 'mails', 'connections'] as const).map((list): [string, string] => [
    'GET',
    `/v1/${list}`,
  ]),
  ['GET', `/v1/orders/${NO_ID}`],
  ['GET', '/v1/domains/inv-1.de'],
  ['GET', '/v1/domains/inv-1.de/timeline'],
  ['POST', `/v1/orders/${NO_ID}/payment`],
  ['POST', `/v1/orders/${NO_ID}/cancel`],
]
const ORDER: [string, string, object] = ['POST', '/v1/orders', order({ billingOrderId: 'NEVER', domain: 'never.de' })]
const PAGES = ['/', '/login', '/domains/inv-1.de', `/mails/${NO_ID}`]

/** What everybody hears while the database does not answer at all. `inTheMiddle` sends the end of its mail. */
export const expectAway = async (stage: Stage, inTheMiddle: LineClient): Promise<void> => {
  const client = await connectClient(stage.smtp.smtpPort)
  inTheMiddle.write('Subject: in the middle\r\n\r\n.\r\n')
  const [stored, atTheDoor] = await Promise.all([
    inTheMiddle.reply(),
    client.envelope({ to: [REPLY_TO] }),
    expectUnready(stage),
    ...[...CALLS, ORDER].map((call) => expectUnavailable(stage, ...call)),
    expectUnavailable(stage, 'GET', '/v1/orders', undefined, 'sp_unknown'),
    ...PAGES.map((target) => expectUnavailablePage(stage, target)),
    expectMetrics(stage),
  ])
  expect([stored, atTheDoor]).toEqual([expect.stringMatching(/^451 4\.3\.0 /), expect.stringMatching(/^451 4\.3\.0 /)])
  for (const each of [client, inTheMiddle]) {
    expect(await each.say('NOOP')).toMatch(/^250/) // the session goes on
    each.end()
  }
}

const expectUnavailable = async (
  { http }: Stage,
  ...[method, target, body, token = TOKEN]: [string, string, object?, string?]
): Promise<void> => {
  const answer = await http.call(method, target, body, { authorization: `Bearer ${token}` })
  expect([target, answer.status, isProblem(answer)]).toEqual([target, 503, true])
  expect(await answer.text()).not.toMatch(/127\.0\.0\.1|invocation/)
}

const expectUnavailablePage = async ({ http }: Stage, target: string): Promise<void> => {
  const headers = { accept: 'text/html', cookie: 'sealpost=some-session' }
  const answer = await fetch(`${http.http}${target}`, { headers, redirect: 'manual' })
  const kind = answer.headers.get('content-type')
  expect([target, answer.status, kind]).toEqual([target, 503, expect.stringMatching('text/html')])
  expect(await answer.text()).toContain('the database does not answer')
}

/** What a process counts itself is told all the same. */
const expectMetrics = async ({ http }: Stage): Promise<void> => {
  const answer = await http.call('GET', '/metrics')
  expect(answer.status).toBe(200)
  expect(await answer.text()).toContain('sealpost_http_requests_total')
}

/** What they hear while it can only be read. */
export const expectReadOnly = async (stage: Stage, inTheMiddle: LineClient): Promise<void> => {
  inTheMiddle.write('Subject: in the middle\r\n\r\n.\r\n')
  expect(await inTheMiddle.reply()).toMatch(/^451 4\.3\.0 /)
  inTheMiddle.end()
  await expectUnavailable(stage, ...ORDER)
  await expectUnready(stage)
}

/** All processes are ready again without a restart, and an order that is placed now is done. */
export const expectBack = async (stage: Stage, number: string): Promise<void> => {
  for (const part of parts(stage))
    await eventually(
      () => readiness(part),
      ({ status }) => status === 200,
    )
  const body = order({
    billingOrderId: number,
    domain: `${number.toLowerCase()}.de`,
    nameservers: [{ host: 'ns1.example.net' }, { host: 'ns2.example.org' }],
  })
  const placed = await eventually(
    () => stage.http.call('POST', '/v1/orders', body, { 'idempotency-key': number }),
    ({ status }) => status === 202,
  )
  const { id } = (await placed.json()) as { id: string }
  await statusComes(stage, id, 'done')
}

export const statusComes = (stage: Stage, id: string, wanted: string): Promise<string> =>
  eventually(
    async () => {
      const answer = await stage.http.call('GET', `/v1/orders/${id}`)
      return answer.status === 200 ? ((await answer.json()) as { status: string }).status : String(answer.status)
    },
    (status) => status === wanted,
  )

/** Every order that got 202 was carried out once, every mail that got 250 is there, and the log is whole. */
export const expectNothingLost = async (stage: Stage, load: Load): Promise<void> => {
  expect(load.complaints).toEqual([])
  const answers = stage.lines.filter((line) => line.event === 'answer')
  expect(answers.filter(({ state }) => state === 'refused' || state === 'given-up')).toEqual([])
  for (const id of load.orders.values()) await statusComes(stage, id, 'done')

  const references = stage.lines.flatMap((line) => (line.event === 'order' ? [line.reference] : []))
  expect(new Set(references).size).toBe(references.length)
  const names = stage.registry.received().map(({ answer }) => answer?.domain)
  for (const number of load.orders.keys())
    expect(
      names.filter((name) => name === `${number.toLowerCase()}.de`),
      number,
    ).toHaveLength(1)
  await expectStored(stage, load)
  expect(await run(stage.where, ['log', 'verify'])).toMatchObject({ code: 0 })
}

const expectStored = async ({ cluster }: Stage, load: Load): Promise<void> => {
  const store = await openStore({ url: cluster.url, dataDir: '', log: silentLog })
  try {
    expect(await verifyLog({ store })).toMatchObject({ whole: true })
    for (const [number, id] of load.orders) {
      const types = (await store.events.list({ orderId: id })).map(({ type }) => type)
      const { items } = await store.actions.list({ orderId: id }, { limit: 200, cursor: null })
      const told = [...types, ...items.map(({ event }) => `log: ${event}`)]
      const times = (what: string): number => told.filter((one) => one === what).length
      expect([number, ...ONCE.map(times)]).toEqual([number, ...ONCE.map(() => 1)])
      expect([number, ...AT_MOST_ONCE.filter((what) => times(what) > 1)]).toEqual([number])
    }
    for (const [id, sha256] of load.mails) expect(await store.mails.get(id)).toMatchObject({ id, sha256 })
    const { rows } = await cluster.query(
      `SELECT id, encode(sha256(raw), 'hex') AS digest FROM mails WHERE direction = 'in'`,
    )
    const digests = new Map(rows.map(({ id, digest }) => [id, digest]))
    for (const [id, sha256] of load.mails) expect(digests.get(id)).toBe(sha256)
    const orders = await cluster.query(
      'SELECT count(*)::int AS count, count(DISTINCT billing_order_id)::int AS different FROM orders',
    )
    expect(orders.rows[0].count).toBe(orders.rows[0].different)
  } finally {
    await store.close()
  }
}

/** Events to billing, and entries of the log. */
const ONCE = [
  ...['order.done', 'domain.registered', 'billing.charge'],
  ...['log: order.queued', 'log: request.signed', 'log: order.done'],
]
const AT_MOST_ONCE = ['order.filed', 'log: order.sent', 'log: order.uncertain']
