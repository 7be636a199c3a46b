import type { Window } from './connection.js'
import { endOfKey, type KeyState } from './key-state.js'

/** When a key is used, as parts (0 to 1) of the time that is looked at. */
export type KeySpan = { file: string; begin: Date | null; end: Date | null; from: number; to: number }

/** The keys of one kind of a connection over time; `now` is a part of it too. */
export type KeySpans = { role: KeyState['role']; begins: Date; ends: Date; now: number; spans: KeySpan[] }

const MONTH_MS = 30 * 24 * 3_600_000

/** Where one key follows another, or is to be used for a time: nothing else has to be seen over time. */
export const keySpans = (states: readonly KeyState[], now: Date): KeySpans[] =>
  (['signing', 'trust'] as const).flatMap((role) => {
    const keys = states.filter((state) => state.role === role)
    return keys.length > 1 || keys.some(isBounded) ? [spansOf(role, keys, now)] : []
  })

const isBounded = ({ notBefore, notAfter }: Window): boolean => notBefore !== null || notAfter !== null

/** From a month before now to a month after it, and as far as any key begins or ends beyond. */
const spansOf = (role: KeyState['role'], keys: readonly KeyState[], now: Date): KeySpans => {
  const known = keys.map((key) => ({ file: key.file, begin: key.notBefore, end: endOfKey(key) }))
  const times = known.flatMap(({ begin, end }) => [begin, end].flatMap((time) => time?.getTime() ?? []))
  const begins = Math.min(...times, now.getTime() - MONTH_MS)
  const ends = Math.max(...times, now.getTime() + MONTH_MS)
  const part = (time: number): number => (time - begins) / (ends - begins)
  return {
    ...{ role, begins: new Date(begins), ends: new Date(ends), now: part(now.getTime()) },
    spans: known.map(({ file, begin, end }) => {
      const from = part(begin?.getTime() ?? begins)
      return { file, begin, end, from, to: Math.max(from, part(end?.getTime() ?? ends)) }
    }),
  }
}
