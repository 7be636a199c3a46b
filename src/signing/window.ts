import type { PinnedKey } from './scheme.js'

/** Clocks of honest registries are this far ahead of ours at most. */
const MAX_AHEAD_MS = 5 * 60_000

export type Window = { signedAt: Date; receivedAt: Date; maxAge: number; pin: PinnedKey }

/** Why a signature that holds does not count at this time, in a sentence; null where it does. The same for each scheme. */
export const windowProblem = ({ signedAt, receivedAt, maxAge, pin }: Window): string | null => {
  const age = receivedAt.getTime() - signedAt.getTime()
  const dated = `the signature is dated ${signedAt.toISOString()}`
  if (age < -MAX_AHEAD_MS) return `${dated}, after the mail came`
  if (age > maxAge) return `${dated}, longer ago than this connection accepts`
  const { file, notBefore, notAfter } = pin
  if (notBefore !== null && receivedAt < notBefore) return `key ${file} is pinned only from ${notBefore.toISOString()}`
  if (notAfter !== null && receivedAt > notAfter) return `key ${file} was pinned only until ${notAfter.toISOString()}`
  return null
}
