import { afterAll, afterEach, beforeAll, describe, test } from 'vitest'
import { cleanUp } from '../e2e/stage.js'
import { newServerDatabase } from '../helpers/database.js'
import { needs } from '../helpers/needs.js'
import { POINTS, type Point } from './points.js'
import { openRound, type Round } from './round.js'

/**
 * The gateway dies by SIGKILL at every row of the crash matrix and is started again: no mail that was acknowledged is
 * lost, no order is, nothing takes effect twice, and the registry gets no request twice. `CRASH_ROUNDS=50` goes through
 * all of them so many times.
 */
const rounds = Number(process.env['CRASH_ROUNDS'] ?? 1)

/** Where the embedded database's own ways matter: its leases end at the start, and its commits are flushed here. */
const EMBEDDED =
  rounds > 1 ? POINTS : POINTS.filter(({ id }) => ['I3', 'I6-lazily', 'I6', 'I8', 'O1', 'O6'].includes(id))

const dies = (points: readonly Point[], open: () => Promise<{ url: string | null; remove(): Promise<void> }>) => {
  let round: Round
  let remove: () => Promise<void> = async () => {}
  beforeAll(async () => {
    const database = await open()
    remove = database.remove
    round = await openRound(database.url)
  })
  afterEach(() => round.end())
  afterAll(async () => {
    await cleanUp()
    await remove()
  })
  test.each(points.map((point) => [point.id, point.at, point.order, point] as const))(
    '%s, when %s: %s',
    (_, __, ___, point) => round.crash(point),
  )
  test('nothing is lost, nothing is doubled, and the log is whole', () => round.check())
}

const withServer = await needs('postgresql')
for (let number = 1; number <= rounds; number++) {
  withServer(`PostgreSQL, round ${number}: it dies`, () => dies(POINTS, newServerDatabase))
  describe(`embedded, round ${number}: it dies`, () =>
    dies(EMBEDDED, async () => ({ url: null, remove: async () => {} })))
}
