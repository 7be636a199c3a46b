import { standingOf } from '../core/schedule.js'
import { monthOf } from '../core/set-up.js'
import { endsSoon } from '../core/undelegated.js'
import type { Upkeep, Work } from '../ports.js'
import { archiveMails } from './archive-mails.js'
import { checkDeadline } from './check-deadline.js'
import { checkKeys } from './check-keys.js'
import { checkRequest } from './check-request.js'
import { checkSelfTest } from './check-self-test.js'
import { deliverWebhook } from './deliver-webhook.js'
import type { Deps } from './deps.js'
import { dropDeliveries } from './drop-deliveries.js'
import { eraseOldData } from './erase-old-data.js'
import { processMail } from './process-mail.js'
import { remindTicket } from './remind-ticket.js'
import { renewDomain } from './renew-domain.js'
import { DIGEST_TASKS, sendDigest, timetableOf } from './send-digest.js'
import { sendNotice } from './send-notice.js'
import { sendRequest } from './send-request.js'
import { selfTestTimetable, sendSelfTest } from './send-self-test.js'
import { warnExpiry } from './warn-expiry.js'
import { warnSetup } from './warn-setup.js'
import { warnUndelegated } from './warn-undelegated.js'
import { watchDelegation } from './watch-delegation.js'

/** How many rows of a kind one sweep takes up. */
const BATCH = 100

/** Does the work that a row stands for; the row decides whether there is any. */
export const runWork = (deps: Deps, work: Work): Promise<void> => {
  switch (work.kind) {
    case 'send-request':
      return sendRequest(deps, work.id)
    case 'process-mail':
      return processMail(deps, work.id)
    case 'check-deadline':
      return checkDeadline(deps, work.id)
    case 'check-keys':
      return checkKeys(deps, work.id)
    case 'archive-mails':
      return archiveMails(deps)
    case 'check-request':
      return checkRequest(deps, work.id)
    case 'warn-expiry':
      return warnExpiry(deps, work.id)
    case 'renew-domain':
      return renewDomain(deps, work.id)
    case 'remind-ticket':
      return remindTicket(deps, work.id)
    case 'watch-delegation':
      return watchDelegation(deps, work.id)
    case 'warn-setup':
      return warnSetup(deps, work.id)
    case 'warn-undelegated':
      return warnUndelegated(deps, work.id)
    case 'deliver-webhook':
      return deliverWebhook(deps, work.id)
    case 'send-notice':
      return sendNotice(deps, work.id)
    case 'send-self-test':
      return sendSelfTest(deps)
    case 'check-self-test':
      return checkSelfTest(deps)
    case 'erase-data':
      return eraseOldData(deps)
    case 'drop-deliveries':
      return dropDeliveries(deps)
    case 'send-digest':
    case 'send-heartbeat':
      return sendDigest(deps, work.kind)
  }
}

type DueDeps = Pick<Deps, 'store' | 'clock' | 'retention' | 'digests' | 'selfTest'>

/** Everything that is due: rings that were lost, back-offs that ended, what comes by time, and what a worker that died left. */
export const dueWork = async (deps: DueDeps): Promise<Work[]> => {
  const now = deps.clock.now()
  const { connections, delegations, deliveries, expiries, mails, notices, requests, setups, tickets, upkeep } =
    deps.store
  // Asked at the same moment, so that it is one question to the database: each process asks it every second.
  const found = await Promise.all([
    as('process-mail', mails.due(now, BATCH)),
    as('send-request', requests.due(now, BATCH)),
    as('check-deadline', requests.overdue(now, BATCH)),
    as('check-request', requests.toCheck(now, BATCH)),
    as('check-keys', connections.keysDue(now, BATCH)),
    as('warn-expiry', expiries.due(now, BATCH)),
    as('renew-domain', expiries.renewable(now, BATCH)),
    as('remind-ticket', tickets.due(now, BATCH)),
    as('watch-delegation', delegations.due(now, BATCH)),
    as('warn-setup', setups.late(monthOf(now), BATCH)),
    as('warn-undelegated', delegations.ending(endsSoon(now), BATCH)),
    as('deliver-webhook', deliveries.due(now, BATCH)),
    as('send-notice', notices.due(now, BATCH)),
  ])
  return [...found.flat(), ...dueUpkeep(await upkeep.list(), deps)]
}

const as = async <Kind extends Work['kind']>(
  kind: Kind,
  ids: Promise<string[]>,
): Promise<{ kind: Kind; id: string }[]> => (await ids).map((id) => ({ kind, id }))

const dueUpkeep = (rows: readonly Upkeep[], deps: DueDeps): Work[] => {
  const { clock, retention, digests } = deps
  const now = clock.now()
  const rowOf = (task: Upkeep['task']) => rows.find((row) => row.task === task)
  const isDue = (task: Upkeep['task']) => (rowOf(task)?.dueAt ?? Number.POSITIVE_INFINITY) <= now
  const archives = retention !== null && isDue('archive-mails')
  const tasks = DIGEST_TASKS.filter((task) => {
    const row = rowOf(task)
    return row !== undefined && standingOf(row, timetableOf(task, digests), now) !== 'waits'
  })
  const test = rowOf('send-self-test')
  const tests = test !== undefined && standingOf(test, selfTestTimetable(deps), now) !== 'waits'
  return [
    ...(tests ? [{ kind: 'send-self-test' as const, id: 'send-self-test' as const }] : []),
    ...(isDue('check-self-test') ? [{ kind: 'check-self-test' as const, id: 'check-self-test' as const }] : []),
    ...(archives ? [{ kind: 'archive-mails' as const, id: 'archive-mails' as const }] : []),
    ...(isDue('erase-data') ? [{ kind: 'erase-data' as const, id: 'erase-data' as const }] : []),
    ...(isDue('drop-deliveries') ? [{ kind: 'drop-deliveries' as const, id: 'drop-deliveries' as const }] : []),
    ...tasks.map((task): Work => (task === 'send-digest' ? { kind: task, id: task } : { kind: task, id: task })),
  ]
}
