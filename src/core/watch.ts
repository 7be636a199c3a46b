import type { NewAction } from './action-log.js'
import type { Connection } from './connection.js'
import type { Domain, Nameserver, Watch } from './domain.js'
import type { EventType, NewEvent } from './event.js'
import type { Order } from './order.js'
import type { Sight } from './parent-answer.js'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** Registries write their zones each few minutes at the soonest. */
const FIRST_LOOK_MS = 2 * MINUTE_MS
const SHORTEST_GAP_MS = 5 * MINUTE_MS
const LONGEST_GAP_MS = HOUR_MS
/** From then on once a day, as for a domain that is connected. */
const EAGER_MS = 3 * DAY_MS
/** What is not as ordered after that is told: until then it is on its way. */
const PATIENCE_MS = DAY_MS
/** So long a look may take; whoever began one and died is followed by the next. */
const LOOK_MS = 5 * MINUTE_MS

export const UNWATCHED: Watch = { delegation: null, watchedSince: null, watchAt: null, delegationFault: null }

/** Whether the delegation of a connection's domains is watched: where it does not say, in live mode alone. */
export const watchesDelegation = ({ watch, mode }: Pick<Connection, 'watch' | 'mode'>): boolean =>
  watch?.delegation ?? mode === 'live'

/** Whether this domain is looked at: what came to be in test mode is not in the DNS of a live registry. */
export const isWatched = (domain: Domain, connection: Pick<Connection, 'watch' | 'mode'>): boolean =>
  domain.state === 'registered' &&
  domain.watchAt !== null &&
  domain.mode === connection.mode &&
  watchesDelegation(connection)

/** Names that the public DNS never has (RFC 6761; RFC 2606, 3). */
const RESERVED = /(?:^|\.)(?:test|invalid|localhost|local|onion|example(?:\.(?:com|net|org))?)$/

/**
 * How a domain that the registry has as `domain` says is watched from now on. Without name servers, and under a reserved
 * name, there is nothing to see.
 */
export const beginWatch = (
  { name, nameservers }: Pick<Domain, 'name' | 'nameservers'>,
  delegation: Watch['delegation'],
  now: Date,
): Watch => {
  if (nameservers.length === 0 || RESERVED.test(name)) return { ...UNWATCHED, delegation }
  return { delegation, watchedSince: now, watchAt: new Date(now.getTime() + FIRST_LOOK_MS), delegationFault: null }
}

/** The same after the registry carried out an order: another set of name servers has to be seen first. */
export const watchAfter = (
  before: Domain,
  after: Domain,
  { acquired, now }: { acquired: boolean; now: Date },
): Watch => {
  if (after.state !== 'registered') return UNWATCHED
  if (acquired || after.undelegatedUntil !== null) return beginWatch(after, null, now)
  const same = sameHosts(hostsOf(before.nameservers), hostsOf(after.nameservers))
  if (same && after.watchedSince !== null) return watchOf(after)
  return beginWatch(after, same || before.delegation === null ? before.delegation : 'delegated', now)
}

const watchOf = ({ delegation, watchedSince, watchAt, delegationFault }: Watch): Watch => ({
  ...{ delegation, watchedSince, watchAt, delegationFault },
})

/** Until when a look that begins now may take: meanwhile nobody else begins one. */
export const lookUntil = (now: Date): Date => new Date(now.getTime() + LOOK_MS)

/** Eager at first, each hour after some hours, once a day where there is nothing more to wait for. */
export const nextLook = ({ delegation, watchedSince }: Watch, now: Date): Date => {
  const age = now.getTime() - (watchedSince ?? now).getTime()
  const daily = delegation === 'connected' || age >= EAGER_MS
  const gap = daily ? DAY_MS : Math.min(LONGEST_GAP_MS, Math.max(SHORTEST_GAP_MS, age / 4))
  return new Date(now.getTime() + gap)
}

export type Seen = { domain: Domain; actions: NewAction[]; events: NewEvent[] }

/**
 * Decides what a look at the parent zone changes of a registered domain; `sight` is null where its servers could not be
 * found. Pure: the flow holds the domain's lock and has made sure that it still is what was looked at.
 */
export const takeSight = (
  domain: Domain,
  sight: Sight | null,
  { owning, now }: { owning: Order | null; now: Date },
): Seen => {
  const ordered = hostsOf(domain.nameservers)
  const shown = stepOf(sight, ordered)
  const steps = STEPS.slice(rankOf(domain.delegation), rankOf(shown))
  const delegation = steps.at(-1) ?? domain.delegation
  const fault = shown === 'connected' ? null : (faultOf(sight, ordered, delegation) ?? domain.delegationFault)
  const seen: Domain = {
    ...domain,
    delegation,
    delegationFault: isTold({ ...domain, delegation }, fault, now) ? fault : null,
  }
  const look: Look = { domain: seen, sight, ordered, owning, now }
  return {
    domain: { ...seen, watchAt: nextLook(seen, now) },
    actions: [...steps.map((step) => stepAction(step, look)), ...faultActions(domain, look)],
    events: steps.map((step) => stepEvent(step, look)),
  }
}

