import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MAIL_STAGES } from '../../src/core/mail.js'
import { ORDER_STATUSES } from '../../src/core/order.js'
import { REQUEST_STATES } from '../../src/core/request.js'
import { type Lease, type Tables, UniqueViolation } from '../../src/ports.js'
import { openTestStore } from '../helpers/database.js'
import { memoryStore } from '../helpers/memory-store.js'
import { aConnection, aDomain, anOrder, aRequest, later, NOW } from '../helpers/records.js'

/**
 * The store of the ten thousand schedules against the real one: the same calls in the same order have the same results,
 * refusals included.
 */
let embedded: Awaited<ReturnType<typeof openTestStore>>
beforeAll(async () => {
  embedded = await openTestStore({ embedded: true })
})
afterAll(() => embedded.close())

/** Few of everything, so that calls meet each other's rows; the ids of each run are its own. */
type World = { run: number; leases: Map<string, Lease>; mails: number }
type Call = { say: string; on(tables: Tables, world: World): Promise<unknown>; [fc.toStringMethod](): string }

const small = fc.nat({ max: 2 })
const time = fc.nat({ max: 4 }).map((minutes) => later(minutes * 60_000))
const idOf = ({ run }: World, kind: number, index: number): string =>
  `${String(run).padStart(8, '0')}-000${kind}-7000-8000-${String(index).padStart(12, '0')}`
const connectionOf = ({ run }: World, index: number): string => `run-${run}-connection-${index}`
const domainOf = ({ run }: World, index: number): string => `run-${run}-${index}.example`
const lost: Lease = { owner: 'nobody', fence: 0 }

const orderOf = (world: World, index: number, status: (typeof ORDER_STATUSES)[number]) =>
  anOrder({
    ...{ id: idOf(world, 1, index), connectionId: connectionOf(world, index % 2), status },
    // Two of the three are about one domain, and another two have one number.
    terms: { domain: domainOf(world, index % 2), billingOrderId: `run-${world.run}-${Math.min(index, 1)}` },
  })

const requestOf = (world: World, index: number, change: Parameters<typeof aRequest>[0]) =>
  aRequest({
    ...{ id: idOf(world, 2, index), orderId: idOf(world, 1, index), connectionId: connectionOf(world, index % 2) },
    ...{ domain: domainOf(world, index % 2), reference: `sp-${world.run}-${index}` },
    ...{ messageId: `<${world.run}-${index}@a.example>`, bounceToken: `b-${world.run}-${index}`, ...change },
  })

/** The next mail, with octets of which there are few. */
const accept = async (tables: Tables, world: World, octets: number, to: number) => {
  world.mails += 1
  const raw = Buffer.from(`octets ${octets}`)
  const sha256 = createHash('sha256').update(raw).digest('hex')
  const came = { connectionId: connectionOf(world, to), receivedAt: NOW, envelope: { from: '', to: [] }, raw, sha256 }
  return tables.mails.accept({ id: idOf(world, 3, world.mails), ...came })
}

const RESULT = { reason: 'r', verdict: null, replies: [], orders: [] }

