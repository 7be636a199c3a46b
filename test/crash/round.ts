import { expect } from 'vitest'
import { openStore } from '../../src/store/open.js'
import { place } from '../e2e/stage.js'
import { silentLog } from '../helpers/database.js'
import { aConnectionFile } from '../helpers/gateway.js'
import { type FakeServer, type Script, startFakeServer } from '../smtp/fake-server.js'
import { copiesAt, handOverRest, newCompany, type Placed, placeAll, type Reply, replyTo, restAll } from './company.js'
import { dieOrdering, dieReplying } from './dying.js'
import { digestOf, findingsOf, type Promised } from './findings.js'
import { expectOutcome } from './outcome.js'
import type { Point } from './points.js'
import { type Armed, type Json, startArmed } from './process.js'
import { newTally, type Tally } from './tally.js'

const MINUTE = 60_000
/** Longer than any lease. */
const LEASES_END = 20 * MINUTE

/** One database through all crashes of a round, and what must be true of it at the end. */
export type Round = {
  /** Kills the gateway at the point, starts it again, and sees each order come to what it may. */
  crash(point: Point): Promise<void>
  /** Nothing was lost, nothing doubled, and the log is whole. */
  check(): Promise<void>
  tally: Tally
  /** Ends what a failed test left running. */
  end(): Promise<void>
}

/** `abreast`: orders and mails go from step to step together, so that all share each transaction; else each as it comes. */
export const openRound = async (databaseUrl: string | null, abreast: boolean): Promise<Round> => {
  const where = await place(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }, {
    embedded: databaseUrl === null,
  })
  const tally = newTally()
  const promised: Promised = { orders: [], mails: [] }
  let ahead = 0
  let gateway: Armed | null = null
  const start = async (): Promise<Armed> => {
    ahead += LEASES_END
    const started = await startArmed(where.env, ahead)
    gateway = started
    void started.gone.then(() => {
      if (gateway === started) gateway = null
    })
    return started
  }
  const now = () => new Date(Date.now() + ahead)
  const added = await (await start()).call('POST', '/v1/connections', aConnectionFile())
  const connectionId = String(added?.json['id'])

  const crash = async (point: Point): Promise<void> => {
    const script: Script = {}
    if (point.answer !== undefined) script.dot = point.answer
    if (point.content !== undefined) script.content = point.content
    const relay = await startFakeServer(script)
    const company = newCompany(point)
    const armed = gateway ?? (await start())
    const relayOf = { relay: { host: '127.0.0.1', port: relay.port, tls: false } }
    expect((await armed.call('PATCH', `/v1/connections/${connectionId}`, relayOf))?.status).toBe(200)

    const isAbreast = abreast || point.shared === true
    const replies = await (point.while === 'ordering' ? dieOrdering : dieReplying)({
      ...{ point, company, relay, armed, now },
      gather: (count) => (isAbreast ? count : 1),
    })
    const reached = point.by === 'port' ? await armed.reached() : null
    expect(await armed.gone).toBe('SIGKILL')
    if (point.by === 'port') expect(reached?.at, 'the point at which it died').toBe(point.id)
    const acknowledged = replies.filter(({ heard }) => heard === 'stored')
    promised.mails.push(...acknowledged.map(octetsOf))
    tally.kills += 1
    if ((reached?.company ?? 1) > 1) tally.inCompany += 1
    for (const step of ['content', 'dot'] as const) delete script[step]

    const next = await start()
    await expectStored(next, acknowledged)
    await placeAll(next, company, true)
    await placeAll(next, company, true)
    await handOverRest(next, replies)
    await restAll(next, company)
    const unanswered = company.filter(({ status }) => status === 'sent' && replies.length === 0)
    const later = await Promise.all(unanswered.map((placed) => replyTo(placed, now())))
    await handOverRest(next, later)
    await restAll(next, company, ['done', 'uncertain', 'refused'])
    promised.mails.push(...[...replies, ...later].filter((reply) => !acknowledged.includes(reply)).map(octetsOf))
    noteOutcome(point, company, relay)
    expectOutcome({ point, company, relay, about: reached?.about ?? null, abreast: isAbreast })
    await relay.close()
  }

  const noteOutcome = ({ id }: Point, company: readonly Placed[], relay: FakeServer): void => {
    promised.orders.push(...company.map((placed) => ({ id: placed.id ?? '', status: placed.status })))
    tally.orders += company.length
    const doubled = company.reduce((count, placed) => count + Math.max(0, copiesAt(relay, placed) - 1), 0)
    if (doubled > 0) tally.wireDuplicates[id] = doubled
  }

  return {
    tally,
    crash: (point) =>
      crash(point).catch((error: unknown) => {
        tally.failed.push(point.id)
        throw error
      }),
    check: async () => {
      const how = await (gateway ?? (await start())).stop()
      const dataDir = where.env['SEALPOST_DATA'] ?? ''
      const store = await openStore({ url: databaseUrl ?? undefined, dataDir, log: silentLog })
      const found = await findingsOf(store, promised).finally(() => store.close())
      tally.acknowledged = promised.mails.length
      tally.lost += found.lost.length
      tally.doubled += found.doubled.length
      if (!found.whole || found.wrong.length > 0) tally.failed.push('the check')
      expect(found).toEqual({ whole: true, lost: [], doubled: [], wrong: [] })
      expect(tally.wireDuplicates).toEqual({})
      expect(how).toBe('0')
    },
    end: async () => {
      const left = gateway
      left?.kill()
      await left?.gone
    },
  }
}

const octetsOf = ({ raw }: Reply): Buffer => Buffer.from(`${raw}\r\n`)

/** What was acknowledged is there before anybody sends it again. */
const expectStored = async (gateway: Armed, acknowledged: readonly Reply[]): Promise<void> => {
  const list = await gateway.call('GET', '/v1/mails?direction=in&limit=200')
  const stored = ((list?.json['items'] ?? []) as Json[]).map(({ sha256 }) => sha256)
  const missing = acknowledged.map((reply) => digestOf(octetsOf(reply))).filter((digest) => !stored.includes(digest))
  expect(missing, 'digests of mails that were acknowledged and are not there').toEqual([])
}
