import { type DiskLevel, diskLevel, isFull, spaceWords } from '../core/disk-space.js'
import { messageOf } from '../core/errors.js'
import type { Disk, Log } from '../ports.js'
import type { HealthPart, HealthReport } from './settings.js'

/** How a part is, asked now. What throws is not ready; why is for the log alone, because anybody may ask `/readyz`. */
export type Probe = () => PartHealth | Promise<PartHealth>
export type PartHealth = Omit<HealthPart, 'name'>

/** A part that has not answered after so long is not ready. Milliseconds. */
const TIME_LIMIT = 5_000

/**
 * Asks every part at each call; callers that come meanwhile share the answer, so that however many ask, a database that
 * is slow has one more question at most. A part that fails, and one that works again, is a line of the process log.
 */
export const createHealth = (options: {
  parts: Readonly<Record<string, Probe>>
  log: Log
  timeLimit?: number
}): (() => Promise<HealthReport>) => {
  const tell = createTeller(options.log)
  let asking: Promise<HealthReport> | null = null
  const ask = async (): Promise<HealthReport> => {
    const parts = await Promise.all(
      Object.entries(options.parts).map(async ([name, probe]) => {
        const { error, ...part } = await answerOf(probe, options.timeLimit ?? TIME_LIMIT)
        tell(name, part, error)
        return { name, ...part }
      }),
    )
    return { ready: parts.every(({ ready }) => ready), parts }
  }
  return () => {
    asking ??= ask().finally(() => {
      asking = null
    })
    return asking
  }
}

/**
 * Whether there is room for what is written next, where the work `needs` that, and what is to be said of it; the log and
 * the console say it too.
 */
export const diskProbe =
  (disk: Disk, needs: boolean): Probe =>
  async () => {
    const space = await disk.space()
    const level = diskLevel(space, null)
    return { ready: !needs || !isFull(space), detail: `${spaceWords(space)}${level === null ? '' : WORDS[level]}` }
  }

const WORDS: Record<DiskLevel, string> = { warning: ', filling up', error: ', almost full' }

const answerOf = async (probe: Probe, timeLimit: number): Promise<PartHealth & { error?: unknown }> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeLimit} ms`)), timeLimit)
  })
  try {
    return await Promise.race([Promise.resolve().then(probe), late])
  } catch (error) {
    return { ready: false, detail: 'does not answer', error }
  } finally {
    clearTimeout(timer)
  }
}

const createTeller = (log: Log) => {
  const down = new Set<string>()
  return (name: string, { ready, detail }: PartHealth, error: unknown): void => {
    if (ready && down.delete(name)) log.info({ part: name }, `${name} is ready again`)
    if (ready || down.has(name)) return
    down.add(name)
    const why = error === undefined ? '' : ` (${messageOf(error)})`
    log.warn({ part: name, err: error }, `${name} is not ready: ${detail}${why}`)
  }
}
