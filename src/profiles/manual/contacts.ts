import { acquires } from '../../core/action.js'
import { CONTACT_ROLES } from '../../core/contact.js'
import type { Contact, Contacts } from '../../core/domain.js'
import type { Problem } from '../../core/errors.js'
import type { EncodeInput } from '../profile.js'
import { rolePointer } from '../surplus.js'

/** The contacts of an order, and where it brings a name to us those of the connection for roles that it leaves out. */
export const contactsOf = ({ terms, connection }: Pick<EncodeInput, 'terms' | 'connection'>): Contacts => {
  if (!acquires(terms.action)) return terms.contacts
  const defaults = Object.entries(connection.defaults.contacts).map(([role, value]) => [role, readContacts(value)])
  const given = Object.entries(terms.contacts).filter(([, list]) => list.length > 0)
  // The owner is never one by omission.
  return { ...Object.fromEntries(defaults.filter(([role]) => role !== 'holder')), ...Object.fromEntries(given) }
}

/** Of a connection's file, which has checked that they are contacts: one, or a list of them. */
const readContacts = (value: unknown): Contact[] =>
  (Array.isArray(value) ? value : value == null ? [] : [value]).map((item: unknown) => {
    const read = (name: string): string | undefined => {
      const field: unknown = typeof item === 'object' && item !== null ? Reflect.get(item, name) : undefined
      return typeof field === 'string' ? field : undefined
    }
    const street: unknown = typeof item === 'object' && item !== null ? Reflect.get(item, 'street') : undefined
    const lines = Array.isArray(street) ? street.filter((line) => typeof line === 'string') : []
    const texts = TEXTS.flatMap((name) => (read(name) === undefined ? [] : [[name, read(name)]]))
    return { ...Object.fromEntries(texts), ...(lines.length === 0 ? {} : { street: lines }) }
  })

const TEXTS = [
  ...(['handle', 'name', 'organization', 'city', 'province', 'postalCode'] as const),
  ...(['country', 'phone', 'email'] as const),
] as const

/** A contact that nobody could find or write down. */
export const nameless = (contacts: Contacts): Problem[] =>
  Object.entries(contacts).flatMap(([role, list]) =>
    list.flatMap(({ handle, name, organization }, index) =>
      handle === undefined && name === undefined && organization === undefined
        ? [
            {
              pointer: `${rolePointer(role)}/${index}`,
              detail: 'This has neither a handle nor a name or an organization; give one of them.',
            },
          ]
        : [],
    ),
  )

/** As a ticket shows them: in the order of their roles, each in lines for a form. */
export const contactGroups = (contacts: Contacts): { role: string; lines: string[] }[] => {
  const known: readonly string[] = CONTACT_ROLES
  const others = Object.keys(contacts).filter((role) => !known.includes(role))
  return [...known, ...others].flatMap((role) => (contacts[role] ?? []).map((one) => ({ role, lines: linesOf(one) })))
}

const linesOf = (contact: Contact): string[] => [
  ...label('handle', contact.handle),
  ...label('name', contact.name),
  ...label('organization', contact.organization),
  ...(contact.street ?? []).flatMap((line) => label('street', line)),
  ...label('postal code', contact.postalCode),
  ...label('city', contact.city),
  ...label('province', contact.province),
  ...label('country', contact.country),
  ...label('phone', contact.phone),
  ...label('e-mail', contact.email),
  ...label('address of requests', contact.uriTemplate),
  ...label('type', contact.type),
]

const label = (name: string, value: string | undefined): string[] => (value === undefined ? [] : [`${name}: ${value}`])
