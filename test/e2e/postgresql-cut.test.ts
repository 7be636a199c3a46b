import { afterAll, beforeAll, expect, test } from 'vitest'
import { needs } from '../helpers/needs.js'
import { statusComes } from '../outage/checks.js'
import { handOver } from '../outage/load.js'
import { openStage, type Stage, terminate, whileBlocked } from '../outage/stage.js'
import { eventually, run } from './program.js'
import { order } from './stage.js'

const LOG_HEAD = 'SELECT FROM log_head FOR UPDATE'
/** Whoever writes into the table waits. */
const writesInto = (table: string): string => `LOCK ${table} IN SHARE MODE`

const withServices = await needs('postgresql-server', 'redis-server')
withServices('PostgreSQL ends a session between BEGIN and COMMIT', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage()
  })
  afterAll(() => stage?.end())

  const post = async (target: string, body?: object, headers?: Record<string, string>) => {
    const answer = await stage.http.call('POST', target, body, headers)
    return { status: answer.status, json: (await answer.json()) as { id: string; status: string } }
  }
  const place = (name: string, paid = true) => {
    const nameservers = [{ host: 'ns1.example.net' }, { host: 'ns2.example.org' }]
    const body = order({ billingOrderId: name, domain: `${name}.de`, nameservers, paid })
    return post('/v1/orders', body, { 'idempotency-key': name })
  }
  /** Ends what comes to wait for the lock once `act` is called; resolves to what that came to. */
  const cut = async <T>(lock: string, act: () => Promise<T>): Promise<T> => {
    let acting: Promise<T> | null = null
    const begin = () => {
      acting = act()
    }
    await whileBlocked(stage.cluster, lock, { act: begin, meanwhile: () => terminate(stage.cluster, 'blocked') })
    return acting ?? Promise.reject(new Error('nothing was begun'))
  }
  const told = async (id: string, event: string): Promise<number> => {
    const sql = 'SELECT 1 FROM actions WHERE order_id = $1 AND event = $2'
    return (await stage.cluster.query(sql, [id, event])).rowCount ?? 0
  }
  const sentTo = (name: string): number =>
    stage.registry.received().filter(({ answer }) => answer?.domain === `${name}.de`).length
  const expectDoneOnce = async (name: string, id: string): Promise<void> => {
    await statusComes(stage, id, 'done')
    expect(sentTo(name)).toBe(1)
    for (const event of ['order.done', 'request.signed', 'order.queued'])
      expect([event, await told(id, event)]).toEqual([event, 1])
  }

  test('of an order: 503, and the same call again has it once', async () => {
    expect((await cut(writesInto('orders'), () => place('placed'))).status).toBe(503)
    const { status, json } = await place('placed')
    expect(status).toBe(202)
    await expectDoneOnce('placed', json.id)
  })

  test('of a payment: 503, and again it counts once', async () => {
    const { json } = await place('paid', false)
    const pay = () => post(`/v1/orders/${json.id}/payment`, {})
    expect((await cut(writesInto('orders'), pay)).status).toBe(503)
    expect((await pay()).status).toBe(200)
    await expectDoneOnce('paid', json.id)
  })

  test('of a cancellation: 503, and again it is cancelled', async () => {
    const { json } = await place('cancelled', false)
    const cancel = () => post(`/v1/orders/${json.id}/cancel`)
    expect((await cut(writesInto('orders'), cancel)).status).toBe(503)
    expect(await cancel()).toMatchObject({ status: 200, json: { status: 'cancelled' } })
    expect(await told(json.id, 'order.cancelled')).toBe(1)
  })

  test('of the octets of a request: it is written again and leaves once', async () => {
    const { status, json } = await cut(writesInto('mails'), () => place('signed'))
    expect(status).toBe(202)
    await expectDoneOnce('signed', json.id)
  })

  test('of what became of a hand-over: it is recorded all the same', async () => {
    const reached = stage.gate.hold()
    const { json } = await place('handed')
    await reached
    await cut(LOG_HEAD, async () => stage.gate.release())
    const about = 'SELECT answer, attempts FROM requests WHERE order_id = $1::uuid'
    const recorded = await eventually(
      async () => (await stage.cluster.query(about, [json.id])).rows,
      ([request]) => request.attempts > 0,
    )
    expect(recorded).toEqual([{ answer: expect.stringMatching(/^250/), attempts: 1 }])
    await expectDoneOnce('handed', json.id)
    expect(await told(json.id, 'order.uncertain')).toBe(0)
  })

  test('of a mail: 451, and the same octets again are no duplicate', async () => {
    const raw = Buffer.from('Subject: cut\r\n\r\nnobody signed this\r\n')
    expect(await cut(writesInto('mails'), () => handOver(stage.smtp.smtpPort, raw))).toMatch(/^451 4\.3\.0 /)
    const answer = await handOver(stage.smtp.smtpPort, raw)
    expect(answer).toMatch(/^250 2\.0\.0 stored as /)
    const { rows } = await stage.cluster.query('SELECT stage, raw FROM mails WHERE id = $1', [answer.split(' ').at(-1)])
    expect(rows).toMatchObject([{ stage: expect.stringMatching(/received|untrusted/), raw }])
  })

  test('of a reply: it takes effect once', async () => {
    const { json } = await cut(writesInto('verified_contents'), () => place('settled'))
    await expectDoneOnce('settled', json.id)
  })

  test('and the log is whole', async () => {
    expect(await run(stage.where, ['log', 'verify'])).toMatchObject({ code: 0 })
  })

  test('a process that nothing is under way in does not wait for a server that hangs to say goodbye', async () => {
    stage.cluster.freeze()
    for (const part of [stage.smtp, stage.http]) expect(await part.end('SIGTERM')).toBe(0)
  })
})
