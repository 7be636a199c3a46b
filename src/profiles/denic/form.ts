import { z } from 'zod'
import { type Action, acquires } from '../../core/action.js'
import type { Connection } from '../../core/connection.js'
import { AUTH_INFO } from './auth-info.js'
import { isContactAction, isQuestion, isSent, type SentAction } from './codes.js'
import { oneContact } from './contact-form.js'
import { ROLES, type Role } from './contacts.js'
import { DNSKEY, MOST_KEYS, MOST_RECORDS } from './dns-data.js'
import { HANDLE } from './handle.js'
import { MOST_ADDRESSES, MOST_SERVERS } from './name-servers.js'
import { hasPart } from './surplus.js'

/**
 * What the form of an order has to ask for, made of the same limits that its reading checks by. It takes everything that
 * is valid; what needs the domain or two fields together (glue, a key that is there twice) is for `readOrder` alone. Of contacts and questions it says all that is
 * demanded, but for the name of the domain.
 */
export const formOf = (action: Action, connection: Connection): z.ZodType | null => {
  if (isContactAction(action)) return z.strictObject({ contacts: oneContact(connection), ...PERIOD })
  if (isQuestion(action)) return z.strictObject(PERIOD)
  if (!isSent(action)) return null
  const form = z.strictObject({
    ...contactsOf(action),
    ...(hasPart(action, 'dns') ? DNS : {}),
    ...(hasPart(action, 'authInfo') ? passwordOf(action) : {}),
    ...(hasPart(action, 'disconnect') ? DISCONNECT : {}),
    ...PERIOD,
  })
  return needsHosts(action, connection)
    ? form.refine(hasHosts, 'needs name servers, or records in their place').meta(EITHER)
    : form
}

/** A domain that is new may have those of the connection, and one that changes its holder keeps its own. */
const needsHosts = (action: SentAction, connection: Connection): boolean =>
  action === 'update-nameservers' || (acquires(action) && connection.defaults.nameservers.length === 0)

const contact = z.object({ handle: z.string().regex(HANDLE).min(9).max(32) }).meta({
  description: 'A contact that exists at the registry, by its handle, like DENIC-1234-MUSTER.',
})

const contactsOfRole = (role: Role) => z.union([contact, z.array(contact).min(1).max(ROLES[role])])

const contactsOf = (action: SentAction) => {
  const holder = contactsOfRole('holder')
  // A deletion may name the holder, so that it is refused where that is another.
  if (hasPart(action, 'holder')) return { contacts: z.strictObject({ holder: holder.optional() }).optional() }
  if (!hasPart(action, 'contacts')) return {}
  const others = {
    'general-request': contactsOfRole('general-request').optional(),
    abuse: contactsOfRole('abuse').optional(),
  }
  // An update sends the holder that the domain has.
  return action === 'update-nameservers'
    ? { contacts: z.strictObject({ holder: holder.optional(), ...others }).optional() }
    : { contacts: z.strictObject({ holder, ...others }) }
}

const nameserver = z.object({
  host: z.string().max(255),
  addresses: z
    .array(z.string().max(45))
    .max(MOST_ADDRESSES)
    .optional()
    .meta({ description: 'Only for a host inside the domain, and there at least one of IPv4.' }),
})

const DNS = {
  nameservers: z
    .array(nameserver)
    .max(MOST_SERVERS)
    .optional()
    .meta({ description: `2 to ${MOST_SERVERS}; none where records are given, or for those of the connection.` }),
  records: z.array(z.string().max(600)).max(MOST_RECORDS).optional().meta({
    description: 'Records that the registry itself serves, in the place of name servers: "NAME IN A 192.0.2.1".',
  }),
  dnssec: z
    .array(z.string().regex(DNSKEY))
    .max(MOST_KEYS)
    .optional()
    .meta({ description: 'DNSSEC keys: "257 3 13 mdsswUyr...". Absent: those that the domain has.' }),
}

const PERIOD = { period: z.strictObject({ years: z.literal(1) }).optional() }

const password = z.string().regex(AUTH_INFO)

const passwordOf = (action: SentAction) =>
  action === 'transfer'
    ? { authInfo: password.meta({ description: 'What the holder got from the present provider.' }) }
    : {
        authInfo: password
          .optional()
          .meta({ description: 'The one to create. Absent: the registry mails the holder a letter with one.' }),
      }

const DISCONNECT = {
  disconnect: z.boolean().meta({ description: "True: the registry's own page takes the place of the name servers." }),
}

type Hosts = { nameservers?: unknown; records?: unknown }
const hasHosts = ({ nameservers, records }: Hosts): boolean => countOf(nameservers) > 1 || countOf(records) > 0
const countOf = (list: unknown): number => (Array.isArray(list) ? list.length : 0)

/** The same in JSON Schema. */
const EITHER = {
  anyOf: [
    { required: ['nameservers'], properties: { nameservers: { minItems: 2 } } },
    { required: ['records'], properties: { records: { minItems: 1 } } },
  ],
}
