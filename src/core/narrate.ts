import type { NewAction } from './action-log.js'
import type { Channel } from './connection.js'
import { awaitsDns } from './dns-preparation.js'
import { isRegistered, statusOf } from './domain.js'
import type { AdvanceContext, Happening, Subject } from './happening.js'
import { isOpen } from './order.js'
import { isForPeople } from './request.js'
import { LAPSED } from './transfer-away.js'
import { NOT_APPROVED, orderedByText } from './two-persons.js'

export type Change = {
  before: Subject
  after: Subject
  happening: Happening
  context: AdvanceContext
  /** False: the order stays as it is, and so does everything else. */
  changes: boolean
  /** The order was over before. */
  late: boolean
}

/** The lines of the action log that tell what a happening changed, for the administrator. */
export function* narrate(change: Change): Generator<NewAction> {
  const about = aboutOf(change)
  if (change.changes) yield { ...about, ...orderLine(change), data: orderData(change) }
  else if (!moved(change)) yield { ...about, ...unchangedLine(change), data: orderData(change) }
  if (moved(change)) yield { ...about, ...stepLine(change), data: orderData(change) }
  if (change.happening.kind === 'done') yield* remarks(change, about)
  if (change.before.domain.state !== change.after.domain.state) yield { ...about, ...statusLine(change) }
}

type About = Pick<NewAction, 'at' | 'actor'> & Record<'domain' | 'orderId' | 'requestId' | 'mailId', string | null>

const aboutOf = ({ before, happening, context }: Change): About => ({
  at: context.now,
  actor: isOfRegistry(happening) ? 'registry' : context.actor,
  domain: before.domain.name,
  orderId: before.order.id,
  requestId: before.request.id,
  mailId: 'mailId' in happening ? happening.mailId : before.request.mailId,
})

/** What a person says is not the registry's word. */
const isOfRegistry = (happening: Happening): boolean => 'reply' in happening && happening.byPerson !== true

/** What the registry says beside its success: coded remarks, and that the name is not in the zone. */
function* remarks({ before, happening }: Change, about: About): Generator<NewAction> {
  if (happening.kind !== 'done') return
  const name = before.domain.unicodeName
  for (const { level, code, text } of happening.reply.findings)
    if (level !== 'info')
      yield {
        ...{ ...about, level: 'warning', event: 'registry.finding', data: { code, level } },
        text: `${name}: the registry remarks ${code} ${text}`,
      }
  const until = happening.reply.undelegatedUntil?.toISOString()
  if (until !== undefined)
    yield {
      ...{ ...about, level: 'warning', event: 'domain.undelegated', data: { until } },
      text: `${name} is registered but not delegated; mend its name servers before ${until}, or the registry drops it`,
    }
}

/** A robot's word took the request further. */
const moved = ({ before, after, happening }: Change): boolean =>
  before.domain.detail !== after.domain.detail &&
  'reply' in happening &&
  happening.reply.step === after.domain.detail &&
  happening.kind !== 'refused'

/** A refused transfer is an error, and so an alarm: a person can still have the losing provider consent. */
const stepLine = ({ before, after }: Change): Line => {
  const words = `${after.order.terms.action} ${after.domain.unicodeName}`
  const { detail } = after.domain
  if (detail === 'KK-NACK')
    return {
      level: 'error',
      event: 'transfer.nacked',
      text: `${words}: the present provider refused (KK-NACK); demand a LateACK from it before ${after.request.deadline?.toISOString() ?? 'long'}, or the transfer fails and may be expensive`,
    }
  if (before.domain.detail === 'KK-NACK')
    return {
      level: 'warning',
      event: 'transfer.late-ack',
      text: `${words}: late consent (LateACK), the present provider had refused before; the registry says ${detail}`,
    }
  return {
    level: 'info',
    event: 'order.step',
    text: `${words}: the registry says ${detail} (was ${before.domain.detail})`,
  }
}

type Line = Pick<NewAction, 'level' | 'event' | 'text' | 'data'>

/** Always `info`: what went wrong is the order's line. */
const statusLine = ({ before, after }: Change): Line => {
  const [from, to] = [statusOf(before.domain.state), statusOf(after.domain.state)]
  return {
    level: 'info',
    event: 'domain.status',
    text: `${after.domain.unicodeName} is now ${to} (was ${from ?? 'unknown'})`,
    data: { from, to, registered: isRegistered(after.domain.state), detail: after.domain.detail },
  }
}

const unchangedLine = ({ after, happening }: Change): Line => {
  const said = 'reply' in happening ? `: ${wordsOf(happening.reply)}` : ''
  return {
    level: happening.kind === 'refused' ? 'warning' : 'info',
    event: `request.${happening.kind}`,
    text: `${after.order.terms.action} ${after.domain.unicodeName}: ${happening.kind}${said}, while the order is already ${after.order.status}; nothing changes`,
  }
}

const wordsOf = ({ code, text }: { code: string | null; text: string }): string =>
  code === null ? text : `${code} ${text}`

