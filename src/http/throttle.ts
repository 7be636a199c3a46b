import type { Clock } from '../ports.js'

export type Throttle = {
  /** Counts a try; false when there were too many of this key within the window. */
  take(key: string): boolean
  /** Forgets the tries of a key, after one that succeeded. */
  forget(key: string): void
}

/** Tries of one key within a window of time, in memory: enough to make guessing a password hopeless. */
export const createThrottle = (options: { clock: Clock; tries: number; windowMs: number; keys?: number }): Throttle => {
  const windows = new Map<string, { count: number; endsAt: number }>()
  const keys = options.keys ?? 10_000
  return {
    take(key) {
      const now = options.clock.now().getTime()
      const known = windows.get(key)
      const window = known === undefined || known.endsAt <= now ? { count: 0, endsAt: now + options.windowMs } : known
      window.count++
      windows.delete(key)
      windows.set(key, window)
      dropOldest(windows, keys)
      return window.count <= options.tries
    },
    forget: (key) => void windows.delete(key),
  }
}

const dropOldest = (windows: Map<string, unknown>, keep: number): void => {
  for (const key of windows.keys()) {
    if (windows.size <= keep) return
    windows.delete(key)
  }
}
