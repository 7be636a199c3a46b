/** Who holds a lock; any object of its own. */
export type Holder = object

/**
 * Locks between works that share one transaction: to the database they are one, so its locks do not keep them apart. A
 * holder may take what it has already.
 */
export type Locks = {
  /** Resolves when all are this holder's, which then has them until `release`. In one order, so that no two wait for each other. */
  take(holder: Holder, keys: readonly string[]): Promise<void>
  has(holder: Holder, key: string): boolean
  release(holder: Holder): void
}

export const createLocks = (): Locks => {
  const holders = new Map<string, Holder>()
  const waiting = new Map<string, (() => void)[]>()
  const takeOne = async (holder: Holder, key: string): Promise<void> => {
    while ((holders.get(key) ?? holder) !== holder)
      await new Promise<void>((resolve) => waiting.set(key, [...(waiting.get(key) ?? []), resolve]))
    holders.set(key, holder)
  }
  return {
    take: async (holder, keys) => {
      for (const key of [...new Set(keys)].sort()) await takeOne(holder, key)
    },
    has: (holder, key) => holders.get(key) === holder,
    release: (holder) => {
      for (const [key, one] of holders) {
        if (one !== holder) continue
        holders.delete(key)
        const ready = waiting.get(key) ?? []
        waiting.delete(key)
        for (const wake of ready) wake()
      }
    },
  }
}
