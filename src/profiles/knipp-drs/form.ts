import { z } from 'zod'
import { type Action, acquires } from '../../core/action.js'
import type { Connection } from '../../core/connection.js'
import { type ContactRole, defaultContacts } from '../../core/contact.js'
import { type Account, accountOf, isWhole, withheld } from './account.js'
import { capabilities } from './capabilities.js'
import { AUTH_INFO, CONTACT_ID, FEWEST_HOSTS, MOST_HOSTS } from './order.js'

const contact = z.strictObject({ handle: z.string().regex(CONTACT_ID) }).meta({
  description: 'A contact that exists at the registrar, by its id, like C-12345.',
})
const oneContact = z.union([contact, z.array(contact).length(1)])

/**
 * What an order has to say; `check` has the rest, which needs the domain and what is stored with it. Null too where the account
 * does not tell the keys that the action needs.
 */
export const formOf = (action: Action, connection: Connection): z.ZodType | null => {
  if (!capabilities[action].supported || withheld(action, connection.account) !== null) return null
  if (!isWhole(action)) return z.strictObject({})
  const account = accountOf(connection)
  return z.strictObject({
    contacts: contactsOf(action, connection, account.contacts?.roles ?? []),
    nameservers: hostsOf(action, connection, account),
    ...(action === 'transfer' ? { authInfo: z.string().regex(AUTH_INFO) } : {}),
  })
}

/** Those are needed that are nowhere else: a change has the ones that are stored. */
const contactsOf = (action: Action, connection: Connection, roles: readonly ContactRole[]) => {
  const isNew = acquires(action)
  const taken = roles.filter((role) => role !== 'holder' || isNew || action === 'change-holder')
  const needed = (role: ContactRole) => role === 'holder' || (isNew && defaultContacts(connection, role).length === 0)
  const fields = taken.map((role) => [role, needed(role) ? oneContact : oneContact.optional()])
  const contacts = z.strictObject(Object.fromEntries(fields))
  return taken.some(needed) ? contacts : contacts.optional()
}

const hostsOf = (action: Action, { defaults }: Connection, account: Account) => {
  const texts = z.array(z.string().max(45))
  const addresses = (account.nameservers?.addressKey === undefined ? texts.max(0) : texts)
    .optional()
    .meta({ description: 'Only for a host inside the domain, and there at least one.' })
  const hosts = z.array(z.object({ host: z.string().max(255), addresses })).max(MOST_HOSTS)
  const needed = action === 'update-nameservers' || (acquires(action) && defaults.nameservers.length === 0)
  return needed ? hosts.min(FEWEST_HOSTS) : hosts.optional()
}
