import { acquires } from '../core/action.js'
import type { Connection } from '../core/connection.js'
import type { Contact, Contacts } from '../core/domain.js'
import type { EncodeInput } from './profile.js'

/**
 * The contacts of an order, all that they say, and where it brings a name to us those of the connection for roles that it leaves
 * out. The owner is never one by omission.
 */
export const contactsWithDefaults = ({ terms, connection }: Pick<EncodeInput, 'terms' | 'connection'>): Contacts => {
  if (!acquires(terms.action)) return terms.contacts
  const defaults = Object.entries(defaultsOf(connection)).filter(([role]) => role !== 'holder')
  const given = Object.entries(terms.contacts).filter(([, list]) => list.length > 0)
  return { ...Object.fromEntries(defaults), ...Object.fromEntries(given) }
}

const defaultsOf = ({ defaults }: Pick<Connection, 'defaults'>): Contacts =>
  Object.fromEntries(Object.entries(defaults.contacts).map(([role, value]) => [role, readContacts(value)]))

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
