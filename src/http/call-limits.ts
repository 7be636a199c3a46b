import { Refusal } from '../core/errors.js'
import type { Clock } from '../ports.js'
import type { Authenticate } from './auth.js'

/** So many tokens are counted at once; the one that was quiet for longest is forgotten first. */
const MOST_TOKENS = 10_000
const MINUTE = 60_000

/**
 * Bounds the calls of each token but an administrator's, in this process: `perMinute` at once, which grow back evenly. It
 * keeps one program that went wrong from taking the time of the others. Throws `Refusal` too-many (429), with the seconds
 * after which the next call is taken.
 */
export const limitCalls = (authenticate: Authenticate, options: { perMinute: number; clock: Clock }): Authenticate => {
  const { perMinute, clock } = options
  /** A call whose caller is asked for twice counts once. */
  const counted = new WeakSet<object>()
  const buckets = new Map<string, { left: number; at: number }>()
  return async (c) => {
    const caller = await authenticate(c)
    if (caller.scope === 'admin' || counted.has(c)) return caller
    counted.add(c)
    const now = clock.now().getTime()
    const known = buckets.get(caller.owner) ?? { left: perMinute, at: now }
    const grown = (Math.max(0, now - known.at) * perMinute) / MINUTE
    const left = Math.min(perMinute, known.left + grown)
    buckets.delete(caller.owner)
    buckets.set(caller.owner, { left: left < 1 ? left : left - 1, at: now })
    for (const owner of buckets.keys()) {
      if (buckets.size <= MOST_TOKENS) break
      buckets.delete(owner)
    }
    if (left >= 1) return caller
    const retryAfter = Math.ceil(((1 - left) * MINUTE) / perMinute / 1_000)
    throw new Refusal(
      'too-many',
      `this token may make ${perMinute} calls a minute (SEALPOST_API_PER_MINUTE); make the same call again in ${retryAfter} s`,
      { retryAfter },
    )
  }
}
