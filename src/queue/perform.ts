import { Fault, messageOf, Refusal } from '../core/errors.js'
import type { Log, Work } from '../ports.js'

/**
 * Runs a piece of work and writes what it throws into the log: the row stands as it was and comes due again, so there is
 * nobody to throw to. Never rejects.
 */
export const performLogged = async (work: Work, run: (work: Work) => Promise<void>, log: Log): Promise<void> => {
  try {
    await run(work)
  } catch (error) {
    const fields = { kind: work.kind, id: work.id, err: error }
    const text = `${work.kind} ${work.id} failed: ${messageOf(error)}`
    if (isTemporary(error)) log.warn(fields, `${text}; it is tried again`)
    else log.error(fields, text)
  }
}

const isTemporary = (error: unknown): boolean => (error instanceof Fault || error instanceof Refusal) && error.temporary
