import { afterAll, afterEach, beforeAll, describe, test } from 'vitest'
import { cleanUp } from '../e2e/stage.js'
import { newServerDatabase } from '../helpers/database.js'
import { needs } from '../helpers/needs.js'
import { POINTS, type Point } from './points.js'
import { openRound, type Round } from './round.js'
import { openRounds } from './tally.js'

/**
 * The gateway dies by SIGKILL at every row of the crash matrix, with several orders and mails under way, and is started
 * again: no mail that was acknowledged is lost, no order is, nothing takes effect twice, and the registry gets no request
 * twice. `CRASH_ROUNDS=50` goes through all of them so many times; with `CRASH_STATE=FILE` rounds that are done are not
 * done again, however the run before ended.
 */
const rounds = Number(process.env['CRASH_ROUNDS'] ?? 1)
const embeddedRounds = Number(process.env['CRASH_ROUNDS_EMBEDDED'] ?? rounds)
const done = openRounds(process.env['CRASH_STATE'])

/** Where the embedded database's own ways matter: its leases end at the start, and its commits are flushed here. */
const OWN_WAYS = ['I2-storing', 'I6', 'I6-kept', 'settling-some', 'O1', 'O1-claimed', 'marking-kept', 'O6']
const EMBEDDED = process.env['CRASH_ROUNDS'] !== undefined ? POINTS : POINTS.filter(({ id }) => OWN_WAYS.includes(id))

type Kind = { name: string; points: readonly Point[]; open(): Promise<{ url: string | null; remove(): Promise<void> }> }

const dies = ({ points, open }: Kind, name: string, abreast: boolean) => {
  let round: Round
  let remove: () => Promise<void> = async () => {}
  beforeAll(async () => {
    const database = await open()
    remove = database.remove
    round = await openRound(database.url, abreast)
  })
  afterAll(async () => {
    await round?.end()
    await cleanUp()
    await remove()
  })
  describe('it dies', () => {
    afterEach(({ task }) => (task.result?.state === 'fail' ? round.end() : undefined))
    test.each(points.map((point) => [point.id, point.at, point.either ?? point.order, point] as const))(
      '%s, when %s: %s',
      (_, __, ___, point) => round.crash(point),
    )
  })
  test('nothing is lost, nothing is doubled, and the log is whole', async () => {
    await round.check().finally(() => done.add(name, round.tally))
  })
}

const repeat = (kind: Kind, numbers: readonly number[]) => {
  for (const number of numbers) {
    // In turns: all from step to step together, and each as it comes.
    const abreast = number % 2 === 1
    const name = nameOf(kind, number)
    describe(`${name}${abreast ? '' : ', each as it comes'}`, () => dies(kind, name, abreast))
  }
}

const nameOf = ({ name }: Kind, number: number): string => `${name}, round ${number}`

const missing = (kind: Kind, count: number): number[] =>
  Array.from({ length: count }, (_, index) => index + 1).filter((number) => !done.has(nameOf(kind, number)))

const SERVER: Kind = { name: 'PostgreSQL', points: POINTS, open: newServerDatabase }
const OWN: Kind = { name: 'embedded', points: EMBEDDED, open: async () => ({ url: null, remove: async () => {} }) }

const withServer = await needs('postgresql')
const onServer = missing(SERVER, rounds)
if (onServer.length > 0) withServer('the gateway on PostgreSQL', () => repeat(SERVER, onServer))
const onOwn = missing(OWN, embeddedRounds)
if (onOwn.length > 0) describe('the gateway on the embedded database', () => repeat(OWN, onOwn))

afterAll(() => console.log(done.summary()))
