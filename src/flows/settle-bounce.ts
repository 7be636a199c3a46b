import { type NewAction, printable } from '../core/action-log.js'
import type { Mail, MailResult, MailStage } from '../core/mail.js'
import { judgeDelivery } from '../mail/delivery.js'
import type { DeliveryStatus } from '../mail/dsn.js'
import type { Tables } from '../ports.js'
import type { Deps } from './deps.js'
import { applyHappening, loadSubject } from './subject.js'

/**
 * A mail to the bounce address of one of our requests. Nobody but the servers that carried the request knows the address,
 * so a report that delivery was given up (RFC 3464, action `failed`, whether after failures that might have passed or one that
 * would not) makes the order undeliverable. A verified success still wins over it. All else changes nothing.
 */
export const settleBounce = async (
  deps: Deps,
  tables: Tables,
  input: { mail: Mail; stage: MailStage; reason: string; deliveryStatus: DeliveryStatus | null; requestId: string },
): Promise<MailResult & { domain: string | null }> => {
  const { mail, deliveryStatus: report, requestId } = input
  const loaded = await loadSubject(tables, requestId)
  const { order, domain } = loaded?.subject ?? { order: null, domain: null }
  const result = (reason: string, stage: MailStage = 'bounce') => ({
    ...{ stage, reason, verdict: null, replies: [] },
    ...{ orders: order === null ? [] : [order.id], domain: domain?.name ?? null },
  })
  if (loaded === null) return result('its request is gone')
  if (report === null && input.stage === 'auto-reply') return result(input.reason, 'auto-reply')
  if (report === null) return result('it came to a bounce address but holds no delivery status')
  const sent = await tables.mails.get(loaded.subject.request.mailId ?? '')
  const { kind, words } = judgeDelivery(report, sent?.envelope.to ?? [])
  const said = printable(words)
  if (kind !== 'failed') return result(`${NOTES[kind]}: ${said}`, kind === 'arrived' ? 'informational' : 'bounce')
  const answer = `the message bounced: ${said}`
  const applied = await applyHappening(
    deps,
    tables,
    loaded,
    { kind: 'undeliverable', answer, mailId: mail.id },
    'system',
  )
  if (applied.kind === 'conflict') return result(`${answer}; but ${applied.reason}`)
  return result(`${answer}; the order is ${applied.subject.order.status}`)
}

const NOTES = {
  delayed: 'a mail server still tries to deliver the request',
  arrived: 'a mail server has passed the request on',
  partly: 'the request reached a part of those whom the registry sends it to',
  odd: 'a delivery report contradicts itself and changes nothing',
}

/** A report that came to another address of ours: anybody can write one, so it is an alarm and nothing more. */
export const unmatchedBounce = (deps: Deps, mail: Mail, report: DeliveryStatus | null): NewAction => ({
  ...{ at: deps.clock.now(), level: 'warning', actor: 'system', event: 'bounce.unmatched', mailId: mail.id },
  text: `a delivery report came to ${mail.envelope.to.join(', ')}, which is no bounce address of a request: it changes nothing, and may be forged${report === null ? '' : ` (${printable(judgeDelivery(report, []).words)})`}`,
  data: { from: mail.envelope.from },
})
