import type { Context } from 'hono'
import type { Deps } from '../../../flows/deps.js'
import { clientAddress } from '../../client-address.js'
import type { OneTimeLinks } from '../../one-time-links.js'
import type { Sessions } from '../../sessions.js'
import type { HttpSettings } from '../../settings.js'
import { createThrottle, type Throttle } from '../../throttle.js'
import { createSignInLimits, type SignInLimits, WINDOW_MS } from './sign-in-limits.js'

export type SignInOptions = { deps: Deps; settings: HttpSettings; links: OneTimeLinks; sessions: Sessions }

/** What the pages before the sign-in share: whoever fails at one of them has fewer tries at the others. */
export type SignIn = SignInOptions & {
  limits: SignInLimits
  /** Wrong codes of one user from everywhere: only who knows the password gets to give one. */
  codes: Throttle
  addressOf(c: Context): string
}

const CODES_PER_USER = 5

export const createSignIn = (options: SignInOptions): SignIn => {
  const { clock } = options.deps
  return {
    ...options,
    limits: createSignInLimits(clock),
    codes: createThrottle({ clock, tries: CODES_PER_USER, windowMs: WINDOW_MS }),
    addressOf: (c) => clientAddress(c, options.settings.trustedProxies),
  }
}

export const TOO_MANY = 'Too many tries. Wait a quarter of an hour, then try again.'

/** Says when the next try is of use. */
export const sayWait = (c: Context): void => c.header('retry-after', String(WINDOW_MS / 1_000))

/** A page of the sign-in that goes on to `next` in the end. */
export const withNext = (path: string, next: string): string =>
  next === '/' ? path : `${path}?${new URLSearchParams({ next })}`
