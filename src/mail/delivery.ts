import type { DeliveryStatus, RecipientStatus } from './dsn.js'

/**
 * What a delivery status notification says of a mail that we sent, all its recipients together. `failed`: given up, for good.
 * `partly`: it arrived somewhere or is still tried, and failed elsewhere. `odd`: it contradicts itself.
 */
export type Delivery = {
  kind: 'failed' | 'partly' | 'delayed' | 'arrived' | 'odd'
  /** What was reported, in words; of many recipients the first. */
  words: string
}

/**
 * Judges it for a mail to these addresses. Recipients that we did not name are those that an alias at the registry leads to:
 * they count only where ours is not named, and one of them that has the mail is enough.
 */
export const judgeDelivery = (report: DeliveryStatus, sentTo: readonly string[]): Delivery => {
  const ours = sentTo.map((address) => address.toLowerCase())
  const named = report.filter(({ recipient, original }) =>
    [recipient, original].some((one) => one !== null && ours.includes(one)),
  )
  const counted = named.length > 0 ? named : report
  const failed = counted.filter((one) => one.action === 'failed')
  const words = describe(failed.length > 0 ? failed : counted)
  if (failed.some(({ status }) => status.startsWith('2.'))) return { kind: 'odd', words }
  if (failed.length > 0) return { kind: failed.length === counted.length ? 'failed' : 'partly', words }
  return { kind: counted.some(({ action }) => action === 'delayed') ? 'delayed' : 'arrived', words }
}

const SHOWN = 3

const describe = (recipients: DeliveryStatus): string => {
  const rest = recipients.length - SHOWN
  return [...recipients.slice(0, SHOWN).map(wordsOf), ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ')
}

const wordsOf = ({ action, status, diagnostic, recipient }: RecipientStatus): string =>
  [recipient === null ? [] : `${recipient}:`, action, status, diagnostic ?? []].flat().join(' ')
