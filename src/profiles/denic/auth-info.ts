import { createHash } from 'node:crypto'
import type { Problem } from '../../core/errors.js'
import type { OrderTerms } from '../../core/order.js'

/**
 * `authInfo` is for a transfer; to create one the registry is told its digest and its last day. All are null where the
 * registry is to choose it and to send it to the holder by letter.
 */
export type AuthInfo = { authInfo: string | null; authInfoHash: string | null; authInfoExpire: string | null }

/** 8 to 16 visible characters. */
export const AUTH_INFO = /^[\x21-\x7e]{8,16}$/

const NONE: AuthInfo = { authInfo: null, authInfoHash: null, authInfoExpire: null }

/** The registry takes 30 days at most; one less, so that neither its calendar nor its way of counting matters. */
const DAYS = 29
const DAY = 24 * 60 * 60_000

/** The password of an order, 8 to 16 characters, in the form that its request needs. It is never repeated in a problem. */
export const readAuthInfo = (
  { action, authInfo }: Pick<OrderTerms, 'action' | 'authInfo'>,
  at: Date,
): { auth: AuthInfo; problems: Problem[] } => {
  if (action !== 'transfer' && action !== 'create-authinfo') return { auth: NONE, problems: [] }
  if (authInfo === null) return { auth: NONE, problems: action === 'transfer' ? [MISSING] : [] }
  const problems = AUTH_INFO.test(authInfo) ? [] : [FORM]
  if (action === 'transfer') return { auth: { ...NONE, authInfo }, problems }
  const authInfoHash = createHash('sha256').update(authInfo).digest('hex')
  return { auth: { authInfo: null, authInfoHash, authInfoExpire: lastDay(at) }, problems }
}

const MISSING = {
  pointer: '/authInfo',
  detail: 'A transfer needs the AuthInfo that the holder got from the present provider.',
}

const FORM = {
  pointer: '/authInfo',
  detail: 'The AuthInfo must have 8 to 16 visible ASCII characters and no blanks.',
}

/** `YYYYMMDD`, by UTC. */
const lastDay = (at: Date): string => new Date(at.getTime() + DAYS * DAY).toISOString().slice(0, 10).replaceAll('-', '')
