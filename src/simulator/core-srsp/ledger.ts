import type { RegistryMemory } from '../memory.js'

/** What this registry keeps beside its domains. */
export type Ledger = {
  /** The number of the next resolution. */
  nextSequence(): number
  /** A handle that nobody has. */
  newHandle(kind: string): string
  /** The expiry of a name, a year later than it was. */
  renew(name: string, now: Date): Date
  /** What a transaction was answered, and the request that it was; null for one that is new. */
  find(transaction: string): Settled | null
  settle(transaction: string, settled: Settled): void
}

type Settled = { request: string; reply: string; outcome: 'success' | 'failed' }

/** That of the registry with this memory. */
export const ledgerOf = (memory: RegistryMemory): Ledger => {
  const known = ledgers.get(memory)
  if (known !== undefined) return known
  const ledger = createLedger()
  ledgers.set(memory, ledger)
  return ledger
}

const ledgers = new WeakMap<RegistryMemory, Ledger>()

const YEAR = 1

const createLedger = (): Ledger => {
  const settled = new Map<string, Settled>()
  const expiries = new Map<string, Date>()
  let sequence = 88_000
  let handle = 100
  return {
    nextSequence: () => ++sequence,
    newHandle: (kind) => `${kind}${String(++handle).padStart(5, '0')}`,
    renew: (name, now) => {
      const until = new Date(expiries.get(name) ?? now)
      until.setUTCFullYear(until.getUTCFullYear() + YEAR)
      expiries.set(name, until)
      return until
    },
    find: (transaction) => settled.get(transaction) ?? null,
    settle: (transaction, one) => void settled.set(transaction, one),
  }
}
