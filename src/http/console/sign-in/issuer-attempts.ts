import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { Clock, IssuerExchange, Store } from '../../../ports.js'
import { hashSecret } from '../../auth.js'

/** How long somebody may take at the issuer. Milliseconds. */
const ATTEMPT_MS = 10 * 60 * 1_000

/** What came back that is not the end of a sign-in that this browser began. */
export type NoAttempt = { problem: 'no attempt here' | 'of another attempt' | 'used or too old' }

export type IssuerAttempts = {
  /** A fresh exchange, which `keep` gives to the browser. */
  create(): { secret: string; exchange: IssuerExchange }
  /** One a browser: whoever begins in a second tab goes on there. */
  keep(c: Context, secret: string, next: string): Promise<void>
  /** The attempt that the browser comes back from, once. A wrong `state` does not use it up. */
  take(c: Context, state: string): Promise<{ exchange: IssuerExchange; next: string } | NoAttempt>
}

/**
 * Sign-ins that are under way at an issuer. The browser has a random secret in a cookie, from which `state`, `nonce` and the
 * PKCE verifier are reckoned; the store has its hash, so that it is good once and in every process. A code, or an address to
 * come back to, is of no use without that cookie: neither to who took it from another browser, nor to who wants another
 * browser to be signed in as himself. Nobody is signed in by the cookie alone.
 *
 * `SameSite=Lax` and not `Strict`: the way back from the issuer is a navigation from another site, with which browsers do
 * not send a strict cookie.
 */
export const createIssuerAttempts = (options: { store: Store; clock: Clock; secure: boolean }): IssuerAttempts => {
  const { store, clock, secure } = options
  const name = secure ? '__Host-sealpost-issuer' : 'sealpost-issuer'
  const attributes = { path: '/', httpOnly: true, sameSite: 'Lax', secure } as const
  return {
    create: () => {
      const secret = randomBytes(32).toString('base64url')
      return { secret, exchange: exchangeOf(secret) }
    },
    async keep(c, secret, next) {
      const now = clock.now()
      await store.attempts.removeExpired(now)
      const expiresAt = new Date(now.getTime() + ATTEMPT_MS)
      await store.attempts.insert({ tokenHash: hashSecret(secret), next, expiresAt })
      setCookie(c, name, secret, { ...attributes, maxAge: ATTEMPT_MS / 1_000 })
    },
    async take(c, state) {
      const secret = getCookie(c, name)
      if (secret === undefined || secret === '') return { problem: 'no attempt here' }
      const exchange = exchangeOf(secret)
      if (!isSame(state, exchange.state)) return { problem: 'of another attempt' }
      deleteCookie(c, name, attributes)
      const next = await store.attempts.take(hashSecret(secret), clock.now())
      return next === null ? { problem: 'used or too old' } : { exchange, next }
    },
  }
}

/** 43 characters of base 64 each, as RFC 7636, 4.1 asks of a verifier. */
const exchangeOf = (secret: string): IssuerExchange => {
  const derive = (use: string): string => createHmac('sha256', secret).update(use).digest('base64url')
  return { state: derive('state'), nonce: derive('nonce'), verifier: derive('verifier') }
}

const isSame = (given: string, expected: string): boolean =>
  timingSafeEqual(Buffer.from(hashSecret(given), 'hex'), Buffer.from(hashSecret(expected), 'hex'))
