import { canonicalJson } from './action-log.js'
import type { Contact, Domain, DomainState } from './domain.js'
import type { Mail } from './mail.js'
import { isOpen, type Order } from './order.js'

/** Stands where a text of a person was. */
export const ERASED = 'erased'

/**
 * Whose data is to be erased. `domain`: all orders on that name, in A-labels. `contact`: an e-mail address or a registry's
 * handle, in any case of letters.
 */
export type ErasureTarget = { order: string } | { domain: string } | { account: string } | { contact: string }

/** How many rows lost something; `shared` are mails that stay because they speak of other orders too. */
export const ERASURE_COUNTS = [
  'orders',
  'domains',
  'mails',
  'shared',
  'forms',
  'notices',
  'tickets',
  'answers',
  'events',
  'calls',
] as const
export type ErasureCounts = Record<(typeof ERASURE_COUNTS)[number], number>

/** What each of them has lost, in words. */
export const ERASURE_WORDS: Record<keyof ErasureCounts, string> = {
  orders: 'orders: contacts, addresses, AuthInfo',
  domains: 'domains that have left: contacts, address of the owner',
  mails: 'mails: octets',
  shared: 'mails stay, because they speak of other orders too',
  forms: 'order forms: octets',
  notices: 'mails to people',
  tickets: 'tickets: text and note',
  answers: 'answers for an Idempotency-Key',
  events: 'events: the reason',
  calls: 'calls of webhooks: body and answer',
}

export const NOTHING_ERASED: ErasureCounts = {
  ...{ orders: 0, domains: 0, mails: 0, shared: 0, forms: 0, notices: 0 },
  ...{ tickets: 0, answers: 0, events: 0, calls: 0 },
}

export const addCounts = (a: ErasureCounts, b: ErasureCounts): ErasureCounts => {
  const sum = { ...a }
  for (const kind of ERASURE_COUNTS) sum[kind] += b[kind]
  return sum
}

/** States of a name that nobody looks after here: what is known of its people is needed for nothing. */
export const LEFT_STATES = ['none', 'failed', 'closed', 'gone'] as const satisfies readonly DomainState[]

export const hasLeft = (state: DomainState): boolean => (LEFT_STATES as readonly DomainState[]).includes(state)

/** Whether a domain tells of people: by contacts, or the address of the account that it was given to. */
export const hasPeople = ({ contacts, owner }: Domain): boolean =>
  Object.keys(contacts).length > 0 || (owner?.account.email ?? null) !== null

export const withoutPeople = (domain: Domain): Domain => ({
  ...{ ...domain, contacts: {} },
  owner: domain.owner === null ? null : { ...domain.owner, account: { ...domain.owner.account, email: null } },
})

/** What is known of an order at the moment when it would be erased. */
export type ErasureCase = {
  order: Order
  domain: Domain | null
  /** It says whose the domain is, and whom mails about it go to. */
  owns: boolean
  openTicket: number | null
  /** A mail about it that nobody has judged yet. */
  waitingMail: string | null
}

/** Why an order keeps its personal data for now, in a sentence that says what to do; null where it can be erased. */
export const whyNotErased = ({ order, domain, owns, openTicket, waitingMail }: ErasureCase): string | null => {
  const { id, status, terms } = order
  if (isOpen(status))
    return `order ${id} is ${status}: the registry may still need its data; cancel it, or wait until it is over`
  if (openTicket !== null) return `ticket #${openTicket} about order ${id} is open; close it first`
  if (waitingMail !== null) return `mail ${waitingMail} about order ${id} is not judged yet; try again when it is`
  if (domain === null || hasLeft(domain.state)) return null
  if (owns)
    return `order ${id} says whose ${terms.unicodeName} is, which is still looked after; close the domain or let it go first`
  return usesContactsOf(order, domain)
    ? `order ${id} has contacts that ${terms.unicodeName} has still; change its contacts first, or close it`
    : null
}

const usesContactsOf = ({ terms }: Order, { contacts }: Domain): boolean => {
  const current = new Set(peopleIn(contacts).map(canonicalJson))
  return peopleIn(terms.contacts).some((contact) => current.has(canonicalJson(contact)))
}

const peopleIn = (contacts: Domain['contacts']): Contact[] => Object.values(contacts).flat()

/**
 * The order without what tells of a person: contacts, addresses, AuthInfo, who accepted the agreement, and words of the
 * registry, which may repeat any of these. What was ordered, for which account and at what price, stays.
 */
export const erasedOrder = (order: Order, at: Date): Order => {
  const { terms } = order
  return {
    ...order,
    terms: {
      ...terms,
      account: { ...terms.account, email: null },
      contacts: {},
      authInfo: null,
      notify: null,
      agreement: terms.agreement === null ? null : { ...terms.agreement, acceptedBy: ERASED },
    },
    reason: order.reason === null ? null : ERASED,
    warnings: [],
    result: null,
    erasedAt: at,
  }
}

/** E-mail addresses that an order has of people, in lower case. */
export const addressesOf = ({ terms }: Order): string[] =>
  inLowerCase([terms.account.email, terms.notify, ...addressesIn(terms.contacts)])

/** The same of a domain. */
export const addressesOfDomain = ({ contacts, owner }: Domain): string[] =>
  inLowerCase([owner?.account.email ?? null, ...addressesIn(contacts)])

const addressesIn = (contacts: Domain['contacts']): (string | null)[] =>
  peopleIn(contacts).map(({ email }) => email ?? null)

const inLowerCase = (addresses: readonly (string | null)[]): string[] => [
  ...new Set(addresses.flatMap((address) => (address === null ? [] : [address.toLowerCase()]))),
]

/** What stays of a mail beside its digest, its size and its verdict: replies without their words, our own addresses. */
export const erasedMail = (
  { envelope, replies }: Pick<Mail, 'envelope' | 'replies'>,
  addresses: readonly string[],
): Pick<Mail, 'envelope' | 'replies'> => {
  const kept = (address: string): string => (addresses.includes(address.toLowerCase()) ? ERASED : address)
  return {
    envelope: { ...envelope, from: kept(envelope.from), to: envelope.to.map(kept) },
    replies: replies.map((reply) => ({ ...reply, text: ERASED })),
  }
}
