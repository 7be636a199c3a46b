import { checkContacts, defaultContacts, hasData } from '../../core/contact.js'
import type { Contact } from '../../core/domain.js'
import type { Problem } from '../../core/errors.js'
import { dottedPhone, parsePhone } from '../../core/phone.js'
import { type PostalRules, readPostalInfo } from '../../core/postal-info.js'
import { optionalPair, type Pair } from '../key-value.js'
import type { EncodeInput } from '../profile.js'
import { rolePointer } from '../surplus.js'

/** The roles of a domain, by what they are called in requests. */
const ROLES = { holder: 'owner', admin: 'admin', tech: 'tech', billing: 'billing' } as const
export type Role = keyof typeof ROLES

type Found = { pairs: Pair[]; problems: Problem[] }

/**
 * The contacts of a domain: for each role a handle, or data from which one is made with the domain. A role that the order
 * leaves out is the connection's, but for the holder. `needed`: which roles have to be there; `asData`: whether data are taken.
 */
export const readContacts = (
  { terms, connection }: Omit<EncodeInput, 'reference'>,
  { roles, needed, asData, tld }: { roles: readonly Role[]; needed: boolean; asData: boolean; tld: string },
): Found => {
  const unknown = Object.entries(terms.contacts)
    .filter(([role, list]) => list.length > 0 && !(roles as readonly string[]).includes(role))
    .map(([role]) => ({
      pointer: rolePointer(role),
      detail: `The request takes no such contact, but: ${roles.join(', ')}.`,
    }))
  const found = roles.map((role): Found => {
    const own = terms.contacts[role] ?? []
    const all = own.length > 0 || role === 'holder' || !needed ? own : defaultContacts(connection, role)
    const [contact, second] = all
    const at = `/contacts/${role}`
    if (second !== undefined) return wrong(at, `There are ${all.length} ${role} contacts; the request takes one.`)
    if (contact === undefined)
      return needed ? wrong(at, `The request needs a ${role} contact, by its handle or its data.`) : NOTHING
    if (!hasData(contact)) return readHandle(contact, `${ROLES[role]}-contact-handle`, `${at}/0/handle`)
    if (!asData) return wrong(`${at}/0`, 'The request takes a handle alone; make the contact first (create-contact).')
    return readData(contact, { at: `${at}/0`, prefix: `${ROLES[role]}-contact-`, tld })
  })
  return {
    pairs: found.flatMap(({ pairs }) => pairs),
    problems: [...unknown, ...found.flatMap(({ problems }) => problems)],
  }
}

const NOTHING: Found = { pairs: [], problems: [] }
const wrong = (pointer: string, detail: string): Found => ({ pairs: [], problems: [{ pointer, detail }] })

/** Letters and digits, like CCOM-176269 or C176269-LRMS; or the role whose contact it is as well (`same-as-owner-contact`). */
export const HANDLE = /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?|same-as-(?:owner|admin|tech|billing)-contact)$/

const readHandle = ({ handle = '' }: Contact, key: string, at: string): Found =>
  HANDLE.test(handle)
    ? { pairs: [[key, handle]], problems: [] }
    : wrong(at, `${JSON.stringify(handle.slice(0, 60))} is no handle; write one like CCOM-176269.`)

/** The registries of these TLDs take shorter texts, and a third line of the street. */
const SHORT_TLDS = ['biz', 'cn', 'eu']

const rulesOf = (tld: string): PostalRules => {
  const short = SHORT_TLDS.includes(tld)
  const text = short ? 30 : 80
  return {
    form: 'int',
    required: ['street', 'postalCode', 'city', 'country'],
    longest: { name: text, organization: text, street: text, city: text, province: text, postalCode: short ? 10 : 50 },
    mostLines: short ? 3 : 2,
  }
}

/** The data of a contact, in the keys that they have behind the `prefix`. Everything is in ASCII. */
export const readData = (given: Contact, { at, prefix, tld }: { at: string; prefix: string; tld: string }): Found => {
  const { info, problems } = readPostalInfo(given, rulesOf(tld), at)
  const individual = given.type !== 'organization'
  const name = info.name ?? (individual ? null : info.organization)
  const phone = given.phone === undefined ? null : parsePhone(given.phone)
  const fields: Pair[] = [
    ['individual', individual ? 'Y' : 'N'],
    ...optionalPair('name', name),
    ...optionalPair('organization', info.organization),
    ...info.street.map((line, index): Pair => [`address-${index + 1}`, line]),
    ...optionalPair('postal-code', info.postalCode),
    ...optionalPair('city', info.city),
    ...optionalPair('state', info.province),
    ...optionalPair('country', info.country),
    ...optionalPair('email', given.email ?? null),
    ...optionalPair('phone', phone?.ok ? dottedPhone(phone.value) : null),
  ]
  return {
    pairs: fields.map(([key, value]): Pair => [`${prefix}${key}`, value]),
    problems: [
      ...problems,
      ...missing(given, { name, individual }).map(([field, detail]) => ({ pointer: `${at}/${field}`, detail })),
      ...checkContacts({ one: [given] }).map(({ pointer, detail }) => ({
        pointer: pointer.replace('/contacts/one/0', at),
        detail,
      })),
    ],
  }
}

const missing = (
  given: Contact,
  { name, individual }: { name: string | null; individual: boolean },
): [string, string][] => [
  ...(given.handle === undefined ? [] : [['handle', BOTH] satisfies [string, string]]),
  ...(given.type === 'role'
    ? [['type', 'A contact is a person or an organization here.'] satisfies [string, string]]
    : []),
  ...(given.uriTemplate === undefined ? [] : [['uriTemplate', TEMPLATE] satisfies [string, string]]),
  ...(name === null ? [['name', 'The contact has no name; add that of a person.'] satisfies [string, string]] : []),
  ...(individual || given.organization !== undefined
    ? []
    : [['organization', 'An organization needs its name here; add it.'] satisfies [string, string]]),
  ...(given.email !== undefined && /^[\x21-\x7e]{1,80}$/.test(given.email)
    ? []
    : [
        ['email', 'The request needs an e-mail address, of ASCII and at most 80 characters.'] satisfies [
          string,
          string,
        ],
      ]),
  ...(given.phone === undefined
    ? [['phone', 'The request needs a phone number, like +49.30123456.'] satisfies [string, string]]
    : []),
]

const BOTH =
  'A contact is given by its handle or by its data, not by both; the registrar chooses the handle of a new one.'
const TEMPLATE = 'The request has no place for the template of an address; leave it out.'
