import type { Context } from 'hono'
import type { Deps } from '../../../flows/deps.js'
import type { IdentityIssuer, SessionVia, User } from '../../../ports.js'
import { clientAddress } from '../../client-address.js'
import type { OneTimeLinks } from '../../one-time-links.js'
import type { Sessions } from '../../sessions.js'
import type { HttpSettings } from '../../settings.js'
import { createThrottle, type Throttle } from '../../throttle.js'
import { createSignInLimits, type SignInLimits, WINDOW_MS } from './sign-in-limits.js'

export type SignInOptions = {
  deps: Deps
  settings: HttpSettings
  links: OneTimeLinks
  sessions: Sessions
  /** Null where nobody but ourselves signs people in. */
  identity: IdentityIssuer | null
}

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

/**
 * Goes on after a first step that was right: to `next`, or to the second factor of who has one. Null where the user was changed
 * while that was checked, so that nobody is signed in.
 */
export const enter = async (
  c: Context,
  { sessions }: Pick<SignIn, 'sessions'>,
  { user, via, next }: { user: User; via: SessionVia; next: string },
): Promise<Response | null> => {
  if (user.totpSince !== null && via !== 'issuer-mfa') {
    const isAwaited = await sessions.startAwaiting(c, user, via)
    return isAwaited ? c.redirect(withNext('/login/code', next), 303) : null
  }
  return (await sessions.start(c, user, via)) ? c.redirect(next, 303) : null
}

/** Whether nobody signs in by password here. */
export const withoutPasswords = ({ settings }: Pick<SignIn, 'settings'>): boolean => settings.oidc?.only === true

/** A page of the sign-in that goes on to `next` in the end. */
export const withNext = (path: string, next: string): string =>
  next === '/' ? path : `${path}?${new URLSearchParams({ next })}`
