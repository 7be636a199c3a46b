import { parse } from 'yaml'
import { z } from 'zod'
import { EMAIL, LONGEST_EMAIL } from '../core/contact.js'
import { type Checked, messageOf, ok, wrong } from '../core/errors.js'
import type { FormAccount } from '../ports.js'

/** An account is a folder too, so its name is none that leads elsewhere. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

const accounts = z.record(
  z.string().regex(NAME, 'an account is named by letters, digits, hyphens and underscores, at most 64'),
  z.strictObject({
    email: z.string().max(LONGEST_EMAIL).regex(EMAIL, 'email must be one e-mail address, without a name'),
    type: z.enum(['customer', 'provider']).default('customer'),
  }),
)

/** The list of accounts that an operator wrote, `xyz00: { email: owner@example.net, type: customer }`; or what is wrong. */
export const readAccounts = (text: string): Checked<FormAccount[]> => {
  try {
    const read = accounts.safeParse(parse(text, { maxAliasCount: 0 }) ?? {})
    if (read.success) return ok(Object.entries(read.data).map(([id, account]) => ({ id, ...account })))
    return wrong(
      ...read.error.issues.map(({ path, message }) => ({
        pointer: `/${path.join('/')}`,
        detail: `${path.join('.') || 'the whole'}: ${message}`,
      })),
    )
  } catch (error) {
    return wrong({ pointer: '', detail: `it is no YAML: ${messageOf(error)}` })
  }
}
