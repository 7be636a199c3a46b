import { randomBytes } from 'node:crypto'
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { Clock, Session, SessionNotice, SessionVia, Store, User } from '../ports.js'
import { hashSecret } from './auth.js'

/** How long a second factor is waited for after the first step. Milliseconds. */
const CODE_MS = 5 * 60 * 1_000

/** `since`: when they signed in. */
export type SignedIn = { user: User; via: SessionVia; since: Date }

export type Sessions = {
  /**
   * Signs a user in: a new secret in a cookie, its hash in the store. The session that the browser had before ends. `user` is
   * as what they gave was checked; false, and nobody is signed in, where something of that was changed meanwhile.
   */
  start(c: Context, user: User, via: SessionVia): Promise<boolean>
  /** Keeps whose first step was right while their second factor is asked for; nobody is signed in by it. Else as `start`. */
  startAwaiting(c: Context, user: User, via: SessionVia): Promise<boolean>
  /** Whose second factor is asked for, or null. */
  awaiting(c: Context): Promise<SignedIn | null>
  /** Who is signed in and may be, or null. */
  signedIn(c: Context): Promise<SignedIn | null>
  /** The same, where nobody asks how they signed in. */
  userOf(c: Context): Promise<User | null>
  /** What the session of this browser is called in the store; null where it has none. */
  keyOf(c: Context): string | null
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
 *
 * `SameSite=Lax`: the cookie goes with whoever follows a link to the console, and comes with the way back from an issuer of
 * OpenID Connect; it does not go with a form of another site, and GET changes nothing here.
 */
export const createSessions = (options: { store: Store; clock: Clock; secure: boolean }): Sessions => {
  const { store, clock, secure } = options
  const name = secure ? '__Host-sealpost' : 'sealpost'
  const attributes = { path: '/', httpOnly: true, sameSite: 'Lax', secure } as const
  const removeOf = async (c: Context): Promise<void> => {
    const secret = getCookie(c, name)
    if (secret !== undefined) await store.sessions.remove(hashSecret(secret))
  }
  const begin = async (c: Context, user: User, { until, awaitsCode, via }: Beginning): Promise<boolean> => {
    await removeOf(c)
    const secret = randomBytes(32).toString('base64url')
    const createdAt = clock.now()
    await store.sessions.removeExpired(createdAt)
    const session = {
      tokenHash: hashSecret(secret),
      userId: user.id,
      createdAt,
      expiresAt: until(createdAt),
      ...{ awaitsCode, via },
    }
    // Whoever gives the user another password holds the row, and then ends the sessions that are there.
    const isBegun = await store.transaction(async (tables) => {
      if (!mayStill(user, await tables.users.lock(user.name))) return false
      await tables.sessions.insert(session)
      return true
    })
    if (!isBegun) return false
    setCookie(c, name, secret, { ...attributes, maxAge: LIFETIME / 1_000 })
    return true
  }
  const find = async (c: Context): Promise<Session | null> => {
    const secret = getCookie(c, name)
    return secret === undefined || secret === '' ? null : store.sessions.find(hashSecret(secret), clock.now())
  }
  const whoMay = async ({ userId, via, createdAt }: Session): Promise<SignedIn | null> => {
    const user = await store.users.get(userId)
    return user?.disabledAt === null ? { user, via, since: createdAt } : null
  }
  const signedIn = async (c: Context): Promise<SignedIn | null> => {
    const session = await find(c)
    if (session === null || session.awaitsCode) return null
    await prolong(store, session, clock.now())
    return whoMay(session)
  }
  return {
    start: (c, user, via) => begin(c, user, { until: (now) => endOf(now, now), awaitsCode: false, via }),
    startAwaiting: (c, user, via) =>
      begin(c, user, { until: (now) => new Date(now.getTime() + CODE_MS), awaitsCode: true, via }),
    async awaiting(c) {
      const session = await find(c)
      return session?.awaitsCode === true ? whoMay(session) : null
    },
    signedIn,
    userOf: async (c) => (await signedIn(c))?.user ?? null,
    keyOf(c) {
      const secret = getCookie(c, name)
      return secret === undefined ? null : hashSecret(secret)
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

/** To check a password takes so long that it may be another's by the end. */
const mayStill = (checked: User, present: User | null): boolean =>
  present !== null &&
  present.disabledAt === null &&
  present.passwordHash === checked.passwordHash &&
  present.totpSince?.getTime() === checked.totpSince?.getTime()

type Beginning = { until(now: Date): Date; awaitsCode: boolean; via: SessionVia }

const prolong = async (store: Store, { tokenHash, createdAt, expiresAt }: Session, now: Date): Promise<void> => {
  const end = endOf(createdAt, now)
  if (end.getTime() - expiresAt.getTime() >= PRECISION) await store.sessions.prolong(tokenHash, end)
}

const endOf = (createdAt: Date, usedAt: Date): Date =>
  new Date(Math.min(usedAt.getTime() + IDLE, createdAt.getTime() + LIFETIME))
