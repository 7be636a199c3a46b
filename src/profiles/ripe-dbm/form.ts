import { z } from 'zod'
import type { Action } from '../../core/action.js'
import type { Connection } from '../../core/connection.js'
import { defaultContacts } from '../../core/contact.js'
import { isSent, MOST, type Role, roles } from './order.js'

/**
 * What the form of an order has to ask for, made of the limits that its reading checks by. It takes everything that is valid;
 * what needs the domain or two fields together is for `readOrder` alone.
 */
export const formOf = (action: Action, connection: Connection): z.ZodType | null => {
  if (!isSent(action)) return null
  const needsHosts =
    action === 'update-nameservers' || (action === 'register' && connection.defaults.nameservers.length === 0)
  const needsContacts = action === 'register' && roles.some((role) => defaultContacts(connection, role).length === 0)
  const contacts = contactsOf(action === 'register' ? connection : null)
  const servers = z.array(nameserver).min(1).max(MOST.servers)
  return z.strictObject({
    contacts: needsContacts ? contacts : contacts.optional(),
    nameservers: needsHosts ? servers : servers.optional(),
    dnssec: z.array(z.string().max(1_000)).max(MOST.keys).optional().meta({
      description:
        'DNSSEC keys: "257 3 13 mdsswUyr...", of which the digests are sent. Absent: those that the zone has.',
    }),
    period: z.strictObject({ years: z.literal(1) }).optional(),
  })
}

const contact = z.object({ handle: z.string().min(1).max(80) }).meta({
  description: 'A person or role that exists at the registry, by its handle, like EM1-RIPE.',
})
const contactsOfRole = z.union([contact, z.array(contact).min(1).max(MOST.contacts)])

/** Those are needed that are nowhere else: a change has the ones that are stored. */
const contactsOf = (connection: Connection | null) => {
  const needed = (role: Role) => connection !== null && defaultContacts(connection, role).length === 0
  const fields = roles.map((role) => [role, needed(role) ? contactsOfRole : contactsOfRole.optional()] as const)
  return z.strictObject(Object.fromEntries(fields))
}

const nameserver = z.object({
  host: z.string().max(255),
  addresses: z
    .array(z.string().max(45))
    .max(MOST.addresses)
    .optional()
    .meta({ description: 'Only for a host inside the zone, and there at least one.' }),
})