const orderLine = ({ before, after, happening, late }: Change): Line => {
  const { action, unicodeName } = after.order.terms
  const words = `${action} ${unicodeName}`
  const forPeople = isForPeople(after.request)
  if (late && happening.kind === 'done')
    return {
      level: 'warning',
      event: 'order.late-success',
      text: `${words}: ${successWords(happening)} after we had given up; look whether the customer was refunded`,
    }
  if (after.order.status === 'awaiting-approval')
    return {
      level: 'warning',
      event: 'order.awaiting-approval',
      text: `${words}: a second person has to approve it before ${after.request.deadline?.toISOString()}, or it is cancelled; ${orderedByText(after.order.orderedBy)} ordered it`,
    }
  switch (happening.kind) {
    case 'queued':
      return {
        ...{ level: 'info', event: 'order.queued' },
        text: `${words}: the request may go${awaitsDns(after.order) ? ' once its DNS is prepared' : ''}`,
      }
    case 'sent':
      return {
        level: 'info',
        event: 'order.sent',
        text: `${words}: ${TAKEN[after.request.channel]}: ${happening.answer}`,
      }
    case 'uncertain':
      return {
        level: 'warning',
        event: 'order.uncertain',
        text: `${words}: nobody knows whether the registry has the request (${happening.answer}); it is not sent again by itself`,
      }
    case 'accepted':
      return {
        level: 'info',
        event: 'order.acknowledged',
        text: `${words}: the registry has the request and will decide`,
      }
    case 'done':
      return { level: 'info', event: 'order.done', text: `${words}: ${successWords(happening)}` }
    case 'refused':
      return {
        level: 'error',
        event: 'order.refused',
        text: `${words}: refused${isOfRegistry(happening) ? ' by the registry' : ', as a person says'}: ${wordsOf(happening.reply)}`,
      }
    case 'undeliverable':
      return {
        level: 'error',
        event: 'order.undeliverable',
        text: `${words}: ${UNTAKEN[after.request.channel](happening.answer)}`,
      }
    case 'cancelled':
      if (happening.refusal?.code === LAPSED)
        return {
          ...{ level: 'warning', event: 'order.cancelled' },
          text: `${words}: not sent, and cancelled: ${happening.refusal.text}`,
        }
      if (happening.refusal !== undefined)
        return {
          level: 'warning',
          event: happening.refusal.code === NOT_APPROVED ? 'order.not-approved' : 'order.rejected',
          text: `${words}: not approved, and cancelled: ${happening.refusal.text}`,
        }
      return { level: 'warning', event: 'order.cancelled', text: `${words}: cancelled; ${whereabouts(before)}` }
    case 'retried':
      return { level: 'warning', event: 'order.retried', text: `${words}: ${retryWords(before)}` }
    case 'timed-out':
      return {
        level: 'error',
        event: 'order.timed-out',
        text: `${words}: ${forPeople ? 'nobody closed its ticket' : 'no reply of the registry'} before the deadline`,
      }
  }
}

const TAKEN: Record<Channel, string> = {
  mail: "the registry's mail server took the request",
  people: 'handed to people',
  https: "the registry's server took the request",
}

const UNTAKEN: Record<Channel, (answer: string) => string> = {
  mail: (answer) =>
    `the registry's mail server refused the request: ${answer}; check the connection's registry address and relay`,
  people: (answer) => `nobody was asked: ${answer}`,
  https: (answer) =>
    `the registry's server did not take the request: ${answer}; check the connection's account, and test it`,
}

const successWords = (happening: Happening & { kind: 'done' }): string =>
  isOfRegistry(happening) ? 'the registry reports success' : `done, as a person says: ${wordsOf(happening.reply)}`

const retryWords = ({ order }: Subject): string => {
  if (isOpen(order.status))
    return 'the request is sent again with the same reference, though nobody knows whether the registry has it'
  return order.status === 'timed-out'
    ? 'a new request is sent; the registry may still answer the one that timed out, and carry out both'
    : 'a new request is sent, after the one that failed'
}

const whereabouts = ({ order, request }: Subject): string => {
  if (order.status === 'uncertain') return 'nobody knows whether the registry has the request; look for it there'
  if (request.sentAt !== null && isForPeople(request))
    return 'whoever has begun with its ticket has to take that back at the registrar'
  if (request.sentAt !== null) return 'the registry has the request and may still carry it out; withdraw it there'
  return request.state === 'handing-over' ? 'its request is on its way to the registry' : 'its request does not leave'
}

const orderData = ({ before, after, happening }: Change): Record<string, unknown> => ({
  from: before.order.status,
  to: after.order.status,
  ...('answer' in happening ? { answer: happening.answer } : {}),
  ...('reply' in happening
    ? {
        code: happening.reply.code,
        text: happening.reply.text,
        ticket: happening.reply.ticket,
        findings: happening.reply.findings,
      }
    : {}),
})
