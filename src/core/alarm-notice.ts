import type { NewAction } from './action-log.js'
import type { NewNotice } from './notice.js'
import { linesOf, onOneLine } from './notice-text.js'

/** The mails that entries of the log are worth. */
export const alarmsOf = (actions: readonly NewAction[]): NewNotice[] =>
  actions.map(alarmOf).filter((notice) => notice !== null)

/**
 * The mail that an entry of the log is worth, where a person has to look at what it tells; null for all others. What was
 * refused or timed out is in the digest and on the console, and its customer is told.
 */
const alarmOf = (action: NewAction): NewNotice | null => {
  const { at, level, event, text, domain = null, orderId = null } = action
  const isKey = event.startsWith('key.')
  if (!(isKey && level !== 'info') && !URGENT.has(event) && !(level === 'error' && !KNOWN_OTHERWISE.has(event)))
    return null
  return {
    ...{ kind: isKey ? 'key-expiring' : 'alarm', at, to: { kind: 'admin' }, domain, orderId, once: null },
    values: { event: onOneLine(event), level, domain, order: orderId, text: linesOf(text) },
  }
}

/** Warnings that want a decision. */
const URGENT: ReadonlySet<string> = new Set([
  'order.late-success',
  'order.uncertain',
  'domain.undelegated',
  'webhook.disabled',
  'disk.filling',
])

/** Errors that tell of what comes with every day, and of mails that do not go: another would not go either. */
const KNOWN_OTHERWISE: ReadonlySet<string> = new Set(['order.refused', 'order.timed-out', 'notice.failed'])
