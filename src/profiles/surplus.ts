import type { Problem } from '../core/errors.js'
import type { OrderTerms } from '../core/order.js'

/** Parts of an order that not every request says. `holder`: of the contacts that one alone. */
export type Part = 'contacts' | 'holder' | 'nameservers' | 'records' | 'dnssec' | 'authInfo' | 'disconnect' | 'period'

/** What the order says and its request could not, which says `takes` alone: it would be left out in silence. */
export const surplusParts = (terms: OrderTerms, takes: readonly Part[]): Problem[] => {
  const unsaid = (part: Part, given: boolean, detail: string): Problem[] =>
    given && !takes.includes(part) ? [{ pointer: `/${part}`, detail }] : []
  const dns = `The request for ${terms.action} says nothing of DNS data; leave them out.`
  return [
    ...surplusContacts(terms, takes),
    ...unsaid('nameservers', terms.nameservers.length > 0, dns),
    ...unsaid('records', terms.records.length > 0, dns),
    ...unsaid('dnssec', terms.dnssec !== null && terms.dnssec.length > 0, dns),
    ...unsaid('authInfo', terms.authInfo !== null, AUTHINFO),
    ...unsaid('disconnect', terms.disconnect !== null, DISCONNECT),
    ...unsaid(
      'period',
      terms.period !== null,
      `The request for ${terms.action} says nothing of years; leave them out.`,
    ),
  ]
}

const AUTHINFO = 'An AuthInfo belongs to a transfer, or to the order that creates it; leave it out.'
const DISCONNECT = 'Only a transit is connected or disconnected; leave it out.'

const surplusContacts = ({ contacts, action }: OrderTerms, takes: readonly Part[]): Problem[] =>
  takes.includes('contacts')
    ? []
    : Object.entries(contacts)
        .filter(([role, list]) => list.length > 0 && !(role === 'holder' && takes.includes('holder')))
        .map(([role]) => ({
          pointer: rolePointer(role),
          detail: `The request for ${action} says nothing of this contact; leave it out.`,
        }))

/** Of a contact in an order's body; its name is the order's own (RFC 6901, 3). */
export const rolePointer = (role: string): string => `/contacts/${role.replaceAll('~', '~0').replaceAll('/', '~1')}`
