import { Fault, Refusal } from '../core/errors.js'
import type { RehearsalStep, RehearsalStepName } from '../core/rehearsal.js'

/** Plays a step of a rehearsal at a time. `work` says what happened; what it throws as `notAsMeant`, or a key's fault, fails it. */
export const playStep = async (
  step: RehearsalStepName,
  at: Date,
  work: () => Promise<string>,
): Promise<RehearsalStep> => {
  try {
    return { step, ok: true, at, detail: await work() }
  } catch (error) {
    if (error instanceof Refusal || (error instanceof Fault && !error.temporary))
      return { step, ok: false, at, detail: error.message }
    throw error
  }
}

export const notAsMeant = (detail: string): Fault => new Fault('rehearsal-failed', detail, { temporary: false })

/** Times that a rehearsal makes up where the connection says none. */
export const DAY_MS = 86_400_000
