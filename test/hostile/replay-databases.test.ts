import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { verifyLog } from '../../src/flows/verify-log.js'
import { eachDatabase, type TestDatabase } from '../helpers/database.js'
import { type Run, runCrowds, runSchedule, startRun } from './replay-run.js'
import { crowdedSchedules, schedules } from './replay-schedule.js'
import { createWorld } from './replay-world.js'

const SEED = 20260301

await eachDatabase((name, open) => {
  let database: TestDatabase
  let runs = 0
  let taken = 0
  let conflicts = 0
  beforeAll(async () => {
    database = await open()
  })

  const start = async () => {
    runs += 1
    return startRun(await createWorld(database.store, runs))
  }

  const count = ({ taken: contents, tally }: Run): void => {
    taken += contents.size
    conflicts += tally.conflict
  }

  if (name === 'embedded')
    test('100 schedules, step by step', async () => {
      await fc.assert(
        fc.asyncProperty(schedules(10), async (schedule) => {
          const run = await start()
          await runSchedule(run, schedule)
          count(run)
        }),
        { seed: SEED, numRuns: 100 },
      )
    })

  if (name === 'postgresql')
    test('150 schedules, three at a time, with many workers at once', async () => {
      await fc.assert(
        fc.asyncProperty(fc.tuple(crowdedSchedules, crowdedSchedules, crowdedSchedules), async (three) => {
          const runs = []
          for (const crowds of three) runs.push({ run: await start(), crowds })
          await Promise.all(runs.map(({ run, crowds }) => runCrowds(run, crowds)))
          for (const { run } of runs) count(run)
        }),
        { seed: SEED, numRuns: 50 },
      )
    })

  test('every content was taken once, contradictions are on record, and the action log is whole', async () => {
    const { rows } = await database.pool.query<{ contents: number; conflicts: number }>(
      `SELECT (SELECT count(*)::int FROM verified_contents) AS contents,
         (SELECT count(*)::int FROM mails WHERE stage = 'conflict') AS conflicts`,
    )
    expect(taken).toBeGreaterThan(100)
    expect(rows).toEqual([{ contents: taken, conflicts }])
    // The world's mails come from nowhere, so the log knows nothing of them; it fits together all the same.
    const verdict = await verifyLog({ store: database.store })
    expect(verdict.whole || (verdict.mail !== null && verdict.brokenAt === null), JSON.stringify(verdict)).toBe(true)
  })
})
