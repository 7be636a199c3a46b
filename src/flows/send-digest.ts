import { completionsOf, digestOf, heartbeatOf, NAMED_IN_DIGEST, type Standing } from '../core/digest.js'
import { digestNotice } from '../core/digest-notice.js'
import { nextTime, planOf, standingOf, type Timetable } from '../core/schedule.js'
import type { Tables } from '../ports.js'
import type { Deps } from './deps.js'

export const DIGEST_TASKS = ['send-digest', 'send-heartbeat'] as const
export type DigestTask = (typeof DIGEST_TASKS)[number]

const HEARTBEAT_AT = '06:00'

/** When a task is due by the settings. */
export const timetableOf = (task: DigestTask, digests: Timetable): Timetable =>
  task === 'send-digest' ? digests : { ...digests, times: [HEARTBEAT_AT] }

/**
 * Records a digest of the orders that are open and were done, where there are some, or the heartbeat, if its time has come, with the mail that
 * tells it, and sets the next time, in one transaction. Times that were missed are one: what was open then is open now, or of no interest any more.
 */
export const sendDigest = (deps: Deps, task: DigestTask): Promise<void> =>
  deps.store.transaction(async (tables) => {
    const now = deps.clock.now()
    const row = (await tables.upkeep.list()).find((one) => one.task === task)
    const timetable = timetableOf(task, deps.digests)
    const standing = row === undefined ? 'waits' : standingOf(row, timetable, now)
    if (row === undefined || standing === 'waits') return
    const next = { dueAt: nextTime(timetable, now) ?? row.dueAt, plan: planOf(timetable) }
    const doneAt = standing === 'due' ? now : row.doneAt
    if (!(await tables.upkeep.move(row, { ...next, doneAt })) || standing !== 'due') return
    const orders = await readStanding(tables, completionsOf(row, now))
    const entry = task === 'send-digest' ? digestOf(orders, now) : heartbeatOf(orders, now)
    if (entry === null) return
    await tables.actions.append([entry])
    await tables.notices.insert([digestNotice(entry.event, orders, now)])
  })

const readStanding = async (tables: Tables, window: { after: Date; until: Date }): Promise<Standing> => ({
  counts: await tables.orders.countByStatus(),
  oldest: await tables.orders.oldestOpen(NAMED_IN_DIGEST),
  completed: await tables.orders.completed(window, NAMED_IN_DIGEST),
  refused: await readRefused(tables),
})

const readRefused = async ({ refusedForms }: Tables): Promise<Standing['refused']> => ({
  count: await refusedForms.count(),
  forms: (await refusedForms.list({}, { limit: NAMED_IN_DIGEST, cursor: null })).items,
})
