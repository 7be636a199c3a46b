import { v7 as newId } from 'uuid'
import { beforeAll, describe, expect, test } from 'vitest'
import type { NewTicket, Ticket } from '../../src/core/ticket.js'
import type { OpenedStore } from '../../src/store/open.js'
import { eachDatabase } from '../helpers/database.js'
import { later, NOON, unique } from './samples.js'

const aTicket = (change: Partial<NewTicket> = {}): NewTicket => ({
  ...{ id: newId(), kind: 'order', connectionId: 'c-1', domain: `${unique()}.example`, orderId: newId() },
  ...{ requestId: newId(), mailId: null, subject: 'register bücher.example', body: 'Tu es.\nJetzt.' },
  ...{ openedAt: NOON, remindAt: later(1_000), once: unique(), ...change },
})

await eachDatabase((_, open) => {
  let store: OpenedStore
  beforeAll(async () => {
    store = (await open()).store
  })
  const opened = async (change: Partial<NewTicket> = {}): Promise<Ticket> => {
    const ticket = await store.tickets.open(aTicket(change))
    if (ticket === null) throw new Error('it has one already')
    return ticket
  }

  describe('tickets', () => {
    test('come back as they went in, by id and by number', async () => {
      const given = aTicket()
      const ticket = await store.tickets.open(given)
      expect(ticket).toEqual({
        ...{ ...given, number: ticket?.number, state: 'open', reminders: 0 },
        ...{ closedAt: null, closedBy: null, note: null },
      })
      expect(ticket?.number).toBeGreaterThan(0)
      expect(await store.tickets.get(given.id)).toEqual(ticket)
      expect(await store.tickets.get(String(ticket?.number))).toEqual(ticket)
      for (const none of ['', '0', '-1', '1e3', '99999999999', '999999999', newId(), "1'"])
        expect(await store.tickets.get(none)).toBeNull()
    })

    test('are opened once for a cause, by however many at once, closed or not', async () => {
      const cause = { once: unique() }
      const tries = Array.from({ length: 8 }, () => store.tickets.open(aTicket(cause)))
      const [ticket, ...others] = (await Promise.all(tries)).filter((one) => one !== null)
      expect(others).toEqual([])
      if (ticket === undefined) throw new Error('none was opened')
      await store.tickets.update({
        ...ticket,
        state: 'done',
        closedAt: NOON,
        closedBy: 'cli',
        note: 'x',
        remindAt: null,
      })
      expect(await store.tickets.open(aTicket(cause))).toBeNull()
    })

    test('keep what closing and reminding change', async () => {
      const ticket = await opened()
      const reminded = { ...ticket, reminders: 3, remindAt: later(5_000) }
      await store.tickets.update(reminded)
      expect(await store.tickets.get(ticket.id)).toEqual(reminded)
      const closed: Ticket = {
        ...{ ...reminded, state: 'failed', closedAt: later(9), closedBy: 'user:ann', note: 'taken', remindAt: null },
        body: '***',
      }
      await store.tickets.update(closed)
      expect(await store.tickets.get(ticket.id)).toEqual(closed)
    })

    test('are dismissed by what they are about, those of the named kinds alone', async () => {
      const about = { orderId: newId(), mailId: newId() }
      const order = await opened(about)
      const uncertain = await opened({ ...about, kind: 'uncertain' })
      const stranger = await opened()
      const end = { at: later(7), note: 'it is done' }
      const closed = { state: 'dismissed', closedAt: end.at, closedBy: 'system', note: end.note, remindAt: null }
      expect(await store.tickets.settle({ orderId: about.orderId }, ['order', 'notice'], end)).toEqual([
        { ...order, ...closed },
      ])
      expect(await store.tickets.settle({ orderId: about.orderId }, ['order'], end)).toEqual([])
      expect(await store.tickets.settle({ mailId: about.mailId }, ['uncertain'], end)).toEqual([
        { ...uncertain, ...closed },
      ])
      expect(await store.tickets.get(stranger.id)).toEqual(stranger)
    })

    test('are listed newest first, by state, kind and domain, in pages', async () => {
      const domain = `${unique()}.example`
      const numbers: number[] = []
      for (let index = 0; index < 5; index++)
        numbers.unshift((await opened({ domain, kind: index === 2 ? 'conflict' : 'order' })).number)
      const page = async (filter: object, limit = 2) => {
        const found: number[] = []
        for (let cursor: string | null = null; ; ) {
          const { items, next } = await store.tickets.list({ domain, ...filter }, { limit, cursor })
          found.push(...items.map(({ number }) => number))
          if (next === null) return found
          cursor = next
        }
      }
      expect(await page({})).toEqual(numbers)
      expect(await page({ kind: 'conflict' })).toEqual([numbers[2]])
      expect(await page({ state: 'open', kind: 'order' })).toEqual(numbers.filter((_, index) => index !== 2))
      expect(await page({ state: 'done' })).toEqual([])
      await expect(store.tickets.list({}, { limit: 1, cursor: 'x' })).rejects.toMatchObject({ code: 'invalid' })
      const before = await store.tickets.countOpen()
      await opened({ kind: 'notice' })
      const of = (counts: typeof before, kind: string) => counts.find((one) => one.kind === kind)?.count ?? 0
      expect(of(await store.tickets.countOpen(), 'notice')).toBe(of(before, 'notice') + 1)
    })

    test('are due when their people are to be reminded, and never once they are closed', async () => {
      const [soon, late] = [await opened(), await opened({ remindAt: later(10_000) })]
      const due = async (ms: number) => {
        const ids = await store.tickets.due(later(ms), 1_000)
        return [soon, late].map(({ id }) => ids.includes(id))
      }
      expect(await due(999)).toEqual([false, false])
      expect(await due(1_000)).toEqual([true, false])
      expect(await due(10_000)).toEqual([true, true])
      await store.tickets.update({ ...soon, state: 'done', closedAt: NOON, closedBy: 'cli', note: 'x', remindAt: null })
      expect(await due(10_000)).toEqual([false, true])
    })
  })
})