type Step = NonNullable<Domain['delegation']>
type Look = { domain: Domain; sight: Sight | null; ordered: string[]; owning: Order | null; now: Date }

const STEPS: readonly Step[] = ['delegated', 'connected']
const rankOf = (step: Step | null): number => (step === null ? 0 : STEPS.indexOf(step) + 1)

const stepOf = (sight: Sight | null, ordered: readonly string[]): Step | null => {
  const sets = setsOf(sight)
  if (sight === null || sets.length === 0) return null
  return sets.length === sight.servers.length && sets.every((set) => sameHosts(set, ordered))
    ? 'connected'
    : 'delegated'
}

const setsOf = (sight: Sight | null): string[][] =>
  (sight?.servers ?? []).flatMap(({ answer }) => (answer.kind === 'delegated' ? [answer.hosts] : []))

/** What differs from what was ordered, in words that stay the same while it does; null where nobody said that anything does. */
const faultOf = (sight: Sight | null, ordered: readonly string[], delegation: Step | null): string | null => {
  const answers = sight?.servers.map(({ answer }) => answer) ?? []
  const other = setsOf(sight).find((set) => !sameHosts(set, ordered))
  if (other !== undefined) return `servers of ${sight?.zone} have ${listOf(other)} instead of ${listOf(ordered)}`
  if (answers.some(({ kind }) => kind === 'absent')) return `servers of ${sight?.zone} have no name servers for it`
  // Silence says nothing against what was seen before.
  if (delegation === 'connected') return null
  return answers.some(({ kind }) => kind === 'delegated') ? `not every server of ${sight?.zone} answers` : UNASKED
}

const UNASKED = 'no server of its parent zone can be asked'

/** A domain that waits for its first look is told of at once where there can be none; else what differs may be on its way. */
const isTold = ({ delegation, watchedSince }: Watch, fault: string | null, now: Date): boolean =>
  delegation === 'connected' || fault === UNASKED || now.getTime() - (watchedSince ?? now).getTime() >= PATIENCE_MS

const faultActions = (before: Domain, look: Look): NewAction[] => {
  const { domain } = look
  const told = domain.delegationFault
  if (told === before.delegationFault) return []
  const line = { ...about(look), data: dataOf(look) }
  if (told !== null)
    return [
      {
        ...{
          ...line,
          level: 'warning',
          event: told === UNASKED ? 'domain.delegation-unseen' : 'domain.delegation-differs',
        },
        text: `${domain.unicodeName}: ${told}; ${told === UNASKED ? 'see that the gateway can ask name servers on the Internet (port 53)' : 'look at its name servers at the registry'}. It is tried again ${nextLook(domain, look.now).toISOString()}`,
      },
    ]
  if (before.delegation !== 'connected') return []
  const text = `${domain.unicodeName} is delegated as ordered again`
  return [{ ...line, level: 'info', event: 'domain.delegation-mended', text }]
}

const stepAction = (step: Step, look: Look): NewAction => {
  const { domain, sight } = look
  const all = sight?.servers.length ?? 0
  const words =
    step === 'connected'
      ? `connected: all ${all} servers of ${sight?.zone} have the name servers that were ordered`
      : `delegated: ${setsOf(sight).length} of ${all} servers of ${sight?.zone} have name servers for it`
  return {
    ...{ ...about(look), level: 'info', event: `domain.${step}` },
    text: `${domain.unicodeName} is ${words}`,
    data: dataOf(look),
  }
}

const stepEvent = (step: Step, { domain, sight, ordered, owning, now }: Look): NewEvent => {
  const type: EventType = `domain.${step}`
  const order = owning === null ? {} : { orderId: owning.id, billingOrderId: owning.terms.billingOrderId }
  return {
    ...{ type, at: now, subject: domain.name },
    data: { ...order, domain: domain.name, mode: domain.mode, zone: sight?.zone, nameservers: ordered },
    once: `${type}:${domain.name}:${domain.watchedSince?.toISOString()}`,
  }
}

const about = ({ domain, owning, now }: Look) => ({
  ...{ at: now, actor: 'system', domain: domain.name, orderId: owning?.id ?? null },
})

/** Who said what: the evidence. */
const dataOf = ({ domain, sight, ordered }: Look): Record<string, unknown> => ({
  ...{ connection: domain.connectionId, zone: sight?.zone ?? null, ordered },
  servers: (sight?.servers ?? []).map(({ host, answer }) => ({
    host,
    ...(answer.kind === 'unknown'
      ? { problem: answer.reason }
      : { nameservers: answer.kind === 'delegated' ? answer.hosts : [] }),
  })),
})

const hostsOf = (nameservers: readonly Nameserver[]): string[] =>
  [...new Set(nameservers.map(({ host }) => host.toLowerCase().replace(/\.$/, '')))].sort()

const sameHosts = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((host) => others.includes(host))

const listOf = (hosts: readonly string[]): string => hosts.join(', ')
