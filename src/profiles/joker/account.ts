import { z } from 'zod'

/** What a connection's `account` holds. All of it may be absent; what each point stands for is in `docs/registries/joker.md`. */
export const account = z.strictObject({
  /** The key under which the gateway takes the AuthInfo of a transfer; without it there are no transfers. */
  authIdKey: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,30}$/, 'must be a key of the gateway in small letters, like auth-id')
    .optional(),
  /** The language in which names with letters beyond ASCII are registered; without it they are refused. */
  language: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be the code of a language in three capital letters, like GER')
    .optional(),
  /** That an answer without a Completion-Status is the outcome, and not the receipt of the request alone. */
  ackIsOutcome: z.boolean().optional(),
})

export type JokerAccount = z.output<typeof account>

/** The account of a connection that was checked when it was added. */
export const accountOf = (given: Record<string, unknown>): JokerAccount => {
  const parsed = account.safeParse(given)
  return parsed.success ? parsed.data : {}
}
