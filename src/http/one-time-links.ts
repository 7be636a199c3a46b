import { randomBytes } from 'node:crypto'
import type { Clock, Store } from '../ports.js'
import { hashSecret } from './auth.js'

/** Secrets that open one form once. They live in memory: after a restart `serve` prints a new one. */
export type OneTimeLinks = {
  issue(): string
  isValid(token: string): boolean
  /** True for a token that was issued, is not too old, and was not consumed before. */
  consume(token: string): boolean
}

const LIFETIME_MS = 24 * 60 * 60 * 1_000

export const createOneTimeLinks = (clock: Clock): OneTimeLinks => {
  const expiry = new Map<string, number>()
  const isValid = (token: string): boolean => (expiry.get(hashSecret(token)) ?? 0) > clock.now().getTime()
  return {
    issue() {
      const token = randomBytes(32).toString('base64url')
      expiry.set(hashSecret(token), clock.now().getTime() + LIFETIME_MS)
      return token
    },
    isValid,
    consume(token) {
      const valid = isValid(token)
      expiry.delete(hashSecret(token))
      return valid
    },
  }
}

/** The link with which the first administrator signs up; null when there is a user already. `baseUrl`: of the console. */
export const createFirstUserLink = async (options: {
  store: Store
  links: OneTimeLinks
  baseUrl: string
}): Promise<string | null> =>
  (await options.store.users.count()) > 0 ? null : `${options.baseUrl}/login/once?token=${options.links.issue()}`
