import type { Clock } from '../../ports.js'
import { hashSecret } from '../auth.js'
import { clientNetwork } from '../client-address.js'
import { createThrottle } from '../throttle.js'

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
/** Of one name from everywhere (NIST SP 800-63B, 5.2.2): somebody who guesses from many addresses. */
const PER_NAME = 100

/**
 * How often somebody may try to sign in. A name that no user has is counted like any other, so that the limits tell
 * nothing. Whoever is refused for one reason adds nothing to the others: one client cannot lock a user out everywhere.
 */
export const createSignInLimits = (clock: Clock): SignInLimits => {
  const limit = (tries: number) => createThrottle({ clock, tries, windowMs: WINDOW_MS })
  const [clients, persons, names] = [limit(PER_CLIENT), limit(PER_PERSON), limit(PER_NAME)]
  return {
    take: (attempt) => {
      const { client, person, name } = keysOf(attempt)
      return clients.take(client) && persons.take(person) && names.take(name)
    },
    forget: (attempt) => {
      const { person, name } = keysOf(attempt)
      persons.forget(person)
      names.forget(name)
    },
  }
}

/** Of one length, however long a name is that somebody sends. */
const keysOf = ({ name, address }: SignInTry) => {
  const client = clientNetwork(address)
  return { client, person: hashSecret(`${client}\n${name}`), name: hashSecret(name) }
}
