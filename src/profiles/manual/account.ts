import { z } from 'zod'
import { ACTIONS } from '../../core/action.js'
import { parseDuration } from '../../core/duration.js'
import { REMIND_EVERY_MS } from '../../core/ticket.js'
import { FIELDS } from './fields.js'
import { BEHAVIOURS } from './stand-in.js'

const line = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\p{Cs}\u2028\u2029]*$/u, 'has line breaks, control characters or broken Unicode')

/** What a connection's `account` holds: what its people are told, and what an order has to say. All of it may be absent. */
export const account = z.strictObject({
  /** The registrar, as tickets name it. */
  registrar: line.optional(),
  /** Where its people order. */
  url: z
    .url({ protocol: /^https?$/, error: 'must be an address that begins with https://' })
    .max(500)
    .optional(),
  /** Which account of ours there; never a password. */
  login: line.optional(),
  remindEvery: z
    .string()
    .refine((text) => parseDuration(text) !== null, 'is no duration: give a whole number and s, m, h or d, such as 1d')
    .optional(),
  /** The fields that an action needs, in the place of those that it needs unless said. */
  fields: z.partialRecord(z.enum(ACTIONS), z.array(z.enum(FIELDS)).max(FIELDS.length)).optional(),
  behave: z.enum(BEHAVIOURS).optional(),
})

export type ManualAccount = z.output<typeof account>

/** The account of a connection that was checked when it was added. */
export const accountOf = (given: Record<string, unknown>): ManualAccount => {
  const parsed = account.safeParse(given)
  return parsed.success ? parsed.data : {}
}

export const remindEvery = (given: Record<string, unknown>): number =>
  parseDuration(accountOf(given).remindEvery ?? '') ?? REMIND_EVERY_MS
