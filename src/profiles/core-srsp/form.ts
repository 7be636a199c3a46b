import { z } from 'zod'
import type { Action } from '../../core/action.js'
import type { Connection } from '../../core/connection.js'
import { CONTACT_ROLES, defaultContacts } from '../../core/contact.js'
import { accountOf } from './account.js'
import { ROLES, RULES } from './contacts.js'
import { HANDLE } from './handle.js'
import { FEWEST_HOSTS, MOST_ADDRESSES, MOST_HOSTS } from './hosts.js'
import { isSent, LONGEST_VALUE, type SentAction } from './words.js'

const text = z.string().min(1).max(LONGEST_VALUE)
const handle = z.string().regex(HANDLE)
const type = z.enum(['person', 'organization', 'role']).optional()

const byHandle = z.strictObject({ handle }).meta({
  description: 'A contact that exists at the registry, by its handle, like AC00042.',
})
const some = z
  .strictObject({
    ...{ name: text, organization: text, street: z.array(text).max(RULES.mostLines), city: text, province: text },
    ...{ postalCode: text, country: z.string().length(2), phone: text, email: text, type },
  })
  .partial()
const whole = some.required({ email: true })

type Names = { name?: string | undefined; organization?: string | undefined }
const hasName = ({ name, organization }: Names): boolean => name !== undefined || organization !== undefined
const hasOneName = ({ name, organization }: Names): boolean => (name === undefined) !== (organization === undefined)
/** The same in JSON Schema. */
const NAMED = [{ required: ['name'] }, { required: ['organization'] }]

const data = whole.refine(hasName, 'needs a name').meta({ anyOf: NAMED })
const contact = z.union([byHandle, data])

/** Of an owner who is no contact the registry keeps the name alone. */
const owner = z
  .strictObject({ name: text, organization: text, type })
  .partial()
  .refine(hasOneName, 'needs one name')
  .meta({ oneOf: NAMED })

const created = whole.extend({ handle: handle.optional() }).refine(hasName, 'needs a name').meta({ anyOf: NAMED })
const changed = some
  .extend({ handle })
  .refine((fields) => Object.keys(fields).length > 1, 'changes nothing')
  .meta({ minProperties: 2 })

const oneOf = (one: z.ZodType) => z.union([one, z.array(one).length(1)])
const inEach = (roles: readonly string[], one: z.ZodType) =>
  Object.fromEntries(roles.map((role) => [role, oneOf(one).optional()]))
const others = inEach(ROLES, contact)

const inOneOf = (roles: readonly string[], one: z.ZodType) =>
  z
    .strictObject(inEach(roles, one))
    .refine((given) => Object.keys(given).length === 1, 'needs one contact')
    .meta({ minProperties: 1, maxProperties: 1, description: `One contact, as one of: ${roles.join(', ')}.` })

const host = z.object({
  host: text,
  addresses: z
    .array(z.string().max(45))
    .max(MOST_ADDRESSES)
    .optional()
    .meta({ description: 'IPv4 addresses, which every host needs that account.hosts has no handle of.' }),
})
const hosts = z.array(host).max(MOST_HOSTS)

const SHAPES: Record<SentAction, (connection: Connection) => z.ZodRawShape> = {
  register: (connection) => ({
    contacts: z.strictObject({
      holder: oneOf(defaultContacts(connection, 'admin').length > 0 ? owner : z.union([owner, data])),
      ...others,
    }),
    nameservers: connection.defaults.nameservers.length > 0 ? hosts.optional() : hosts.min(FEWEST_HOSTS),
  }),
  transfer: () => ({
    contacts: inOneOf(ROLES, byHandle),
    authInfo: text.meta({ description: 'The key of that contact, as the registry stores it.' }),
  }),
  'update-nameservers': () => ({ nameservers: hosts.min(FEWEST_HOSTS) }),
  update: () => ({
    contacts: z.strictObject({ holder: oneOf(owner).optional(), ...others }).optional(),
    nameservers: hosts.optional(),
  }),
  'change-holder': () => ({ contacts: z.strictObject({ holder: oneOf(owner), ...others }) }),
  ...{ renew: () => ({}), close: () => ({}), info: () => ({}) },
  'create-contact': () => ({ contacts: inOneOf(CONTACT_ROLES, created) }),
  'update-contact': () => ({ contacts: inOneOf(CONTACT_ROLES, changed) }),
}

/** What an order has to say; `check` has the rest, which needs the domain or two fields together. */
export const formOf = (action: Action, connection: Connection): z.ZodType | null =>
  isSent(action) ? z.strictObject({ ...SHAPES[action](connection), ...periodOf(connection) }) : null

/** The registry's own, in whatever order. */
const periodOf = (connection: Connection): z.ZodRawShape => {
  const { interval } = accountOf(connection)
  return interval === undefined ? {} : { period: z.strictObject({ years: z.literal(interval) }).optional() }
}
