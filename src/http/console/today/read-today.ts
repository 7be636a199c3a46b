import type { Action } from '../../../core/action.js'
import { ACTION_LEVELS } from '../../../core/action-log.js'
import { dayStarts } from '../../../core/days.js'
import { statusOf } from '../../../core/domain.js'
import { type OverviewCounts, WAITING_STAGES } from '../../../core/overview.js'
import { actionView, orderView } from '../../../core/views.js'
import type { Deps } from '../../../flows/deps.js'
import { type Attention, readAttention } from '../../../flows/read-attention.js'
import type { Store, User } from '../../../ports.js'
import { may } from '../frame/access.js'
import { NAVIGATION } from '../frame/navigation.js'
import { hrefOf } from '../frame/parts.js'
import type { Count, LateReply, ReplyTime, TodayPageProps, ToldError } from './today-page.js'

const ERRORS_SHOWN = 6
const LATE_SHOWN = 6
const COMPLETED_SHOWN = 6
const DAYS_SHOWN = 14
const REGISTRIES_SHOWN = 12

/**
 * All that the first page shows. Every question to the store has a bound, so that it is quick however much there is. `user`:
 * who looks; nothing leads to a page that they may not open.
 */
export const readToday = async (
  deps: Deps,
  { timezone, user }: { timezone: string; user: User },
): Promise<Omit<TodayPageProps, 'now' | 'words'>> => {
  const { store, clock } = deps
  const starts = dayStarts(timezone, clock.now(), DAYS_SHOWN)
  const today = starts.at(-1) ?? clock.now()
  const [errors, counts, attention, late, completed, perDay, replyTimes] = await Promise.all([
    readErrors(store),
    readCounts(store, user),
    readAttention(deps),
    readLate(store),
    store.overview.completed(new Date(today.getTime() - 1), COMPLETED_SHOWN),
    store.overview.ordersSince(starts),
    readReplyTimes(store),
  ])
  const date = new Intl.DateTimeFormat('en-CA', { timeZone: timezone })
  return {
    ...{ errors, counts, late, replyTimes },
    attention: worstFirst(attention.filter(({ level, about }) => level !== 'info' || about === 'key')),
    completed: { count: completed.count, orders: completed.orders.map((order) => orderView(order, null)) },
    days: starts.map((at, index) => ({ label: date.format(at), value: perDay[index] ?? 0 })),
  }
}

const worstFirst = (attention: readonly Attention[]): Attention[] =>
  attention.toSorted((a, b) => ACTION_LEVELS.indexOf(b.level) - ACTION_LEVELS.indexOf(a.level))

const readErrors = async (store: Store): Promise<ToldError[]> => {
  const { items } = await store.actions.list({ level: 'error' }, { limit: ERRORS_SHOWN, cursor: null })
  return Promise.all(
    items.map(async (entry) => {
      const domain = entry.domain === null ? null : await store.domains.get(entry.domain)
      const now = domain === null ? null : { status: statusOf(domain.state), mode: domain.mode }
      return { ...actionView(entry), now }
    }),
  )
}

const readCounts = async (store: Store, user: User): Promise<Count[]> => {
  const [counts, webhooks, tickets, forms] = await Promise.all([
    store.overview.counts(),
    store.webhooks.list(),
    store.tickets.countOpen(),
    store.refusedForms.count(),
  ])
  const failing = webhooks.filter(({ failingSince, disabledAt }) => failingSince !== null || disabledAt !== null)
  const orders = tickets.find(({ kind }) => kind === 'order')?.count ?? 0
  const webhooksHref = may(user, 'webhooks') ? '/settings/webhooks' : null
  return [...countsOf(counts, { count: failing.length, href: webhooksHref }), toCarryOut(orders), toMend(forms)]
}

/** Of the other tickets each is counted by what it is about. */
const toCarryOut = (count: number): Count => ({
  ...{ label: 'orders to carry out by hand', alarm: false, count },
  href: linkTo('/tickets', { kind: 'order' }),
})

const toMend = (count: number): Count => ({
  ...{ label: 'order forms refused (init)', alarm: false, count },
  href: '/pending',
})

/** Whatever a person has to look at; `alarm` marks what costs money or customers while it waits. */
const countsOf = (counts: OverviewCounts, failingWebhooks: Pick<Count, 'count' | 'href'>): Count[] => [
  {
    ...{ label: 'transfers refused (KK-NACK): demand a late ACK', alarm: true },
    ...{ count: counts.domainsRefusedTransfer, href: linkTo('/domains', { status: 'Transferring' }) },
  },
  {
    ...{ label: 'orders uncertain: ask the registry', alarm: true },
    ...{ count: counts.ordersUncertain, href: linkTo('/pending', { status: 'uncertain' }) },
  },
  {
    ...{ label: 'orders that wait for a second person', alarm: false },
    ...{ count: counts.ordersToApprove, href: linkTo('/pending', { status: 'awaiting-approval' }) },
  },
  {
    ...{ label: 'domains in Error', alarm: true },
    ...{ count: counts.domainsInError, href: linkTo('/domains', { status: 'Error' }) },
  },
  ...WAITING_STAGES.map((stage) => ({
    ...{ label: `mails ${STAGE_LABELS[stage]}`, alarm: stage === 'conflict' },
    ...{ count: counts.mails[stage], href: linkTo('/mails', { stage }) },
  })),
  {
    ...{ label: 'webhooks that fail', alarm: true },
    ...failingWebhooks,
  },
  {
    ...{ label: 'replies late', alarm: false },
    ...{ count: counts.requestsLate, href: linkTo('/pending', { late: '1' }) },
  },
]

const STAGE_LABELS: Record<(typeof WAITING_STAGES)[number], string> = {
  unrecognised: 'not recognised',
  ambiguous: 'ambiguous',
  conflict: 'in conflict with what is settled',
  quarantined: 'in quarantine',
  untrusted: 'not trusted',
}

/** Only to pages that there are. */
const linkTo = (href: string, query: Record<string, string>): string | null =>
  NAVIGATION.some((entry) => entry.href === href) ? hrefOf(href, query) : null

const readLate = async (store: Store): Promise<LateReply[]> => {
  const late = await store.overview.late(LATE_SHOWN)
  return late.flatMap(({ orderId, domain, action, sentAt, deadline }) =>
    sentAt === null
      ? []
      : [{ orderId, domain, action, since: sentAt.toISOString(), deadline: deadline?.toISOString() ?? null }],
  )
}

/** What people wait for. */
const WATCHED: readonly Action[] = ['register', 'transfer', 'update-nameservers']

const readReplyTimes = async (store: Store): Promise<ReplyTime[]> => {
  const connections = (await store.connections.list()).slice(0, REGISTRIES_SHOWN)
  const titles = new Map(connections.map(({ id, title }) => [id, title]))
  const asked = connections.flatMap(({ id }) => WATCHED.map((action) => ({ connectionId: id, action })))
  const times = await store.pending.replyTimes(asked)
  return times.map(({ connectionId, ...time }) => ({ ...time, registry: titles.get(connectionId) ?? connectionId }))
}
