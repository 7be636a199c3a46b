import { getDomain } from 'tldts'
import type { SenderEvidence } from './mail.js'

/**
 * Whether the domain of a registry vouches for a mail by DMARC (RFC 7489). `unknown`: the DNS did not answer, so nothing is
 * said. `reason` is the end of a sentence about the mail.
 */
export type Vouching = { kind: 'vouched' } | { kind: 'unknown' | 'denied'; reason: string }

/**
 * What `trust.senderChecks: require` makes of the evidence. Anybody can have DMARC pass for a domain of his own, so it has
 * to be one that the registry's addresses are in.
 */
export const vouchingOf = (evidence: SenderEvidence | null, registry: readonly string[]): Vouching => {
  if (evidence === null)
    return denied('nothing is known of its sender, because it was not taken by SMTP or is too large')
  const { dmarc, domains } = evidence
  const { from } = domains
  if (from === null) return denied('its From is not one address')
  const owners = registry.map((address) => address.slice(address.lastIndexOf('@') + 1).toLowerCase())
  if (!owners.some((owner) => organisationOf(owner) === organisationOf(from)))
    return denied(`its From is of ${from}, not of a domain of the registry's addresses (${owners.join(', ')})`)
  if (dmarc === 'pass') return { kind: 'vouched' }
  if (dmarc === 'temperror') return { kind: 'unknown', reason: `the DNS did not say whether ${from} vouches for it` }
  return denied(`DMARC is ${dmarc} for ${from} (SPF ${evidence.spf}, DKIM ${evidence.dkim})`)
}

const denied = (reason: string): Vouching => ({ kind: 'denied', reason })

/** The organisational domain (RFC 7489, 3.2), by the Public Suffix List; names that it does not know stand for themselves. */
const organisationOf = (name: string): string =>
  getDomain(name, { allowPrivateDomains: true, extractHostname: false }) ?? name
