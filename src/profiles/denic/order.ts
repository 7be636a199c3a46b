import type { Problem } from '../../core/errors.js'
import type { OrderTerms } from '../../core/order.js'
import type { EncodeInput } from '../profile.js'
import { type AuthInfo, readAuthInfo } from './auth-info.js'
import { isSent, type SentAction } from './codes.js'
import { type Handles, readHandles } from './contacts.js'
import { type DnsData, NO_DNS_DATA, readDnsData } from './dns-data.js'
import { readDomain } from './domain.js'
import { hasPart, surplus } from './surplus.js'

/** An order in the registry's terms: every value is what stands in the request, in the order it stands there. */
export type DenicOrder = Handles &
  DnsData &
  AuthInfo & { action: SentAction; ace: string; unicode: string; disconnect: 'true' | 'false' | null }

/**
 * Reads an order, with everything that would keep it from becoming a valid request. `check` reports the problems, and
 * `encode` and `confirm` use the same reading, so that what was checked is what is sent.
 */
export const readOrder = (input: Omit<EncodeInput, 'reference'>): { order: DenicOrder | null; problems: Problem[] } => {
  const { terms, domain, at } = input
  const { action } = terms
  if (!isSent(action))
    return { order: null, problems: [{ pointer: '/action', detail: `This profile sends no ${action}.` }] }
  const name = readDomain(terms.domain)
  const contacts = readHandles(input)
  const dns = hasPart(action, 'dns') ? readDnsData(terms, { ace: name.ace, domain }) : NO_DNS_DATA
  const auth = readAuthInfo(terms, at)
  const transit = readDisconnect(terms)
  const problems = [name, contacts, dns, auth, transit].flatMap((part) => part.problems)
  return {
    order: {
      ...{ action, ace: name.ace, unicode: name.unicode, disconnect: transit.disconnect },
      ...{ ...contacts.handles, ...dns.dns, ...auth.auth },
    },
    problems: [...problems, ...surplus(terms, action)],
  }
}

const readDisconnect = ({
  action,
  disconnect,
}: OrderTerms): { disconnect: 'true' | 'false' | null; problems: Problem[] } => {
  if (action !== 'transit') return { disconnect: null, problems: [] }
  if (disconnect !== null) return { disconnect: disconnect ? 'true' : 'false', problems: [] }
  const detail =
    'Say whether the domain is disconnected: true puts the page of the registry in the place of its name servers, false leaves them.'
  return { disconnect: null, problems: [{ pointer: '/disconnect', detail }] }
}
