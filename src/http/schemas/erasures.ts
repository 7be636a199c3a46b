import { z } from '@hono/zod-openapi'
import { ERASURE_COUNTS } from '../../core/erasure.js'
import { text } from './text.js'

/** One of the four, and whether it is only tried. */
export const erasureBody = z
  .strictObject({
    order: text(100).optional().openapi({ description: 'The id of an order.' }),
    domain: text(255).optional().openapi({
      description: 'All orders on this domain, in U-labels or A-labels, and the domain itself once it has left.',
    }),
    account: text(100)
      .optional()
      .openapi({ description: 'All orders of this account, and domains that were its and have left.' }),
    contact: text(320).optional().openapi({
      description:
        "All orders that have this e-mail address (a contact's, the account's or `notify`) or this handle, in any case of letters, and domains that have it and have left.",
    }),
    dryRun: z.boolean().default(false).openapi({ description: 'Say what would be erased, and erase nothing.' }),
  })
  .openapi('ErasureInput')

export const erasureSchema = z
  .object({
    dryRun: z.boolean(),
    orders: z.array(z.string()).openapi({ description: 'Those that lost their personal data.' }),
    domains: z.array(z.string()).openapi({
      description:
        'Domains that have left, in A-labels, which lost the contacts and the address of the owner that they had themselves.',
    }),
    kept: z
      .array(z.object({ order: z.string(), reason: z.string() }))
      .openapi({ description: 'Those that keep it for now, and what has to be done first.' }),
    counts: z.record(z.enum(ERASURE_COUNTS), z.number().int()).openapi({
      description: 'Rows that lost something; `shared`: mails that stay because they speak of other orders.',
    }),
  })
  .openapi('Erasure')
