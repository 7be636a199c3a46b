import { z } from 'zod'
import { EMAIL } from '../../core/contact.js'

/** Names of objects (RFC 2622, 2): letters, digits, hyphens and underscores, of which the last two stand within. */
const NAME = /^[A-Za-z](?:[A-Za-z0-9_-]{0,78}[A-Za-z0-9])?$/

/** Text that a line can have to its end: visible ASCII and blanks, and no `#`, which begins a comment (RFC 2622, 2). */
const LINE = /^[!-"$-~](?:[ -"$-~]*[!-"$-~])?$/

export const isObjectName = (text: string): boolean => NAME.test(text)

const name = (what: string, example: string) => z.string().regex(NAME, `must be the name of ${what}, like ${example}`)

/** What a connection's `account` holds: what every object has that is not of its order. */
export const account = z.strictObject({
  /** Which program is at the other end; without it RIPE's. */
  dialect: z.enum(['ripe', 'irrd']).optional(),
  source: name('the database', 'RIPE').max(80),
  maintainers: z.array(name('a maintainer', 'EXAMPLE-MNT')).min(1).max(10),
  organisation: name('an organisation', 'ORG-EX1-RIPE').optional(),
  description: z
    .array(z.string().max(200).regex(LINE, 'must be one line of ASCII without a #'))
    .min(1)
    .max(10)
    .optional(),
  /** Whom the registry notifies of changes; they get mails of their own, which are no answers. */
  notify: z
    .array(z.string().max(200).regex(EMAIL, 'must be a mail address').regex(LINE, 'must be of ASCII'))
    .min(1)
    .max(10)
    .optional(),
})

export type Account = z.output<typeof account>
