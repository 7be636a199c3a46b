/** Who holds a lock; any object of its own. */
export type Holder = object

/**
 * Locks between works that share one transaction: to the database they are one, so its locks do not keep them apart. A
 * holder may take what it has already.
 */
export type Locks = {
  /**
   * Resolves when all are this holder's, which then has them until `release`. In one order, so that no two wait for each other.
   * Who takes more while it has some may come to wait for a holder that waits for it: that is refused, as the database
   * refuses it, since nobody else would ever end it.
   *
   * @throws Error where it would wait for ever, and where the holder was released before
   */
  take(holder: Holder, keys: readonly string[]): Promise<void>
  has(holder: Holder, key: string): boolean
  release(holder: Holder): void
}

export const createLocks = (): Locks => {
  const holders = new Map<string, Holder>()
  const waiting = new Map<string, (() => void)[]>()
  const wanted = new Map<Holder, string>()
  const released = new WeakSet<Holder>()
  /** Whether whoever has the key waits, by however many others, for this holder. */
  const waitsFor = (key: string, holder: Holder): boolean => {
    const other = holders.get(key)
    const next = other === undefined ? undefined : wanted.get(other)
    return other === holder || (next !== undefined && waitsFor(next, holder))
  }
  const takeOne = async (holder: Holder, key: string): Promise<void> => {
    while ((holders.get(key) ?? holder) !== holder) {
      if (waitsFor(key, holder))
        throw new Error(`two works of one transaction wait for each other, one of them for ${key}`)
      wanted.set(holder, key)
      await new Promise<void>((resolve) => waiting.set(key, [...(waiting.get(key) ?? []), resolve]))
      wanted.delete(holder)
    }
    if (released.has(holder)) throw new Error(`a work that has ended takes ${key}: await all that it asks for`)
    holders.set(key, holder)
  }
  return {
    take: async (holder, keys) => {
      for (const key of [...new Set(keys)].sort()) await takeOne(holder, key)
    },
    has: (holder, key) => holders.get(key) === holder,
    release: (holder) => {
      released.add(holder)
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
