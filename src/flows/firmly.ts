import { setTimeout as sleep } from 'node:timers/promises'
import { Fault } from '../core/errors.js'

/** Pauses between tries: 15 minutes in all. Milliseconds. */
const PAUSES = [100, 300, ...Array.from({ length: 900 }, () => 1_000)]

/**
 * Writes what is known to this process alone until it is written, such as what a server answered: a database that is away
 * is waited for, and asked often, to be there before somebody finds that the lease has run out. A try whose answer was lost
 * may have been carried out, so `write` has to notice that.
 */
export const firmly = async (write: () => Promise<void>): Promise<void> => {
  for (const pause of PAUSES)
    try {
      return await write()
    } catch (error) {
      if (!(error instanceof Fault) || !error.temporary) throw error
      await sleep(pause)
    }
  return write()
}
