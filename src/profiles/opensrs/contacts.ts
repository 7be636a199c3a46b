import type { Contact, Contacts } from '../../core/domain.js'
import type { Problem } from '../../core/errors.js'
import { dottedPhone, parsePhone } from '../../core/phone.js'
import { contactsWithDefaults } from '../contact-defaults.js'
import type { EncodeInput } from '../profile.js'
import { rolePointer } from '../surplus.js'

/** A contact by the names of XCP's keys. */
export type XcpContact = { role: string; fields: [key: string, value: string][] }

/** XCP's names for our roles. Where there is no other, the owner is the admin and the billing contact too. */
const ROLES = { holder: 'owner', admin: 'admin', billing: 'billing', tech: 'tech' } as const
type Role = keyof typeof ROLES

const isRole = (name: string): name is Role => Object.hasOwn(ROLES, name)

/** What a contact of XCP cannot be without. */
const NEEDED = ['city', 'postalCode', 'country', 'phone', 'email'] as const

export const checkContacts = (input: Pick<EncodeInput, 'terms' | 'connection'>): Problem[] => {
  const contacts = contactsWithDefaults(input)
  const unknown = Object.keys(input.terms.contacts).filter((role) => !isRole(role))
  return [
    ...unknown.map((role) => ({
      pointer: rolePointer(role),
      detail: 'OpenSRS has no such contact; leave it out. It knows: holder, admin, billing, tech.',
    })),
    ...((contacts['holder'] ?? []).length === 0
      ? [{ pointer: '/contacts/holder', detail: 'This is missing: give the owner with name and address.' }]
      : []),
    ...Object.keys(ROLES).flatMap((role) => checkRole(role, contacts[role] ?? [])),
  ]
}

const checkRole = (role: string, contacts: readonly Contact[]): Problem[] => [
  ...(contacts.length > 1
    ? [{ pointer: `/contacts/${role}/1`, detail: `OpenSRS takes one ${role} contact; leave the others out.` }]
    : []),
  ...contacts.slice(0, 1).flatMap((contact) => checkContact(`/contacts/${role}/0`, contact)),
]

const checkContact = (pointer: string, contact: Contact): Problem[] => {
  if (contact.handle !== undefined)
    return [{ pointer: `${pointer}/handle`, detail: 'OpenSRS knows contacts by no handle; give name and address.' }]
  const missing: string[] = NEEDED.filter((field) => contact[field] === undefined)
  const named = contact.name !== undefined || contact.organization !== undefined
  return [
    ...(named ? [] : [{ pointer: `${pointer}/name`, detail: 'This is missing: give a name, or an organization.' }]),
    ...(contact.street?.length
      ? []
      : [{ pointer: `${pointer}/street`, detail: 'This is missing: give one to three lines.' }]),
    ...missing.map((field) => ({
      pointer: `${pointer}/${field}`,
      detail: 'This is missing: OpenSRS needs it of every contact.',
    })),
  ]
}

/** Of an order that was checked: owner, admin and billing always, tech where there is one. */
export const xcpContacts = (input: Pick<EncodeInput, 'terms' | 'connection'>): XcpContact[] => {
  const contacts = contactsWithDefaults(input)
  const owner = contacts['holder']?.[0]
  return Object.entries(ROLES).flatMap(([role, name]) => {
    const contact = contacts[role]?.[0] ?? (name === 'tech' ? undefined : owner)
    return contact === undefined ? [] : [{ role: name, fields: fieldsOf(contact) }]
  })
}

const fieldsOf = (contact: Contact): [string, string][] => {
  const [first, last] = namesOf(contact)
  const phone = parsePhone(contact.phone ?? '')
  const [address1 = '', ...more] = contact.street ?? []
  return [
    ['first_name', first],
    ['last_name', last],
    ['org_name', contact.organization ?? contact.name ?? ''],
    ['address1', address1],
    ...more.map((line, index): [string, string] => [`address${index + 2}`, line]),
    ['city', contact.city ?? ''],
    ['state', contact.province ?? 'n/a'],
    ['postal_code', contact.postalCode ?? ''],
    ['country', contact.country ?? ''],
    ['phone', phone.ok ? dottedPhone(phone.value) : ''],
    ['email', contact.email ?? ''],
  ]
}

/** XCP wants two names: the last word is the family's; who has one name alone has it twice. */
const namesOf = ({ name, organization }: Contact): [string, string] => {
  const words = (name ?? organization ?? '').trim().split(/ +/)
  const last = words.at(-1) ?? ''
  return [words.slice(0, -1).join(' ') || last, last]
}

/** All texts of contacts, with where they stand in the order's body. */
export const contactTexts = (contacts: Contacts): [pointer: string, text: string][] =>
  Object.entries(contacts).flatMap(([role, list]) =>
    list.flatMap((contact, index) =>
      Object.entries(contact).flatMap(([field, value]): [string, string][] => {
        const at = `${rolePointer(role)}/${index}/${field}`
        return Array.isArray(value)
          ? value.map((line, number): [string, string] => [`${at}/${number}`, line])
          : [[at, String(value)]]
      }),
    ),
  )
