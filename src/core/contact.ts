import type { Connection } from './connection.js'
import { isCountry } from './country.js'
import type { Contact, Contacts } from './domain.js'
import type { Problem } from './errors.js'
import { parsePhone } from './phone.js'

/** What a contact can be to a domain. */
export const CONTACT_ROLES = ['holder', 'admin', 'tech', 'zone', 'billing', 'general-request', 'abuse'] as const
export type ContactRole = (typeof CONTACT_ROLES)[number]

/** Whether a contact is given by its data, with or without a handle. */
export const hasData = (contact: Contact): boolean => Object.keys(contact).some((field) => field !== 'handle')

/**
 * What is wrong with contacts whatever their registry: countries (ISO 3166-1), phone numbers (E.164),
 * the form of e-mail addresses. Pointers are into an
 * order's body (`/contacts/holder/0/country`).
 */
export const checkContacts = (contacts: Contacts): Problem[] =>
  Object.entries(contacts).flatMap(([role, list]) =>
    list.flatMap((contact, index) => checkContact(contact, `/contacts/${role}/${index}`)),
  )

/** One address, without a name; the local part is the host's own affair. */
export const EMAIL = /^[^\s@<>,;:"\p{Cc}\p{Cf}\p{Cs}]+@[^\s@<>,;:"\p{Cc}\p{Cf}\p{Cs}]+$/u

/** Characters; a longer one is no path that a mail server takes (RFC 5321, 4.5.3.1.3). */
export const LONGEST_EMAIL = 254
const NO_EMAIL = `This is no e-mail address; write one like owner@example.net, of at most ${LONGEST_EMAIL} characters.`

const checkContact = ({ country, phone, email }: Contact, at: string): Problem[] => {
  const problems: Problem[] = []
  if (email !== undefined && (email.length > LONGEST_EMAIL || !EMAIL.test(email)))
    problems.push({ pointer: `${at}/email`, detail: NO_EMAIL })
  if (country !== undefined && !isCountry(country))
    problems.push({
      pointer: `${at}/country`,
      detail: `${JSON.stringify(country.slice(0, 10))} is the code of no country (ISO 3166-1); write two capital letters, like DE or GB.`,
    })
  const number = phone === undefined ? null : parsePhone(phone)
  if (number !== null && !number.ok)
    problems.push(...number.problems.map(({ detail }) => ({ pointer: `${at}/phone`, detail })))
  return problems
}

/**
 * The contacts that a connection has for a role where an order names none. They come from a file that only the
 * connection's own schema has seen: a contact or a list of contacts, of which a handle alone is taken.
 */
export const defaultContacts = ({ defaults }: Pick<Connection, 'defaults'>, role: ContactRole): Contact[] => {
  const value = Object.hasOwn(defaults.contacts, role) ? defaults.contacts[role] : undefined
  if (value === undefined || value === null) return []
  return (Array.isArray(value) ? value : [value]).map((item: unknown) =>
    typeof item === 'object' && item !== null && 'handle' in item && typeof item.handle === 'string'
      ? { handle: item.handle }
      : {},
  )
}
