import { isInside, parseHostName } from './domain-name.js'
import type { Problem } from './errors.js'
import type { OrderTerms } from './order.js'

/**
 * What may go wrong with an order that can be carried out. Pointers are into its body, each a sentence that says what to
 * do and repeats no address, because the log has it for ever; an order with warnings is taken.
 */
export const orderWarnings = (terms: OrderTerms): Problem[] => (terms.action === 'transfer' ? lostMail(terms) : [])

/** Mail for an address within a domain that moves may be lost while it moves, and then nobody learns what became of it. */
const lostMail = ({ domain, notify, account, contacts }: OrderTerms): Problem[] =>
  [
    { pointer: '/notify', address: notify },
    { pointer: '/account/email', address: account.email },
    ...Object.entries(contacts).flatMap(([role, list]) =>
      list.map(({ email }, index) => ({ pointer: `/contacts/${role}/${index}/email`, address: email ?? null })),
    ),
  ].flatMap(({ pointer, address }) =>
    address !== null && isWithin(address, domain)
      ? [
          {
            pointer,
            detail: `This is an address within the domain that is transferred: mail for it may be lost while the domain moves. Use an address of another domain until the transfer is done.`,
          },
        ]
      : [],
  )

const isWithin = (address: string, domain: string): boolean => {
  const host = parseHostName(address.slice(address.lastIndexOf('@') + 1))
  return host.ok && isInside(host.value.name, domain)
}
