import { z } from 'zod'

/** What a connection's `account` holds: the tag of the registrar, as the first word of each subject. */
export const account = z.strictObject({
  tag: z
    .string()
    .regex(/^[A-Z0-9][A-Z0-9-]{0,15}$/, 'must be the tag in capital letters, like EXAMPLE')
    .refine((tag) => tag !== DETAGGED, 'is the tag of names without a registrar'),
})

/** The tag of names that no registrar looks after. */
export const DETAGGED = 'DETAGGED'

export const tagOf = (given: Record<string, unknown>): string => String(given['tag'] ?? '')
