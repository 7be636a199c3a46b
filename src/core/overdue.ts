import type { NewAction } from './action-log.js'
import { ageText } from './duration.js'
import type { NewEvent } from './event.js'
import type { Subject } from './happening.js'
import { isForPeople, type Request } from './request.js'

/** The wait for a reply is near its end in the last fifth of it. */
const LAST_PART = 1 / 5

/**
 * Why the reply to a request is late: the registry usually answers sooner (`usualReply` milliseconds; null where nobody
 * knows), or it is soon no longer waited for. Null while it is not.
 */
export const lateness = (
  { sentAt, createdAt, deadline }: Request,
  usualReply: number | null,
  now: Date,
): 'unusual' | 'deadline-near' | null => {
  const since = (sentAt ?? createdAt).getTime()
  if (usualReply !== null && now.getTime() - since > usualReply) return 'unusual'
  if (deadline === null) return null
  const last = (deadline.getTime() - since) * LAST_PART
  return deadline.getTime() - now.getTime() <= last ? 'deadline-near' : null
}

type Check = { subject: Subject; late: ReturnType<typeof lateness>; actor: string; now: Date }

/** The line of the action log that a look at an open request leaves. */
export const checkAction = ({ subject, late, actor, now }: Check): NewAction => {
  const { order, request, domain } = subject
  const forPeople = isForPeople(request)
  const open = forPeople ? 'its ticket is open' : 'no decision of the registry'
  const words = `${request.action} ${domain.unicodeName}: ${open} after ${ageOf(request, now)}`
  const until =
    request.deadline === null
      ? 'waited for until somebody decides'
      : `waited for until ${request.deadline.toISOString()}`
  const about = { domain: domain.name, orderId: order.id, requestId: request.id, mailId: request.mailId }
  const data = { state: request.state, late, deadline: request.deadline?.toISOString() ?? null }
  const line = { at: now, actor, ...about, data }
  if (late === null) return { ...line, level: 'info', event: 'request.checked', text: `${words}; ${until}` }
  const text = `${words}, ${LATE_WORDS[late]}; ${forPeople ? 'somebody has to take it' : 'ask the registry'}. It is ${until}`
  return { ...line, level: 'warning', event: 'request.overdue', text }
}

/** What billing systems are told of a late reply, once a request. */
export const overdueEvent = ({ subject: { order, request, domain }, late, now }: Omit<Check, 'actor'>): NewEvent => ({
  ...{ type: 'request.overdue', at: now, subject: domain.name, once: `request.overdue:${request.id}` },
  data: {
    ...{ orderId: order.id, billingOrderId: order.terms.billingOrderId, domain: domain.name },
    ...{ requestId: request.id, reason: late, deadline: request.deadline?.toISOString() ?? null },
  },
})

const LATE_WORDS = {
  unusual: 'which is longer than it usually takes',
  'deadline-near': 'and the wait is near its end',
} as const

const ageOf = ({ sentAt, createdAt }: Request, now: Date): string =>
  ageText(now.getTime() - (sentAt ?? createdAt).getTime())
