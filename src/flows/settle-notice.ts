import type { NewAction } from '../core/action-log.js'
import { type Domain, isRegistered } from '../core/domain.js'
import type { NewEvent } from '../core/event.js'
import type { NewNotice } from '../core/notice.js'
import type { Reply } from '../core/reply.js'
import { takeTidings } from '../core/tidings.js'
import type { Asked } from '../core/transfer-away.js'
import type { Tables } from '../ports.js'
import { awayOf } from './away-of.js'
import type { Deps } from './deps.js'
import { settleTickets } from './settle-tickets.js'

export type SettleNotice = {
  reply: Reply
  mailId: string
  connectionId: string
  ourName: string | null
  signedAt: Date
}

export type NoticeSettled =
  | {
      kind: 'told'
      stage: 'settled' | 'informational'
      effect: string
      urgent: boolean
      actions: NewAction[]
      events: NewEvent[]
      notices: NewNotice[]
      orders: string[]
      /** Another provider that has to be answered, once this is told. */
      asked: Asked | null
    }
  | { kind: 'conflict'; reason: string; orders: string[] }

/**
 * Lets what a registry tells unasked take effect on the domain that it names, within the caller's transaction, which holds
 * that domain. Only the connection that holds a domain can say what became of it.
 */
export const settleNotice = async (deps: Deps, tables: Tables, input: SettleNotice): Promise<NoticeSettled> => {
  const { reply, connectionId } = input
  const domain = reply.domain === null ? null : await tables.domains.get(reply.domain)
  if (domain === null || domain.state === 'none')
    return noted(
      'a notice; it names no domain that is looked after here',
      reply.tidings?.kind !== 'news' || reply.tidings.urgent,
    )
  if (domain.connectionId !== connectionId)
    return noted('a notice about a domain that another connection holds; nothing changes', true)
  const open = await tables.orders.findOpen(domain.name)
  const owning = await tables.orders.findOwning(domain.name)
  const confirmedAt = await lastConfirmed(tables, domain)
  const away = await awayOf(deps, tables, domain)
  const told = takeTidings(domain, reply, { ...input, now: deps.clock.now(), open, owning, confirmedAt, away })
  const orders = open === null ? [] : [open.id]
  if (told.kind === 'conflict') return { kind: 'conflict', reason: told.reason, orders }
  if (told.kind === 'noted') return noted(told.effect, told.urgent)
  await tables.domains.save(told.domain)
  const { actions, events, notices } = told
  const heard = { kind: 'told', stage: 'settled', urgent: true, actions, events, notices } as const
  if (told.kind === 'asked') return { ...heard, effect: ASKED, orders: [], asked: told }
  if (!isRegistered(told.domain.state))
    await settleTickets(deps, tables, { about: { domain: domain.name }, kinds: ['transfer-away'], note: LEFT })
  return { ...heard, effect: CHANGED, orders, asked: null }
}

const CHANGED = 'settled by domain: the domain is as the registry tells'
const ASKED = 'settled by domain: another provider asks for it, and is answered'
const LEFT = 'the domain is not ours any more'

const noted = (effect: string, urgent: boolean): NoticeSettled => ({
  ...{ kind: 'told', stage: 'informational', effect, urgent, actions: [], events: [], notices: [], orders: [] },
  asked: null,
})

/** When the newest request about the domain was signed that the registry carried out. */
const lastConfirmed = async (tables: Tables, { name }: Domain): Promise<Date | null> => {
  const last = await tables.orders.findLatest(name, 'done')
  const requests = last === null ? [] : await tables.requests.findByOrder(last.id)
  return requests.at(-1)?.signedAt ?? null
}
