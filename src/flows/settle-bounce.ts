import { printable } from '../core/action-log.js'
import type { Mail, MailResult } from '../core/mail.js'
import type { DeliveryStatus } from '../mail/dsn.js'
import type { Tables } from '../ports.js'
import type { Deps } from './deps.js'
import { applyHappening, loadSubject } from './subject.js'

/**
 * A mail to the bounce address of one of our requests. Nobody but the servers that carried the request knows the address,
 * so a report of failure for good (RFC 3464, action `failed`, status 5.x.x) makes the order undeliverable. A verified
 * success still wins over it.
 */
export const settleBounce = async (
  deps: Deps,
  tables: Tables,
  input: { mail: Mail; deliveryStatus: DeliveryStatus | null; requestId: string },
): Promise<MailResult & { domain: string | null }> => {
  const { mail, deliveryStatus: report, requestId } = input
  const loaded = await loadSubject(tables, requestId)
  const { order, domain } = loaded?.subject ?? { order: null, domain: null }
  const result = (reason: string) => ({
    ...{ stage: 'bounce' as const, reason, verdict: null, replies: [] },
    ...{ orders: order === null ? [] : [order.id], domain: domain?.name ?? null },
  })
  if (loaded === null) return result('its request is gone')
  if (report === null) return result('it came to a bounce address but holds no delivery status')
  const words = printable(`${report.status} ${report.diagnostic ?? ''}`.trim())
  if (report.action !== 'failed' || !report.status.startsWith('5.'))
    return result(`the registry's mail server reports ${report.action}: ${words}`)
  const answer = `the message bounced: ${words}`
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
