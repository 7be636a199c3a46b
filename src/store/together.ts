import type { Pool, PoolClient } from 'pg'
import { Fault } from '../core/errors.js'
import type { Store, Tables } from '../ports.js'
import { mayBeDoneAgain, translate } from './errors.js'
import { inGroups } from './groups.js'
import type { ModelsOf } from './models.js'
import { begin, onConnection, type Tell, type Transaction } from './transaction.js'

/** So that the first does not wait long for the last, nor others for the locks of all. */
const MAX_WORKS = 32

/** Of a work alone: each statement of it may have to be prepared anew, and others' groups may stand against it. */
const MOST_TRIES = 20

type Work = (tables: Tables) => Promise<unknown>
type Outcome = { kind: 'done'; result: unknown } | { kind: 'refused'; error: unknown }

/** Something of a group failed in the database, and all of it was taken back. */
class GroupUndone extends Error {
  override readonly name = 'GroupUndone'
}

/**
 * As `transaction`, for what is many: works that come while one commit is under way share the next. They run side by side
 * in one transaction, so that what all of them ask at the same moment is one statement; `Unit.locks` keeps those apart that
 * are about the same domain, as the database's locks would if each were a transaction. A work that refuses before it has
 * written anything leaves the others alone; where one fails in any other way the whole group is taken back, and each is
 * done in a transaction of its own.
 */
export const togetherOf = (
  pool: Pool,
  models: ModelsOf,
  { alone, tell }: { alone: Store['transaction']; tell: Tell },
): Store['together'] => {
  const inGroup = inGroups<Work, Outcome>({
    take: (waiting) => Math.min(waiting.length, MAX_WORKS),
    run: ([first, ...others]) => {
      if (first === undefined) return Promise.resolve([])
      if (others.length === 0) return onceMore(() => alone(first)).then((result) => [{ kind: 'done', result }])
      return onConnection(pool, (connection) => runAll(connection, { models, tell }, [first, ...others]))
    },
    again: true,
    after: 'turn',
  })
  return async <T>(work: (tables: Tables) => Promise<T>): Promise<T> => {
    const outcome = await inGroup(work)
    if (outcome.kind === 'refused') throw outcome.error
    return outcome.result as T // what this very work gave
  }
}

/**
 * A work that is alone takes its locks in the order of all, yet one that shares a transaction elsewhere may hold what it
 * waits for and wait for what it holds: the database then takes back either.
 */
const onceMore = async <T>(work: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; attempt < MOST_TRIES; attempt++)
    try {
      return await work()
    } catch (error) {
      if (!mayBeDoneAgain(error)) throw error
    }
  return work()
}

const runAll = async (
  connection: PoolClient,
  { models, tell }: { models: ModelsOf; tell: Tell },
  works: readonly Work[],
): Promise<Outcome[]> => {
  const transaction = await begin(connection, models, tell)
  // All have to end before anything is taken back: one that still runs would speak outside of the transaction.
  const ended = await Promise.allSettled(works.map((work) => runOne(transaction, work)))
  const outcomes = ended.map((one) => (one.status === 'fulfilled' ? one.value : undone(one.reason)))
  await transaction.commit().catch(undone)
  return outcomes
}

const runOne = async (transaction: Transaction, work: Work): Promise<Outcome> => {
  const { tables, failures, hasWritten, end } = transaction.open()
  try {
    const result = await work(tables)
    if (failures.length > 0) throw failures[0]
    return { kind: 'done', result }
  } catch (error) {
    if (failures.length === 0 && !hasWritten()) return { kind: 'refused', error }
    throw error
  } finally {
    end()
  }
}

/**
 * Where the database is away there is no use in asking it for each alone. Two groups that want the same domains in another
 * order are no fault of it, and what a work says for itself is not for the others.
 */
const undone = (error: unknown): never => {
  const translated = translate(error)
  if (translated instanceof Fault && translated.code === 'store-unavailable' && !mayBeDoneAgain(error)) throw translated
  throw new GroupUndone('a part of a group of transactions failed: each is done alone', { cause: error })
}
