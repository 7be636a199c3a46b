import fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryStore } from '../helpers/memory-store.js'
import { runSchedule, startRun, type Tally } from './replay-run.js'
import { schedules } from './replay-schedule.js'
import { createWorld } from './replay-world.js'

const SEED = 20260301

/** Sums over all schedules: a property that no schedule reaches would hold for nothing. */
const total: Tally = { mails: 0, sent: 0, settled: 0, conflict: 0, duplicate: 0, unrecognised: 0, transitions: 0 }

/** Against hanging alone: it is two minutes of the processor, and of a slow one many. */
const MOST_MS = 1_200_000

test(
  '10,000 schedules of shuffled, repeated and cross-delivered replies: no order settles twice',
  async () => {
    await fc.assert(
      fc.asyncProperty(schedules(24), async (schedule) => {
        const store = memoryStore()
        const run = startRun(await createWorld(store, 1))
        await runSchedule(run, schedule)
        expect(store.contentCount()).toBe(run.taken.size)
        for (const [name, count] of Object.entries(run.tally)) if (isTally(name)) total[name] += count
      }),
      { seed: SEED, numRuns: 10_000 },
    )
    console.info('replies', total)
    for (const count of Object.values(total)) expect(count).toBeGreaterThan(1_000)
  },
  MOST_MS,
)

const isTally = (name: string): name is keyof Tally => Object.hasOwn(total, name)
