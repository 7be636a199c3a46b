import { randomBytes } from 'node:crypto'
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { Clock, Store, User } from '../ports.js'
import { hashSecret } from './auth.js'

export type Sessions = {
  /** Signs a user in: a new secret in a cookie, its hash in the store. */
  start(c: Context, user: User): Promise<void>
  /** Who is signed in, or null. */
  userOf(c: Context): Promise<User | null>
  end(c: Context): Promise<void>
}

const LIFETIME_SECONDS = 12 * 60 * 60

/**
 * Sessions of the console. Over https the cookie has the `__Host-` prefix, which no other host and no plain http can set;
 * without a public https URL the console is for loopback, and the cookie is a plain one.
 */
export const createSessions = (options: { store: Store; clock: Clock; secure: boolean }): Sessions => {
  const { store, clock, secure } = options
  const name = secure ? '__Host-sealpost' : 'sealpost'
  const attributes = { path: '/', httpOnly: true, sameSite: 'Lax', secure } as const
  return {
    async start(c, user) {
      const secret = randomBytes(32).toString('base64url')
      const createdAt = clock.now()
      const expiresAt = new Date(createdAt.getTime() + LIFETIME_SECONDS * 1_000)
      await store.sessions.insert({ tokenHash: hashSecret(secret), userId: user.id, createdAt, expiresAt })
      setCookie(c, name, secret, { ...attributes, maxAge: LIFETIME_SECONDS })
    },
    async userOf(c) {
      const secret = getCookie(c, name)
      if (secret === undefined || secret === '') return null
      const session = await store.sessions.find(hashSecret(secret), clock.now())
      return session === null ? null : store.users.get(session.userId)
    },
    async end(c) {
      const secret = getCookie(c, name)
      if (secret !== undefined) await store.sessions.remove(hashSecret(secret))
      deleteCookie(c, name, attributes)
    },
  }
}
