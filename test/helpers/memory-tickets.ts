import type { Ticket } from '../../src/core/ticket.js'
import type { Tables } from '../../src/ports.js'
import { isReached, type Rows } from './memory-rows.js'

export const tickets = (rows: () => Rows): Tables['tickets'] => {
  const all = (): Ticket[] => [...rows().tickets.values()]
  const get = async (id: string) => all().find((one) => one.id === id || String(one.number) === id) ?? null
  const replace = (ticket: Ticket): Ticket => {
    rows().tickets.set(ticket.id, ticket)
    return ticket
  }
  return {
    get,
    lock: get,
    open: async (ticket) => {
      if (all().some(({ once }) => once === ticket.once)) return null
      const closing = { closedAt: null, closedBy: null, note: null, reminders: 0 }
      return replace({ ...ticket, ...closing, number: rows().tickets.size + 1, state: 'open' })
    },
    update: async (ticket) => void replace(ticket),
    settle: async ({ orderId, mailId, domain }, kinds, { at, note }) =>
      all()
        .filter(({ state, kind }) => state === 'open' && kinds.includes(kind))
        .filter(
          (one) =>
            (orderId === undefined || one.orderId === orderId) &&
            (mailId === undefined || one.mailId === mailId) &&
            (domain === undefined || one.domain === domain),
        )
        .map((one) => replace({ ...one, state: 'dismissed', closedAt: at, closedBy: 'system', note, remindAt: null })),
    list: async ({ state, kind, domain }, { limit }) => {
      const items = all().filter(
        (one) =>
          (state === undefined || one.state === state) &&
          (kind === undefined || one.kind === kind) &&
          (domain === undefined || one.domain === domain),
      )
      return { items: items.sort((a, b) => b.number - a.number).slice(0, limit), next: null }
    },
    countOpen: async () => {
      const kinds = all().flatMap(({ state, kind }) => (state === 'open' ? [kind] : []))
      return [...new Set(kinds)].sort().map((kind) => ({ kind, count: kinds.filter((one) => one === kind).length }))
    },
    due: async (now, limit) =>
      all()
        .filter(({ state, remindAt }) => state === 'open' && isReached(remindAt, now))
        .slice(0, limit)
        .map(({ id }) => id),
  }
}