/** A call whose name is told when two stores differ. */
/** The database tells claims of one owner from each other by a number. */
const unnumbered = <Claim extends { lease: Lease }>(claim: Claim | null): Claim | null =>
  claim === null ? null : { ...claim, lease: { ...claim.lease, owner: claim.lease.owner.replace(/#\d+$/, '') } }

const call = (say: string, on: Call['on']): Call => ({ say, on, [fc.toStringMethod]: () => say })

const calls: fc.Arbitrary<Call>[] = [
  fc.tuple(small, fc.constantFrom(...MAIL_STAGES)).map(([octets, stage]) =>
    call(`octets ${octets} come, are ${stage}, and come again`, async (tables, world) => {
      const first = await accept(tables, world, octets, 0)
      await tables.mails.finish(first.id, { ...RESULT, stage })
      const second = await accept(tables, world, octets, 0)
      return [first, second, await tables.mails.get(second.id)]
    }),
  ),
  fc.tuple(fc.constantFrom('requests', 'mails'), time, fc.nat({ max: 2 })).map(([table, now, minutes]) =>
    call(`${table}: claimed twice, ${minutes} minutes apart`, async (tables, world) => {
      const request = requestOf(world, 0, { state: 'queued', dueAt: now })
      if ((await tables.requests.get(request.id)) !== null) await tables.requests.update(request)
      const ids = (await mine(world, tables[asTable(table)].due(now, 1_000))).slice(0, 2)
      const results = []
      for (const id of ids) {
        const first = await tables[asTable(table)].claim(id, { owner: 'a', now, leaseMs: 60_000 })
        const next = { owner: 'b', now: later(minutes * 60_000, now), leaseMs: 60_000 }
        const second = await tables[asTable(table)].claim(id, next)
        const held = await tables[asTable(table)].holds(id, first?.lease ?? lost)
        results.push(
          unnumbered(first),
          unnumbered(second),
          held,
          await mine(world, tables[asTable(table)].due(next.now, 1_000)),
        )
      }
      return results
    }),
  ),
  fc
    .tuple(small, fc.constantFrom(...ORDER_STATUSES))
    .map(([index, status]) =>
      call(`orders.insert ${index} ${status}`, (tables, world) =>
        tables.orders.insert(orderOf(world, index, status), `hash-${index}`),
      ),
    ),
  fc.tuple(small, fc.constantFrom(...ORDER_STATUSES)).map(([index, status]) =>
    call(`orders.update ${index} ${status}`, async (tables, world) => {
      if ((await tables.orders.get(idOf(world, 1, index))) !== null)
        await tables.orders.update(orderOf(world, index, status))
    }),
  ),
  small.map((index) =>
    call(`orders of domain ${index}`, async (tables, world) => [
      await tables.orders.findOpen(domainOf(world, index)),
      await tables.orders.findOwning(domainOf(world, index)),
      await tables.orders.findByBillingId('cust-1', `run-${world.run}-${index}`),
    ]),
  ),
  fc.tuple(small, fc.constantFrom(...REQUEST_STATES), time).map(([index, state, dueAt]) =>
    call(`requests.insert ${index} ${state}`, async (tables, world) => {
      if ((await tables.orders.get(idOf(world, 1, index))) === null) return 'no order'
      return tables.requests.insert(requestOf(world, index, { state, dueAt, ticket: `T-${index % 2}` }))
    }),
  ),
  fc.tuple(small, fc.constantFrom(...REQUEST_STATES), time, time).map(([index, state, dueAt, deadline]) =>
    call(`requests.update ${index} ${state}`, async (tables, world) => {
      if ((await tables.requests.get(idOf(world, 2, index))) !== null)
        await tables.requests.update(requestOf(world, index, { state, dueAt, deadline, signedAt: dueAt }))
    }),
  ),
  fc
    .tuple(small, time)
    .map(([index, now]) =>
      call(`requests.find ${index}`, async (tables, world) => [
        await tables.requests.findByOrder(idOf(world, 1, index)),
        await tables.requests.findByReference(`sp-${world.run}-${index}`),
        await tables.requests.findByTicket(connectionOf(world, index % 2), `T-${index % 2}`),
        await tables.requests.findByBounceToken(`b-${world.run}-${index}`),
        await tables.requests.findAwaiting(connectionOf(world, index % 2), domainOf(world, index % 2)),
        await mine(world, tables.requests.due(now, 1_000)),
        await mine(world, tables.requests.overdue(now, 1_000)),
      ]),
    ),
  fc.tuple(small, time, fc.constantFrom('a', 'b')).map(([index, now, owner]) =>
    call(`requests.claim ${index} by ${owner}`, async (tables, world) => {
      const id = idOf(world, 2, index)
      const claim = await tables.requests.claim(id, { owner, now, leaseMs: 60_000 })
      if (claim !== null) world.leases.set(id, claim.lease)
      return unnumbered(claim)
    }),
  ),
  fc.tuple(small, time, fc.constantFrom('holds', 'extend', 'release')).map(([index, until, what]) =>
    call(`requests.${what} ${index}`, async (tables, world) => {
      const id = idOf(world, 2, index)
      const lease = world.leases.get(id) ?? lost
      return what === 'extend' ? tables.requests.extend(id, lease, until) : tables.requests[asHold(what)](id, lease)
    }),
  ),
  fc.tuple(small, small).map(([octets, to]) =>
    call(`mails.accept ${octets} to ${to}`, async (tables, world) => {
      return accept(tables, world, octets, to % 2)
    }),
  ),
  fc.tuple(fc.nat({ max: 8 }), time, fc.constantFrom('a', 'b')).map(([index, now, owner]) =>
    call(`mails.claim ${index} by ${owner}`, async (tables, world) => {
      const id = idOf(world, 3, index)
      const claim = await tables.mails.claim(id, { owner, now, leaseMs: 60_000 })
      if (claim !== null) world.leases.set(id, claim.lease)
      return [unnumbered(claim), await mine(world, tables.mails.due(now, 1_000))]
    }),
  ),
  fc.tuple(fc.nat({ max: 8 }), fc.constantFrom(...MAIL_STAGES), time, small).map(([index, stage, now, what]) =>
    call(`mails.${['finish', 'reopen', 'release'][what]} ${index} ${stage}`, async (tables, world) => {
      const id = idOf(world, 3, index)
      if ((await tables.mails.get(id)) === null) return 'unknown'
      const lease = world.leases.get(id) ?? lost
      const result = { ...RESULT, stage, orders: [idOf(world, 1, index % 2)] }
      let reopened: boolean | null = null
      if (what === 0) await tables.mails.finish(id, result)
      else if (what === 1) reopened = await tables.mails.reopen(id, now)
      else await tables.mails.release(id, lease, now, 'later')
      const list = await tables.mails.list({ order: idOf(world, 1, index % 2) }, { limit: 9, cursor: null })
      const ids = list.items.map((mail) => mail.id)
      return [reopened, await tables.mails.get(id), await tables.mails.holds(id, lease), ids]
    }),
  ),
  fc.tuple(fc.nat({ max: 8 }), small, time).map(([index, content, signedAt]) =>
    call(`contents.insert ${content} of mail ${index}`, async (tables, world) => {
      const id = idOf(world, 3, index)
      if ((await tables.mails.get(id)) === null) return 'unknown'
      const row = { connectionId: connectionOf(world, 0), fingerprint: 'AB', sha256: `s${content}`, signedAt }
      return tables.contents.insert(row, id)
    }),
  ),
  fc.tuple(small, fc.boolean()).map(([index, once]) =>
    call(`events.append ${index}`, async (tables, world) => {
      const data = { orderId: idOf(world, 1, index) }
      const event = { type: 'billing.charge' as const, at: NOW, subject: 'a.example', data }
      await tables.events.append([once ? { ...event, once: `once:${world.run}:${index}` } : event])
      return (await tables.events.list({ orderId: idOf(world, 1, index) })).map(({ id: _, ...kept }) => kept)
    }),
  ),
  fc
    .tuple(small, fc.constantFrom(...ORDER_STATUSES), fc.constantFrom(...REQUEST_STATES))
    .map(([index, status, state]) =>
      call(`subjects of request ${index}: read, ${status} and ${state}`, async (tables, world) => {
        const found = await tables.subjects.lock(idOf(world, 2, index))
        if (found === null) return 'none'
        const { domain, order, request } = found.subject
        await tables.subjects.save({ domain, order: { ...order, status }, request: { ...request, state } })
        return [found, await tables.subjects.lock(request.id)]
      }),
    ),
  small.map((index) =>
    call(`domains.save ${index}`, async (tables, world) => {
      const name = domainOf(world, index)
      const before = await tables.domains.lock(name)
      await tables.domains.save(aDomain({ name, connectionId: connectionOf(world, 0), since: later(index) }))
      return [before, await tables.domains.get(name)]
    }),
  ),
]

/** Alone, together in a transaction that is kept, or in one that fails at its end. */
const step = fc.record({
  calls: fc.array(fc.oneof(...calls), { minLength: 1, maxLength: 4 }),
  how: fc.constantFrom('alone', 'alone', 'kept', 'dropped'),
})

test('the memory store answers like the embedded database', async () => {
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 16 }), async (steps) => {
      run += 1
      const stores = [embedded, memoryStore()].map((store) => ({ store, world: { run, leases: new Map(), mails: 0 } }))
      for (const { store, world } of stores) {
        for (const index of [0, 1]) await store.connections.insert(connection(connectionOf(world, index)))
        await store.orders.insert(orderOf(world, 0, 'queued'), 'hash-0')
        await store.requests.insert(requestOf(world, 0, {}))
      }
      for (const [at, { calls, how }] of steps.entries()) {
        const [one, other] = await Promise.all(stores.map(({ store, world }) => perform(store, world, calls, how)))
        const said = calls.map(({ say }) => say).join('; ')
        expect(other, `step ${at}, ${how}: ${said}`).toEqual(one)
      }
    }),
    { seed: 20260301, numRuns: 60 },
  )
})

