import type { Clock } from '../../../ports.js'
import { hashSecret } from '../../auth.js'
import { clientNetwork } from '../../client-address.js'
import { createThrottle } from '../../throttle.js'

export type SignInTry = { name: string; address: string }

export type SignInLimits = {
  /** Counts a try; false when there were too many within the window. */
  take(attempt: SignInTry): boolean
  /** After one that succeeded: what was mistyped before it counts no more. */
  forget(attempt: SignInTry): void
}

export const WINDOW_MS = 15 * 60 * 1_000

/** Of one client under any names. */
const PER_CLIENT = 50
/** Of one name from one client: somebody who has forgotten a password. */
const PER_PERSON = 5
/** Of one name from everywhere it has not signed in from (NIST SP 800-63B, 5.2.2): somebody who guesses from many addresses. */
const PER_NAME = 100
/** Each is a user at a place, so there are few; they live in memory. */
const FAMILIAR = 10_000

/**
 * How often somebody may try to sign in. A name that no user has is counted like any other, so that the limits tell
 * nothing. Whoever is refused for one reason adds nothing to the others: one client cannot lock a user out everywhere. Many
 * can, but not from where the user has signed in before (since the gateway started): there the limit of a person is enough.
 */
export const createSignInLimits = (clock: Clock): SignInLimits => {
  const limit = (tries: number) => createThrottle({ clock, tries, windowMs: WINDOW_MS })
  const [clients, persons, names] = [limit(PER_CLIENT), limit(PER_PERSON), limit(PER_NAME)]
  const familiar = new Set<string>()
  return {
    take: (attempt) => {
      const { client, person, name } = keysOf(attempt)
      return clients.take(client) && persons.take(person) && (familiar.has(person) || names.take(name))
    },
    forget: (attempt) => {
      const { person, name } = keysOf(attempt)
      persons.forget(person)
      if (familiar.has(person)) return
      names.forget(name)
      familiar.add(person)
      const [oldest] = familiar
      if (familiar.size > FAMILIAR && oldest !== undefined) familiar.delete(oldest)
    },
  }
}

/** Of one length, however long a name is that somebody sends. */
const keysOf = ({ name, address }: SignInTry) => {
  const client = clientNetwork(address)
  return { client, person: hashSecret(`${client}\n${name}`), name: hashSecret(name) }
}
