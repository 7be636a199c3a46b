import { beforeAll, describe, expect, test } from 'vitest'
import type { Subject } from '../../src/core/happening.js'
import type { OpenedStore } from '../../src/store/open.js'
import { eachDatabase, type TestDatabase } from '../helpers/database.js'
import { aConnection, aDomain, anOrder, aRequest, later, unique } from './samples.js'

await eachDatabase((name, open) => {
  let store: OpenedStore
  let pool: TestDatabase['pool']
  const connection = aConnection()
  beforeAll(async () => {
    ;({ store, pool } = await open())
    await store.connections.insert(connection)
  })

  const filed = async (): Promise<Subject> => {
    const domain = aDomain(connection.id)
    const order = anOrder(connection.id, {}, { domain: domain.name })
    const request = aRequest(order, { ticket: `T-${unique()}` })
    await store.domains.save(domain)
    await store.orders.insert(order, 'hash')
    await store.requests.insert(request)
    return { domain, order, request }
  }
  const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
  const waitingForRows = async (): Promise<number> => (await pool.query(waiting)).rowCount ?? 0

  describe('a request with its order and domain', () => {
    test('is read as it was written, with its connection', async () => {
      const subject = await filed()
      const latest = { latestOrderId: subject.order.id, latestRequestId: subject.request.id }
      expect(await store.subjects.lock(subject.request.id)).toEqual({ subject, connection, ...latest })
      expect(await store.subjects.lock('no id')).toBeNull()
      expect(await store.subjects.lock(subject.order.id)).toBeNull()
    })

    test('is written with every field, and nothing else is', async () => {
      const [subject, other] = [await filed(), await filed()]
      const { domain, order, request } = subject
      const terms = { ...order.terms, unicodeName: 'müller "\\ \u2028.de', price: { amount: '0.10', currency: 'EUR' } }
      const changed: Subject = {
        domain: {
          ...{ ...domain, unicodeName: 'müller.de', state: 'faulty', detail: 'KK-NACK' },
          ...{
            dnssec: ['257 3 13 AA=='],
            eppStatus: ['ok', 'a,b"{}'],
            undelegatedUntil: later(3),
            expiresAt: later(2),
          },
          ...{ nameservers: [], contacts: { holder: [{ name: 'Ü' }] }, since: later(1) },
        },
        order: {
          ...{ ...order, terms, status: 'timed-out', reason: 'r\n"', code: 'c' },
          ...{ paidAt: later(4), paymentReference: 'p', updatedAt: later(5) },
        },
        request: {
          ...{ ...request, state: 'handing-over', attempts: 7, dueAt: null, deadline: later(6), sentAt: later(7) },
          ...{ answer: '250 ✓', ticket: 't', signedAt: later(8), queuedAt: later(9) },
        },
      }
      await store.subjects.save(changed)
      expect((await store.subjects.lock(request.id))?.subject).toEqual(changed)
      expect(await store.domains.get(domain.name)).toEqual(changed.domain)
      expect(await store.orders.get(order.id)).toEqual(changed.order)
      expect(await store.requests.get(request.id)).toEqual(changed.request)
      expect((await store.subjects.lock(other.request.id))?.subject).toEqual(other)
    })

    test('is not written in part', async () => {
      const subject = await filed()
      const order = { ...subject.order, id: subject.request.id, reason: 'lost' }
      await expect(store.transaction(({ subjects }) => subjects.save({ ...subject, order }))).rejects.toMatchObject({
        code: 'store-corrupt',
      })
      expect(await store.domains.get(subject.domain.name)).toEqual(subject.domain)
    })

    test('knows the order of its domain that was placed last', async () => {
      const { domain, order, request } = await filed()
      await store.orders.update({ ...order, status: 'done' })
      const next = anOrder(connection.id, {}, { domain: domain.name })
      await store.orders.insert(next, 'hash')
      expect((await store.subjects.lock(request.id))?.latestOrderId).toBe(next.id)
    })

    test.each([
      ['by its request', ({ request }: Subject) => ({ kind: 'request' as const, id: request.id })],
      ['by its name', ({ domain }: Subject) => ({ kind: 'mentioned' as const, names: [domain.name] })],
      ['by its reference', ({ request }: Subject) => ({ kind: 'mentioned' as const, references: [request.reference] })],
      ['by its ticket', ({ request }: Subject) => ({ kind: 'mentioned' as const, tickets: [request.ticket ?? ''] })],
    ])('is held by one at a time: %s', async (_, by) => {
      const subject = await filed()
      const how = by(subject)
      const { second } = await store.transaction(async (tables) => {
        await tables.domains.lock(subject.domain.name)
        const other = store.transaction(async ({ subjects, domains }) => {
          if (how.kind === 'request') return (await subjects.lock(how.id))?.subject.domain
          const nothing = { names: [], references: [], tickets: [] }
          await domains.lockMentioned({ connectionId: connection.id, ...nothing, ...how })
          return domains.get(subject.domain.name)
        })
        // Embedded, there is one connection: the second transaction has not begun.
        if (name === 'postgresql') await expect.poll(waitingForRows).toBe(1)
        await tables.domains.save({ ...subject.domain, state: 'gone' })
        return { second: other }
      })
      expect(await second).toEqual({ ...subject.domain, state: 'gone' })
    })

    test('a ticket of another connection holds nothing', async () => {
      const { request } = await filed()
      await store.transaction(async ({ domains }) => {
        const tickets = [request.ticket ?? '']
        await domains.lockMentioned({ connectionId: 'another', names: [], references: [], tickets })
        if (name === 'postgresql') await store.transaction((tables) => tables.subjects.lock(request.id))
      })
    })
  })
})
