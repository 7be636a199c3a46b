import type { Action } from '../../core/action.js'
import type { Contacts } from '../../core/domain.js'
import type { Problem } from '../../core/errors.js'
import type { OrderTerms } from '../../core/order.js'

/** Fields of an order that a registrar can ask for; the last five are contacts. */
export const FIELDS = [
  ...(['period', 'nameservers', 'dnssec', 'authInfo', 'disconnect'] as const),
  ...(['holder', 'admin', 'tech', 'zone', 'billing'] as const),
] as const
export type Field = (typeof FIELDS)[number]

/** What each action needs unless the connection says otherwise: without it nobody could carry it out. */
const NEEDED: Partial<Record<Action, readonly Field[]>> = {
  register: ['holder', 'nameservers'],
  transfer: ['holder', 'authInfo'],
  'update-nameservers': ['nameservers'],
  'change-holder': ['holder'],
  'create-authinfo': ['authInfo'],
  'create-contact': ['holder'],
  'update-contact': ['holder'],
}

export type NeededFields = Partial<Record<Action, readonly Field[]>> | undefined

export const neededFields = (action: Action, own: NeededFields): readonly Field[] =>
  own?.[action] ?? NEEDED[action] ?? []

/** Every field that is needed and absent. Records do in the place of name servers. */
export const missingFields = (
  { terms, contacts }: { terms: OrderTerms; contacts: Contacts },
  needed: readonly Field[],
): Problem[] =>
  needed
    .filter((field) => !hasField({ terms, contacts }, field))
    .map((field) => ({
      pointer: pointerOf(field),
      detail: `This is missing: whoever carries out a ${terms.action} is asked for it.`,
    }))

const hasField = ({ terms, contacts }: { terms: OrderTerms; contacts: Contacts }, field: Field): boolean => {
  switch (field) {
    case 'period':
      return terms.period !== null
    case 'nameservers':
      return terms.nameservers.length > 0 || terms.records.length > 0
    case 'dnssec':
      return terms.dnssec !== null
    case 'authInfo':
      return terms.authInfo !== null
    case 'disconnect':
      return terms.disconnect !== null
    default:
      return (contacts[field] ?? []).length > 0
  }
}

export const isContact = (field: Field): boolean =>
  (['holder', 'admin', 'tech', 'zone', 'billing'] as readonly Field[]).includes(field)

const pointerOf = (field: Field): string => (isContact(field) ? `/contacts/${field}` : `/${field}`)
