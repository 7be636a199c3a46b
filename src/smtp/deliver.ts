import type { HandOver } from '../ports.js'
import type { Exchanger } from './exchangers.js'
import type { Attempt } from './hand-over.js'

/**
 * Tries the servers of a domain one after the other until one of them has decided about the mail. The next is tried only
 * where the one before cannot have it: never once the last octet has left, whatever came then (RFC 5321, 5.1).
 */
export const deliver = async (
  exchangers: readonly Exchanger[],
  options: {
    /** One session with one server, that may take so long. */
    attempt(exchanger: Exchanger, totalMs: number): Promise<Attempt>
    /** For all of them together. Milliseconds. */
    totalMs: number
    /** Milliseconds on a clock that never goes back. */
    elapsed(): number
  },
): Promise<HandOver> => {
  const end = options.elapsed() + options.totalMs
  const undecided: HandOver[] = []
  for (const exchanger of exchangers) {
    const rest = end - options.elapsed()
    if (rest <= 0) break
    const { reached, ...result } = await options.attempt(exchanger, rest)
    // who refuses to talk at all says nothing about this mail: another server of the domain may take it
    const isUndecided = reached === 'door' || (result.outcome === 'temporary' && reached === 'session')
    if (!isUndecided) return result
    undecided.push(result)
  }
  const forNow = undecided.findLast(({ outcome }) => outcome === 'temporary')
  return forNow ?? undecided.at(-1) ?? { outcome: 'temporary', answer: 'not sent: no mail server was tried in time' }
}
