import { z } from 'zod'
import type { Action } from '../../core/action.js'
import type { Connection } from '../../core/connection.js'
import { defaultContacts } from '../../core/contact.js'
import { HANDLE, type Role } from './contacts.js'
import { FEWEST_HOSTS, MOST_HOSTS } from './name-servers.js'
import { isSent, type SentAction } from './request-types.js'
import { MOST_YEARS } from './years.js'

const byHandle = z.object({ handle: z.string().regex(HANDLE) }).meta({
  description: 'A contact that exists at the registrar, by its handle, like CCOM-176269.',
})
const text = z.string().max(200)
const data = z.object({
  ...{ name: text.optional(), organization: text.optional(), street: z.array(text).min(1).max(3) },
  ...{ city: text, province: text.optional(), postalCode: text, country: z.string().length(2) },
  ...{ phone: text, email: text, type: z.enum(['person', 'organization']).optional() },
})

const oneOf = (contact: z.ZodType) => z.union([contact, z.array(contact).length(1)])

/** Roles that the connection has a contact for may be left out. */
const contactsOf = (connection: Connection, roles: readonly Role[], contact: z.ZodType) => {
  const known = (role: Role) => role !== 'holder' && defaultContacts(connection, role).length > 0
  const fields = roles.map((role) => [role, known(role) ? oneOf(contact).optional() : oneOf(contact)])
  const contacts = z.strictObject(Object.fromEntries(fields))
  return { contacts: roles.every(known) ? contacts.optional() : contacts }
}

const hosts = z
  .array(z.object({ host: text, addresses: z.array(z.string().max(45)).max(1).optional() }))
  .max(MOST_HOSTS)
const period = { period: z.strictObject({ years: z.number().int().min(1).max(MOST_YEARS) }).optional() }
const records = z.array(z.string().max(600)).min(1).meta({ description: '"NAME IN A 192.0.2.1", or a CNAME or MX.' })

const FORMS: Record<SentAction, (connection: Connection) => z.ZodRawShape> = {
  register: (connection) => ({
    ...contactsOf(connection, ['holder', 'admin', 'tech', 'billing'], z.union([byHandle, data])),
    nameservers: connection.defaults.nameservers.length > 0 ? hosts.optional() : hosts.min(FEWEST_HOSTS),
    ...period,
  }),
  transfer: (connection) => ({ ...contactsOf(connection, ['billing'], byHandle), authInfo: z.string().max(64) }),
  'update-nameservers': () => ({ nameservers: hosts.min(FEWEST_HOSTS) }),
  update: () => ({
    contacts: z
      .strictObject({ admin: oneOf(byHandle), tech: oneOf(byHandle), billing: oneOf(byHandle) })
      .partial()
      .optional(),
    nameservers: hosts.optional(),
  }),
  renew: () => period,
  close: () => ({}),
  setup: () => ({ records }),
  'create-contact': () => ({
    contacts: z.record(z.string(), oneOf(data)).meta({ minProperties: 1, maxProperties: 1 }),
  }),
}

/** What an order has to say; `check` has the rest, which needs the domain or two fields together. */
export const formOf = (action: Action, connection: Connection): z.ZodType | null =>
  isSent(action) ? z.strictObject(FORMS[action](connection)) : null
