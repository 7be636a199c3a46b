import { z } from 'zod'
import type { Action } from '../../core/action.js'
import type { Connection } from '../../core/connection.js'
import { accountOf } from './account.js'
import { capabilities } from './capabilities.js'
import { FIELDS, type Field, isContact, neededFields } from './fields.js'

const contact = z
  .object({
    ...{ handle: z.string(), name: z.string(), organization: z.string(), street: z.array(z.string()).max(3) },
    ...{ city: z.string(), province: z.string(), postalCode: z.string(), country: z.string() },
    ...{
      phone: z.string(),
      email: z.string(),
      uriTemplate: z.string(),
      type: z.enum(['person', 'organization', 'role']),
    },
  })
  .partial()

const contacts = z.union([contact, z.array(contact)])

const nameservers = z.array(z.looseObject({ host: z.string(), addresses: z.array(z.string()).optional() }))

/** Name servers may be given as records, or be the connection's; which of them, `check` sees. */
const SHAPES: Record<Exclude<Field, 'holder' | 'admin' | 'tech' | 'zone' | 'billing'>, z.ZodType> = {
  period: z.object({ years: z.number().int() }),
  nameservers,
  dnssec: z.array(z.string()),
  authInfo: z.string(),
  disconnect: z.boolean(),
}

/** What an action takes on this connection: all that an order can say, with what is needed. */
export const formOf = (action: Action, connection: Connection): z.ZodType | null => {
  if (!capabilities[action].supported) return null
  const needed: readonly Field[] = neededFields(action, accountOf(connection.account).fields).filter(
    (field) => field !== 'nameservers',
  )
  const defaulted = Object.keys(connection.defaults.contacts).filter((role) => role !== 'holder')
  const roles = FIELDS.filter((field) => isContact(field) && needed.includes(field) && !defaulted.includes(field))
  const people = z.object(Object.fromEntries(roles.map((role) => [role, contacts]))).catchall(contacts)
  const fields = Object.entries(SHAPES).map(([name, shape]) => [
    name,
    needed.some((field) => field === name) ? shape : shape.optional(),
  ])
  return z.strictObject({
    ...Object.fromEntries(fields),
    records: z.array(z.string()).optional(),
    contacts: roles.length > 0 ? people : people.optional(),
  })
}
