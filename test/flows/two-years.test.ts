import { rmSync } from 'node:fs'
import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ActionEntry } from '../../src/core/action-log.js'
import { cancelOrder } from '../../src/flows/decide-order.js'
import { verifyLog } from '../../src/flows/verify-log.js'
import { oneDatabase, temporaryFolder } from '../helpers/database.js'
import { fastForward } from '../helpers/fast-forward.js'
import { addTestConnection, createTestGateway, START, success, type TestGateway } from '../helpers/gateway.js'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const END = new Date('2028-07-01T10:00:00.000Z')
/** Against hanging alone: two thousand stops take half a minute of the processor. */
const MOST_MS = 1_800_000
const DIGESTS = ['06:00', '12:00', '16:00', '21:00']
const day = (date: string): Date => new Date(`${date}T10:00:00.000Z`)
const after = (at: Date, ms: number): Date => new Date(at.getTime() + ms)

/** From the calendar: every full hour after `from`, up to `to`, at which clocks on the wall show one of the times. */
const onTheWall = (timeZone: string, times: readonly string[], from: Date, to: Date): string[] => {
  const clock = new Intl.DateTimeFormat('sv', { timeZone, timeStyle: 'short' })
  const found: string[] = []
  for (let at = after(from, HOUR); at <= to; at = after(at, HOUR))
    if (times.includes(clock.format(at))) found.push(at.toISOString())
  return found
}

