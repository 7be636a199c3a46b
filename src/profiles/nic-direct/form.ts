import { z } from 'zod'
import { type Action, acquires } from '../../core/action.js'
import type { Connection } from '../../core/connection.js'
import { defaultContacts } from '../../core/contact.js'
import { HANDLE, ROLES } from './contacts.js'
import { FEWEST_HOSTS, MOST_HOSTS } from './name-servers.js'
import { isSent, type SentAction } from './operations.js'
import { MOST_YEARS } from './request.js'

const contact = z.object({ handle: z.string().regex(HANDLE) }).meta({
  description: 'A contact that is registered at the registrar, by its handle, like JOWE0014.',
})
const oneContact = z.union([contact, z.array(contact).length(1)])

const hosts = z.array(
  z.object({
    host: z.string().max(255),
    addresses: z
      .array(z.string().max(45))
      .max(1)
      .optional()
      .meta({
        description: `The IPv4 address, which the first ${FEWEST_HOSTS} name servers need.`,
      }),
  }),
)

/** What an order has to say; `check` has the rest. Contacts and name servers that the connection has may be left out. */
export const formOf = (action: Action, connection: Connection): z.ZodType | null =>
  isSent(action) ? z.strictObject({ ...contactsOf(action, connection), ...SHAPES[action](connection) }) : null

const contactsOf = (action: SentAction, connection: Connection): z.ZodRawShape => {
  const optional = ROLES[action].filter(
    (role) =>
      action === 'update' || (role !== 'holder' && acquires(action) && defaultContacts(connection, role).length > 0),
  )
  const fields = ROLES[action].map((role) => [role, optional.includes(role) ? oneContact.optional() : oneContact])
  if (fields.length === 0) return {}
  const contacts = z.strictObject(Object.fromEntries(fields))
  return { contacts: optional.length === fields.length ? contacts.optional() : contacts }
}

const some = hosts.min(FEWEST_HOSTS).max(MOST_HOSTS)
const orThoseOf = ({ defaults }: Connection) =>
  defaults.nameservers.length > 0 ? hosts.max(MOST_HOSTS).optional() : some

const SHAPES: Record<SentAction, (connection: Connection) => z.ZodRawShape> = {
  register: (connection) => ({
    nameservers: orThoseOf(connection),
    period: z.strictObject({ years: z.number().int().min(1).max(MOST_YEARS) }).optional(),
  }),
  transfer: (connection) => ({ nameservers: orThoseOf(connection), authInfo: z.string().max(64).optional() }),
  'update-nameservers': () => ({ nameservers: some }),
  update: () => ({ nameservers: hosts.max(MOST_HOSTS).optional() }),
  ...{ 'change-holder': () => ({}), close: () => ({}), lock: () => ({}), release: () => ({}) },
}