const connection = (id: string) =>
  aConnection({ id, title: id, tlds: [], registry: { ...aConnection().registry, replyTo: `${id}@in.example` } })

const perform = async (
  store: Pick<typeof embedded, 'transaction'> & Tables,
  world: World,
  calls: readonly Call[],
  how: string,
): Promise<unknown> => {
  if (how === 'alone') {
    const results = []
    for (const { on } of calls) results.push(await on(store, world).catch(told))
    return results
  }
  const work = async (tables: Tables) => {
    const results = []
    for (const { on } of calls) results.push(await on(tables, world))
    if (how === 'dropped') throw new Error('dropped')
    return results
  }
  return store.transaction(work).catch(told)
}

/** Which rule refused it; that the database refuses it in other words does not matter. */
const told = (error: unknown): string => {
  if (error instanceof UniqueViolation) return error.rule
  const message = error instanceof Error ? error.message : ''
  return /unique/i.test(message) ? 'unique' : message
}

const mine = async ({ run }: World, ids: Promise<string[]>): Promise<string[]> =>
  (await ids).filter((id) => id.startsWith(String(run).padStart(8, '0'))).sort()

const asTable = (name: string): 'requests' | 'mails' => (name === 'mails' ? 'mails' : 'requests')

const asHold = (what: string): 'holds' | 'release' => (what === 'holds' ? 'holds' : 'release')
