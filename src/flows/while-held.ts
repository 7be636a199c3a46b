import { messageOf } from '../core/errors.js'
import type { Lease } from '../ports.js'
import type { Deps } from './deps.js'

/** A row that is held, and for how long at a time. */
export type Held = {
  table: 'mails' | 'requests'
  id: string
  lease: Lease
  /** Short: whoever dies leaves the row alone for so long. */
  leaseMs: number
  /** How often the lease is renewed; several renewals may fail before it runs out. */
  renewMs: number
}

/** Renews the lease while the work lasts. One that was lost all the same is noticed when the result is written. */
export const whileHeld = async <T>(deps: Deps, held: Held, work: () => Promise<T>): Promise<T> => {
  const { table, id, lease, leaseMs, renewMs } = held
  const renew = async (): Promise<void> => {
    try {
      await deps.store[table].extend(id, lease, new Date(deps.clock.now().getTime() + leaseMs))
    } catch (error) {
      deps.log.warn({ table, id, err: error }, `the lease of a row could not be renewed: ${messageOf(error)}`)
    }
  }
  const timer = setInterval(() => void renew(), renewMs)
  try {
    return await work()
  } finally {
    clearInterval(timer)
  }
}
