import { createContext, Script } from 'node:vm'

/** What security.md allows for 256 KiB. Milliseconds. */
const LIMIT = 2_000

const context = createContext({ work: null })
const script = new Script('work()')

let worst = { ms: 0, say: 'nothing' }

/**
 * Runs a reader and stops it after two seconds, in the midst of a regular expression too: what hangs fails its test and
 * not the run. Of an async function it is the part before its first `await`, which is where our own code reads.
 */
export const limited = <T>(say: string, work: () => T): T => {
  const begin = performance.now()
  context['work'] = work
  try {
    return script.runInContext(context, { timeout: LIMIT })
  } finally {
    const ms = performance.now() - begin
    if (ms > worst.ms) worst = { ms, say }
  }
}

/** The longest that anything took since the last call, for the log of the run. */
export const worstCase = (): string => {
  const told = `${worst.ms.toFixed(1)} ms for ${worst.say.slice(0, 200)}`
  worst = { ms: 0, say: 'nothing' }
  return told
}
