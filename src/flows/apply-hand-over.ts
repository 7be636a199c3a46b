import type { Happening } from '../core/happening.js'
import { nextAttempt } from '../core/request.js'
import type { Tables } from '../ports.js'
import type { Deps } from './deps.js'
import { aboutRequest } from './hold-request.js'
import { applyHappening, type Loaded } from './subject.js'

/** What became of a hand-over, within the caller's transaction. What contradicts its order changes nothing. */
export const applyHandOver = async (
  deps: Deps,
  tables: Tables,
  loaded: Loaded,
  happening: Happening,
): Promise<void> => {
  const applied = await applyHappening(deps, tables, loaded, happening, 'system')
  if (applied.kind === 'conflict')
    deps.log.error({ request: loaded.subject.request.id, reason: applied.reason }, 'a hand-over contradicts the order')
}

/** It was not taken yet: when it is tried again, or that it is given up. */
export const defer = async (deps: Deps, tables: Tables, loaded: Loaded, answer: string): Promise<void> => {
  const { order, request } = loaded.subject
  const now = deps.clock.now()
  const dueAt = nextAttempt({ attempts: request.attempts, queuedAt: request.queuedAt ?? request.createdAt, now })
  if (dueAt === null) {
    const words = `given up after 5 days: ${answer}`
    return applyHandOver(deps, tables, loaded, { kind: 'undeliverable', answer: words, mailId: request.mailId })
  }
  await tables.requests.update({ ...request, state: 'queued', dueAt, answer })
  await tables.actions.append([
    {
      ...aboutRequest(deps, request),
      level: 'warning',
      event: request.channel === 'mail' ? 'mail.deferred' : 'request.deferred',
      text: `${request.action} ${order.terms.unicodeName}: not taken yet (${answer}); tried again ${dueAt.toISOString()}`,
      data: { answer, attempts: request.attempts, dueAt: dueAt.toISOString() },
    },
  ])
}
