import { acquires } from './action.js'
import type { Connection } from './connection.js'
import type { Order, OrderTerms } from './order.js'
import type { Delivery } from './webhook-delivery.js'

/**
 * Before a name is ordered of a registry its DNS may have to be there (`dnsPrepare` of a connection): the event `dns.prepare`
 * asks for it when the order is let go, and the request is held until it was answered or acknowledged.
 */
export type DnsPreparation = Pick<Order, 'dnsAskedAt' | 'dnsPreparedAt'>

/** Asked for, and not prepared yet: the request does not leave. */
export const awaitsDns = ({ dnsAskedAt, dnsPreparedAt }: DnsPreparation): boolean =>
  dnsAskedAt !== null && dnsPreparedAt === null

/** When it is asked for: once an order, the first time that this is let go under a connection that requires it. */
export const askedAt = (
  { dnsAskedAt, terms }: Pick<Order, 'dnsAskedAt' | 'terms'>,
  { dnsPrepare, now }: { dnsPrepare: Connection['dnsPrepare']; now: Date },
): Date | null => dnsAskedAt ?? (dnsPrepare === 'required' && acquires(terms.action) ? now : null)

/** What `dns.prepare` says beside the order: which zone is to be set up. */
export const zoneOf = ({ action, nameservers, records, dnssec }: OrderTerms) => ({
  ...{ nameservers, records, dnssec: dnssec ?? [] },
  action,
})

/** After this long people are asked to see to it. Milliseconds. */
export const DNS_WAIT_MS = 3_600_000

/** An event as it went to one webhook that is still there. */
export type Told = { delivery: Delivery; url: string }

/** Whether all who were told of an event took it; false where there is nobody. */
export const isTakenByAll = (told: readonly Told[]): boolean =>
  told.length > 0 && told.every(({ delivery }) => delivery.state === 'delivered')

/** What the request waits for, as a sentence for the administrator. */
export const dnsStep = ({ id, terms }: Pick<Order, 'id' | 'terms'>): string =>
  `Nothing is sent before the DNS of ${terms.unicodeName} is prepared: every webhook that takes dns.prepare has to answer it with 2xx, or somebody acknowledges it (POST /v1/orders/${id}/dns-prepared, or sealpost order dns-prepared).`
