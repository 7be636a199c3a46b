import { Fault } from '../core/errors.js'
import { isSilence } from './errors.js'

export type Group<Input, Output> = (input: Input) => Promise<Output>

type Waiting<Input, Output> = { input: Input; resolve(output: Output): void; reject(error: unknown): void }

/**
 * Runs what comes at the same time together: calls of one moment, and those that come while others are under way, share a
 * round trip and a commit; who comes alone waits for nothing. `run` answers in the order of its inputs; `take` says how
 * many of those that wait are the next group. Each call resolves, or rejects, with its own outcome.
 */
export const inGroups = <Input, Output>(options: {
  take(waiting: readonly Input[]): number
  run(inputs: Input[]): Promise<readonly Output[]>
  /** Whether each of a group that failed is tried alone, so that one at fault harms no other. */
  again: boolean
  /**
   * When a group sets out: `moment`, after all promises that are settled have had their turn, or `turn`, after all that
   * sockets and threads have for this process was read. The database within the process lets nobody else have a turn.
   */
  after: 'moment' | 'turn'
}): Group<Input, Output> => {
  const waiting: Waiting<Input, Output>[] = []
  let running = false
  let silent = 0
  const work = async (): Promise<void> => {
    if (running) return
    running = true
    while (waiting.length > 0) {
      await COME[options.after]()
      const count = options.take(waiting.map(({ input }) => input))
      const failure = await runGroup(options, waiting.splice(0, Math.max(count, 1)))
      silent = isSilence(failure) ? silent + 1 : 0
      if (silent >= MOST_SILENT) for (const { reject } of waiting.splice(0)) reject(failure)
    }
    running = false
  }
  return (input) =>
    new Promise((resolve, reject) => {
      waiting.push({ input, resolve, reject })
      void work()
    })
}

/**
 * After so many groups in a row to which nobody answered those that wait hear the same: each group takes the database's whole
 * time limit, and the last of many would wait for all of them. The first may have had a connection that alone was dead.
 */
const MOST_SILENT = 2

const COME = {
  moment: async () => {
    await null
    await new Promise<void>((resolve) => process.nextTick(resolve))
  },
  turn: () => new Promise<void>((resolve) => setImmediate(resolve)),
}

/** Gives the failure that all of the group were told. */
const runGroup = async <Input, Output>(
  options: { run(inputs: Input[]): Promise<readonly Output[]>; again: boolean },
  group: Waiting<Input, Output>[],
): Promise<unknown> => {
  try {
    const outputs = await options.run(group.map(({ input }) => input))
    if (outputs.length !== group.length)
      throw new Error(`${group.length} came together, ${outputs.length} were answered`)
    for (const [index, output] of outputs.entries()) group[index]?.resolve(output)
    return null
  } catch (error) {
    const final = group.length === 1 || !options.again || (error instanceof Fault && error.temporary)
    if (final) for (const { reject } of group) reject(error)
    else for (const one of group) await runGroup(options, [one])
    return final ? error : null
  }
}
