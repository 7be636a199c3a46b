import { createHash } from 'node:crypto'
import { type Action, acquires } from './action.js'
import type { Problem } from './errors.js'
import type { Agreement } from './order.js'

/** The agreement of a connection as it is now: its own text, a file's, or both. */
export type CurrentAgreement = {
  version: string
  text: string | null
  file: string | null
  /** What the file holds; null where there is none. */
  content: string | null
}

/**
 * `sha256:` and the digest of the exact text in UTF-8, or of the file's octets; where there are both, of the text, one
 * octet 0, and the file. So anybody can reckon it again: `sha256sum agreement.txt`.
 */
export const agreementVersion = ({ text, content }: Pick<CurrentAgreement, 'text' | 'content'>): string =>
  `sha256:${createHash('sha256')
    .update([text, content].filter((part) => part !== null).join('\0'))
    .digest('hex')}`

/** Whoever takes a new domain enters into the agreement; to change or give up one that they have, nobody has to again. */
export const needsAcceptance = (action: Action): boolean => acquires(action)

/** Clocks of others may be ahead so much. Milliseconds. */
const AHEAD_MS = 5 * 60_000

/** What keeps an order's acceptance from counting, for a connection with an agreement. Pointers are into the order's body. */
export const acceptanceProblems = (accepted: Agreement | null, current: CurrentAgreement): Problem[] => {
  if (accepted === null)
    return [
      {
        pointer: '/agreement/version',
        detail: `is missing: show the agreement of the TLD, and say who accepted version ${current.version} and when (version, acceptedBy, acceptedAt)`,
      },
    ]
  if (accepted.version === current.version) return []
  return [
    {
      pointer: '/agreement/version',
      detail: `is not the agreement as it is now: show it again, and give its version ${current.version}`,
    },
  ]
}

/** An acceptance that is yet to come is none. */
export const acceptanceTimeProblems = (accepted: Agreement | null, now: Date): Problem[] =>
  accepted === null || Date.parse(accepted.acceptedAt) <= now.getTime() + AHEAD_MS
    ? []
    : [{ pointer: '/agreement/acceptedAt', detail: 'lies in the future: give the time when it was accepted' }]
