import { z } from 'zod'
import type { Action } from '../../core/action.js'
import { MOST_HOSTS } from './name-servers.js'
import { isSent, type SentAction, YEARS } from './operations.js'
import { ACCOUNT_ID } from './registrant.js'

const text = z.string().max(255)
const byId = z.object({ handle: z.string().regex(ACCOUNT_ID) }).meta({
  description: 'An account that exists at the registry, by its id, like 10001.',
})
const reach = { city: text, country: z.string().length(2), postalCode: text.optional(), province: text.optional() }
const data = z.object({
  ...{ name: text.optional(), organization: text.optional(), street: z.array(text).min(1).max(3), ...reach },
  ...{ phone: text.optional(), email: text, type: z.enum(['person', 'organization']).optional() },
})
const changes = z.object({ ...reach, street: z.array(text).max(3), phone: text, email: text }).partial()

const oneOf = (contact: z.ZodType) => z.union([contact, z.array(contact).length(1)])

const host = z.object({ host: text, addresses: z.array(z.string().max(45)).max(1).optional() })
const hosts = z.array(host).max(MOST_HOSTS)
const period = z.strictObject({ years: z.literal(YEARS) })

const FORMS: Record<SentAction, z.ZodRawShape> = {
  register: {
    contacts: z.strictObject({ holder: oneOf(z.union([byId, data])) }),
    nameservers: hosts.optional(),
    period: period.optional(),
  },
  'update-nameservers': { nameservers: hosts.min(1) },
  update: { contacts: z.strictObject({ holder: oneOf(changes) }).optional(), nameservers: hosts.optional() },
  renew: { period },
  close: {},
  transit: { disconnect: z.literal(false).optional() },
  info: {},
}

/** What an order has to say; `check` has the rest, which needs the domain or two fields together. */
export const formOf = (action: Action): z.ZodType | null => (isSent(action) ? z.strictObject(FORMS[action]) : null)
