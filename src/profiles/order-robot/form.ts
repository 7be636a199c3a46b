import { z } from 'zod'
import { type Action, acquires } from '../../core/action.js'
import type { Connection } from '../../core/connection.js'
import { defaultContacts } from '../../core/contact.js'
import type { Part } from '../surplus.js'
import { accountOf, type RobotAccount } from './account.js'
import { ROLES, type Role, RULES } from './contacts.js'
import { handlePattern } from './handle.js'
import { AUTH_INFO, FEWEST_HOSTS, MOST_HOSTS } from './request.js'
import { isSent, type SentAction, TAKES } from './robot-actions.js'

/** What an order has to say; `check` has the rest. Contacts and name servers that the connection has may be left out. */
export const formOf = (action: Action, connection: Connection): z.ZodType | null => {
  if (!isSent(action)) return null
  const takes: readonly Part[] = TAKES[action].takes
  const account = accountOf(connection.account)
  return z.strictObject({
    ...(takes.includes('contacts') ? { contacts: contactsOf(action, connection, account) } : {}),
    ...(takes.includes('nameservers') ? { nameservers: hostsOf(action) } : {}),
    ...(action === 'transfer' && account.authInfoField !== undefined ? { authInfo: authInfo.optional() } : {}),
  })
}

const authInfo = z.string().regex(AUTH_INFO)

const text = z.string().max(255)
const data = z.strictObject({
  ...{ name: text, organization: text.optional(), street: z.array(text).min(1).max(RULES.mostLines) },
  ...{ city: text, province: text.optional(), postalCode: text, country: z.string().length(2) },
  ...{ phone: text, email: z.string().min(3).max(80), type: z.enum(['person', 'organization']).optional() },
})

/** Owner and admin-c are needed of a name that comes; what else is missing is the robot's own. */
const contactsOf = (action: SentAction, connection: Connection, account: RobotAccount) => {
  const byHandle = z.strictObject({ handle: z.string().regex(handlePattern(account)) }).meta({
    description: `A contact that exists, by its handle, like ABC123@${account.handleDomain}.`,
  })
  const contact = z.union([byHandle, data])
  const oneContact = z.union([contact, z.array(contact).length(1)])
  const needed = (role: Role) =>
    acquires(action) && (role === 'holder' || (role === 'admin' && defaultContacts(connection, role).length === 0))
  const fields = ROLES.map((role) => [role, needed(role) ? oneContact : oneContact.optional()])
  const contacts = z.strictObject(Object.fromEntries(fields))
  return ROLES.some(needed) ? contacts : contacts.optional()
}

const hosts = z.array(z.object({ host: text, addresses: z.array(z.string().max(45)).optional() })).max(MOST_HOSTS)

const hostsOf = (action: SentAction) =>
  action === 'update-nameservers'
    ? hosts.min(FEWEST_HOSTS)
    : hosts.optional().meta({
        description: `${FEWEST_HOSTS} to ${MOST_HOSTS}, or none for those of the connection, else the robot's own.`,
      })
