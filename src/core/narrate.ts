import type { NewAction } from './action-log.js'
import { isRegistered, statusOf } from './domain.js'
import type { AdvanceContext, Happening, Subject } from './happening.js'

/** The lines of the action log that tell what a happening changed, for the administrator. */
export function* narrate(
  before: Subject,
  after: Subject,
  happening: Happening,
  { now, actor }: AdvanceContext,
  late: boolean,
): Generator<NewAction> {
  const about = {
    at: now,
    actor: 'reply' in happening ? 'registry' : actor,
    domain: before.domain.name,
    orderId: before.order.id,
    requestId: before.request.id,
    mailId: 'mailId' in happening ? happening.mailId : before.request.mailId,
  }
  const name = before.domain.unicodeName
  if (before.order.status !== after.order.status || late)
    yield { ...about, ...orderLine(after, happening, late), data: orderData(before, after, happening) }
  else if (happening.kind !== 'queued')
    yield {
      ...about,
      level: 'info',
      event: `request.${happening.kind}`,
      text: `${name}: ${happening.kind}, while the order is already ${after.order.status}; nothing changes`,
      data: orderData(before, after, happening),
    }
  if (happening.kind === 'done')
    for (const finding of happening.reply.findings)
      if (finding.level !== 'info')
        yield {
          ...about,
          level: 'warning',
          event: 'registry.finding',
          text: `${name}: the registry remarks ${finding.code} ${finding.text}`,
          data: { code: finding.code, level: finding.level },
        }
  if (happening.kind === 'done' && happening.reply.undelegatedUntil !== null)
    yield {
      ...about,
      level: 'warning',
      event: 'domain.undelegated',
      text: `${name} is registered but not delegated; mend its name servers before ${happening.reply.undelegatedUntil.toISOString()}, or the registry drops it`,
      data: { until: happening.reply.undelegatedUntil.toISOString() },
    }
  if (before.domain.state !== after.domain.state)
    yield {
      ...about,
      level: statusOf(after.domain.state) === 'Error' ? 'error' : 'info',
      event: 'domain.status',
      text: `${name} is now ${statusOf(after.domain.state)} (was ${statusOf(before.domain.state) ?? 'unknown'})`,
      data: {
        from: statusOf(before.domain.state),
        to: statusOf(after.domain.state),
        registered: isRegistered(after.domain.state),
        detail: after.domain.detail,
      },
    }
}

const orderLine = (
  after: Subject,
  happening: Happening,
  late: boolean,
): Pick<NewAction, 'level' | 'event' | 'text'> => {
  const { action, unicodeName } = after.order.terms
  const words = `${action} ${unicodeName}`
  if (late)
    return {
      level: 'warning',
      event: 'order.late-success',
      text: `${words}: the registry reports success after we had given up; look whether the customer was refunded`,
    }
  switch (happening.kind) {
    case 'queued':
      return { level: 'info', event: 'order.queued', text: `${words}: the request may go` }
    case 'sent':
      return {
        level: 'info',
        event: 'order.sent',
        text: `${words}: the registry's mail server took the request: ${happening.answer}`,
      }
    case 'uncertain':
      return {
        level: 'warning',
        event: 'order.uncertain',
        text: `${words}: the connection broke after the request was handed over, so nobody knows whether the registry has it (${happening.answer}); it is not sent again unless a person says so`,
      }
    case 'accepted':
      return {
        level: 'info',
        event: 'order.acknowledged',
        text: `${words}: the registry has the request and will decide`,
      }
    case 'done':
      return { level: 'info', event: 'order.done', text: `${words}: the registry reports success` }
    case 'refused':
      return {
        level: 'error',
        event: 'order.refused',
        text: `${words}: refused by the registry: ${[happening.reply.code, happening.reply.text].filter(Boolean).join(' ')}`,
      }
    case 'undeliverable':
      return {
        level: 'error',
        event: 'order.undeliverable',
        text: `${words}: the registry's mail server refused the request: ${happening.answer}; check the connection's registry address and relay`,
      }
    case 'timed-out':
      return {
        level: 'error',
        event: 'order.timed-out',
        text: `${words}: no reply of the registry before the deadline`,
      }
  }
}

const orderData = (before: Subject, after: Subject, happening: Happening): Record<string, unknown> => ({
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
