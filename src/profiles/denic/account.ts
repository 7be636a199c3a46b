import { z } from 'zod'

/** What a connection's `account` holds: the registration account at the registry, `DENIC-` and its number. */
export const account = z.strictObject({
  regacc: z.string().regex(/^DENIC-[1-9][0-9]{0,9}$/, 'must be the registration account, like DENIC-1234'),
  /** Whether an order's name servers are asked, by the registry's own rules, before it is taken. */
  predelegationCheck: z.boolean().optional(),
})
