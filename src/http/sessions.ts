import { randomBytes } from 'node:crypto'
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { Clock, Session, SessionNotice, Store, User } from '../ports.js'
import { hashSecret } from './auth.js'

export type Sessions = {
  /** Signs a user in: a new secret in a cookie, its hash in the store. The session that the browser had before ends. */
  start(c: Context, user: User): Promise<void>
  /** Who is signed in, or null. */
  userOf(c: Context): Promise<User | null>
  end(c: Context): Promise<void>
  /** Says something on the next page that this browser opens at the notice's path. Without a session nothing is kept. */
  leaveNotice(c: Context, notice: SessionNotice): Promise<void>
  /** What is to be said on the page that is asked for, once. */
  takeNotice(c: Context): Promise<SessionNotice | null>
}

const MINUTE = 60 * 1_000
/** How long a session lasts at most, and how long without a page that is opened (NIST SP 800-63B-4, 2.2.3). Milliseconds. */
const LIFETIME = 12 * 60 * MINUTE
const IDLE = 60 * MINUTE
/** So exactly is the end of an idle session kept: a page does not write into the store each time. */
const PRECISION = 5 * MINUTE

/**
 * Sessions of the console. Over https the cookie has the `__Host-` prefix, which no other host and no plain http can set.
 * Over plain http the cookie is a plain one: Safari takes no `Secure` cookie there, not from loopback either.
 */
export const createSessions = (options: { store: Store; clock: Clock; secure: boolean }): Sessions => {
  const { store, clock, secure } = options
  const name = secure ? '__Host-sealpost' : 'sealpost'
  const attributes = { path: '/', httpOnly: true, sameSite: 'Lax', secure } as const
  const removeOf = async (c: Context): Promise<void> => {
    const secret = getCookie(c, name)
    if (secret !== undefined) await store.sessions.remove(hashSecret(secret))
  }
  return {
    async start(c, user) {
      await removeOf(c)
      const secret = randomBytes(32).toString('base64url')
      const createdAt = clock.now()
      await store.sessions.removeExpired(createdAt)
      const session = {
        tokenHash: hashSecret(secret),
        userId: user.id,
        createdAt,
        expiresAt: endOf(createdAt, createdAt),
      }
      await store.sessions.insert(session)
      setCookie(c, name, secret, { ...attributes, maxAge: LIFETIME / 1_000 })
    },
    async userOf(c) {
      const secret = getCookie(c, name)
      if (secret === undefined || secret === '') return null
      const now = clock.now()
      const session = await store.sessions.find(hashSecret(secret), now)
      if (session === null) return null
      await prolong(store, session, now)
      return store.users.get(session.userId)
    },
    async end(c) {
      await removeOf(c)
      deleteCookie(c, name, attributes)
    },
    async leaveNotice(c, notice) {
      const secret = getCookie(c, name)
      if (secret !== undefined) await store.sessions.leaveNotice(hashSecret(secret), notice)
    },
    async takeNotice(c) {
      const secret = getCookie(c, name)
      return secret === undefined ? null : store.sessions.takeNotice(hashSecret(secret), new URL(c.req.url).pathname)
    },
  }
}

const prolong = async (store: Store, { tokenHash, createdAt, expiresAt }: Session, now: Date): Promise<void> => {
  const end = endOf(createdAt, now)
  if (end.getTime() - expiresAt.getTime() >= PRECISION) await store.sessions.prolong(tokenHash, end)
}

const endOf = (createdAt: Date, usedAt: Date): Date =>
  new Date(Math.min(usedAt.getTime() + IDLE, createdAt.getTime() + LIFETIME))