await oneDatabase((open) => {
  const timezone = 'Europe/Berlin'
  const folder = temporaryFolder()
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  let gateway: TestGateway
  let pool: Pool
  let entries: ActionEntry[]
  /** When orders were placed that are never answered. */
  const unanswered: Date[] = []
  /** When there were open orders. */
  const busy: [from: Date, to: Date][] = []
  /** Mails to the administrators. */
  const mailed: { at: string; subject: string }[] = []
  const keep = (to: readonly string[], at: Date, subject: string) => {
    if (to.includes('ops@hoster.example')) mailed.push({ at: at.toISOString(), subject })
    return { outcome: 'sent' as const, answer: '250 ok' }
  }
  const goOn = (until: Date) => fastForward([gateway], pool, until)
  const expires = async (domain: string, expiresAt: Date) => {
    const known = await gateway.deps.store.domains.get(domain)
    if (known === null) throw new Error(`there is no ${domain}`)
    await gateway.deps.store.domains.save({ ...known, expiresAt })
  }
  const registered = async (domain: string, expiresAt: Date | null) => {
    const { id } = await gateway.place({ domain })
    await gateway.run()
    const [request] = await gateway.deps.store.requests.findByOrder(id)
    await gateway.receive(await gateway.reply(success(request?.reference ?? '')))
    expect(await gateway.order(id)).toMatchObject({ status: 'done' })
    if (expiresAt !== null) await expires(domain, expiresAt)
  }
  const timesOut = async (domain: string) => {
    await gateway.place({ domain })
    unanswered.push(gateway.now())
    busy.push([gateway.now(), after(gateway.now(), 5 * DAY - 1)])
  }
  /** Over weeks in which the clocks on the wall change. */
  const isOpen = async (domain: string, from: Date, to: Date) => {
    await goOn(from)
    const { id } = await gateway.place({ domain, paid: false })
    await goOn(to)
    await cancelOrder(gateway.deps, { id, actor: 'cli' })
    busy.push([from, to])
  }

  beforeAll(async () => {
    const database = await open()
    pool = database.pool
    gateway = await createTestGateway(database.store, folder)
    gateway.deps.notices.mail = {
      ...{ admins: ['ops@hoster.example'], topics: new Set(['digests']) },
      post: { from: 'sealpost@hoster.example', send: async ({ at, to, subject }) => keep(to, at, subject) },
    }
    gateway.deps.digests = { times: DIGESTS, timezone }
    await addTestConnection(gateway, { expiry: { warnDays: 30, renewDays: 14 } })
    await registered('soon.de', day('2026-07-10'))
    await registered('renewed.de', day('2027-01-15'))
    await registered('later.de', day('2029-06-01'))
    await registered('endless.de', null)
    await timesOut('silent.de')
    await goOn(day('2026-10-24'))
    await timesOut('autumn.de')
    await goOn(day('2027-01-20'))
    await expires('renewed.de', day('2028-01-15'))
    await isOpen('unpaid-in-spring.de', day('2027-03-20'), day('2027-04-03'))
    await isOpen('unpaid-in-autumn.de', day('2027-10-23'), day('2027-11-06'))
    await goOn(day('2028-03-26'))
    await timesOut('spring.de')
    await goOn(END)
    entries = await everyEntry()
  }, MOST_MS)

  const everyEntry = async () => {
    const { actions } = gateway.deps.store
    const found: ActionEntry[] = []
    for (
      let page = await actions.read(null, 500);
      page.length > 0;
      page = await actions.read(found.at(-1)?.id ?? '', 500)
    )
      found.push(...page)
    return found
  }
  const told = (event: string) => entries.filter((entry) => entry.event === event)
  const times = (event: string) => told(event).map(({ at }) => at.toISOString())

  describe(`two years in ${timezone}`, () => {
    test('have a heartbeat each day at 06:00 by the clock on the wall', () => {
      expect(times('heartbeat')).toEqual(onTheWall(timezone, ['06:00'], START, END))
      expect(times('heartbeat')).toHaveLength(731)
    })

    test('have a digest four times a day by the clock on the wall, while orders are open, and at no other time', () => {
      const expected = busy.flatMap(([from, to]) => onTheWall(timezone, DIGESTS, from, to))
      expect(times('digest')).toEqual(expected)
      expect(expected.length).toBeGreaterThan(160)
    })

    test('have one warning for each expiry date, thirty days before or as soon as it is known', async () => {
      const warned = told('domain.expiry-warning').map(({ domain, at }) => [domain, at])
      expect(warned).toEqual([
        ['soon.de', START],
        ['renewed.de', day('2026-12-16')],
        ['renewed.de', day('2027-12-16')],
      ])
      const events = await gateway.deps.store.events.list({ type: 'domain.expiry-warning' })
      expect(events.map(({ subject, at }) => [subject, at])).toEqual(warned)
    })

    test('F15: have no renewal at a registry that renews by itself', async () => {
      const { items } = await gateway.deps.store.orders.list({}, { limit: 200, cursor: null })
      expect(items.filter(({ terms }) => terms.action === 'renew')).toEqual([])
      expect(told('domain.renewal-failed')).toEqual([])
    })

    test('have one time-out for each order without an answer, five days after it was sent', async () => {
      const expected = unanswered.map((at) => after(at, 5 * DAY))
      expect(told('order.timed-out').map(({ at }) => at)).toEqual(expected)
      const events = async (type: 'order.timed-out' | 'billing.refund') =>
        (await gateway.deps.store.events.list({ type })).map(({ at }) => at)
      expect(await events('order.timed-out')).toEqual(expected)
      expect(await events('billing.refund')).toEqual(expected)
    })

    test('have a look each hour at each request that waits, and word once, a day before the end', async () => {
      const looks = unanswered.flatMap((at) => Array.from({ length: 119 }, (_, hour) => after(at, (hour + 1) * HOUR)))
      const late = unanswered.map((at) => after(at, 4 * DAY))
      expect(entries.filter(({ event }) => /^request\.(checked|overdue)$/.test(event)).map(({ at }) => at)).toEqual(
        looks,
      )
      expect(told('request.overdue').map(({ at }) => at)).toEqual(late)
      expect((await gateway.deps.store.events.list({ type: 'request.overdue' })).map(({ at }) => at)).toEqual(late)
    })

    test('F89, F90: have one mail for each digest and each heartbeat, and no other', () => {
      const times = (wanted: RegExp) => mailed.flatMap(({ at, subject }) => (wanted.test(subject) ? [at] : []))
      expect(times(/at work/)).toEqual(onTheWall(timezone, ['06:00'], START, END))
      expect(times(/ open, /)).toEqual(told('digest').map(({ at }) => at.toISOString()))
      expect(mailed).toHaveLength(told('heartbeat').length + told('digest').length)
    })

    test('leave a log whose chain is whole', async () => {
      expect(await verifyLog(gateway.deps)).toMatchObject({ whole: true })
    })
  })
})
