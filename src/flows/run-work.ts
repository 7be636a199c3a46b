import type { Work } from '../ports.js'
import { archiveMails } from './archive-mails.js'
import { checkDeadline } from './check-deadline.js'
import { checkKeys } from './check-keys.js'
import { checkRequest } from './check-request.js'
import type { Deps } from './deps.js'
import { processMail } from './process-mail.js'
import { sendRequest } from './send-request.js'
import { warnExpiry } from './warn-expiry.js'

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
  }
}

/** Everything that is due: rings that were lost, back-offs that ended, what comes by time, and what a worker that died left. */
export const dueWork = async (deps: Pick<Deps, 'store' | 'clock' | 'retention'>): Promise<Work[]> => {
  const now = deps.clock.now()
  const { connections, expiries, mails, requests, upkeep } = deps.store
  const archives = deps.retention !== null && (await upkeep.isDue('archive-mails', now))
  return [
    ...(await mails.due(now, BATCH)).map((id) => ({ kind: 'process-mail' as const, id })),
    ...(await requests.due(now, BATCH)).map((id) => ({ kind: 'send-request' as const, id })),
    ...(await requests.overdue(now, BATCH)).map((id) => ({ kind: 'check-deadline' as const, id })),
    ...(await requests.toCheck(now, BATCH)).map((id) => ({ kind: 'check-request' as const, id })),
    ...(await connections.keysDue(now, BATCH)).map((id) => ({ kind: 'check-keys' as const, id })),
    ...(await expiries.due(now, BATCH)).map((id) => ({ kind: 'warn-expiry' as const, id })),
    ...(archives ? [{ kind: 'archive-mails' as const, id: 'archive-mails' as const }] : []),
  ]
}
