import { z } from 'zod'
import type { Action } from '../../core/action.js'
import { CONTACT_ROLES } from '../../core/contact.js'

const KEY = /^[a-z][a-z0-9.-]{0,30}$/
const NUMBERED = /^[a-z][a-z0-9.-]{0,30}<n>[a-z0-9.-]{0,30}$/
const numbered = z.string().regex(NUMBERED, 'must be a key of the form with <n> for the number, like ns.<n>.name')

/**
 * What a connection's `account` holds: which form it sends, and the keys of those sections of it that are not known here; whoever
 * has the form reads them off.
 */
export const account = z.strictObject({
  /** `doc-id` of the form, which there is one of for each kind of TLD. */
  document: z
    .string()
    .regex(/^appli-[a-z]{2}-[a-z]{2,20}\.txt$/, 'must be the doc-id of a form, like appli-en-de.txt')
    .default('appli-en-de.txt'),
  version: z
    .string()
    .regex(/^\d{1,3}\.\d{1,3}\.\d{1,3}$/, 'must be the version of the form, like 5.0.0')
    .default('5.0.0'),
  /** In which language it writes to people. */
  language: z.enum(['de', 'en']).default('en'),
  /** Sections 2 to 5: the key of a contact that exists, and whose contact each section is. */
  contacts: z
    .strictObject({
      key: z.string().regex(KEY, 'must be a key of the form, like id'),
      roles: z.array(z.enum(CONTACT_ROLES)).min(1).max(4),
    })
    .optional(),
  /** Section 6: the keys of a name server, and of its addresses where it lies inside the domain. */
  nameservers: z.strictObject({ key: numbered, addressKey: numbered.optional() }).optional(),
})

export type Account = z.output<typeof account>

/** That of a connection, whose file was checked when it was added. */
export const accountOf = ({ account: given }: { account: Record<string, unknown> }): Account => account.parse(given)

/** Sends sections 2 to 6, of which the account has to tell the keys. */
export const isWhole = (action: Action): boolean => action !== 'close'

export const withheld = (action: Action, given: Record<string, unknown>): string | null =>
  !isWhole(action) || (given['contacts'] !== undefined && given['nameservers'] !== undefined)
    ? null
    : 'The keys of sections 2 to 6 of the form are not known here: read them off your form, and tell them by account.contacts and account.nameservers.'
