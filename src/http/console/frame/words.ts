import { domainToUnicode } from 'node:url'
import { printable } from '../../../core/action-log.js'
import type { DomainDetail, DomainStatus } from '../../../core/domain.js'
import type { MailStage, SenderResult } from '../../../core/mail.js'
import { isOpen, type OrderStatus } from '../../../core/order.js'
import type { MailView, OrderView } from '../../../core/views.js'

/** Times as the settings want them shown. */
export type TimeWords = (time: string) => string

export type Tone = 'good' | 'busy' | 'bad' | 'idle'

/** The look of a status; its word is always beside it. */
export const toneOf = (status: DomainStatus | null): Tone => {
  if (status === 'Registered') return 'good'
  if (status === 'Registering' || status === 'Transferring' || status === 'Pending') return 'busy'
  return status === 'Error' ? 'bad' : 'idle'
}

export const toneOfOrder = (status: OrderStatus): Tone => {
  if (status === 'done') return 'good'
  if (status === 'refused' || status === 'timed-out' || status === 'uncertain') return 'bad'
  return isOpen(status) ? 'busy' : 'idle'
}

export const toneOfMail = (stage: MailStage): Tone => {
  if (stage === 'settled' || stage === 'informational') return 'good'
  if (stage === 'received') return 'busy'
  return stage === 'duplicate' || stage === 'auto-reply' ? 'idle' : 'bad'
}

/** The null sender (RFC 5321, 4.5.5) is that of reports about mails. */
export const senderWords = ({ envelope }: Pick<MailView, 'envelope'>): string =>
  envelope.from === '' ? 'the null sender <>' : envelope.from

/** How long ago, in the largest unit that fits: `3 min`, `5 h`, `2 d`. */
export const ageOf = (since: string, now: Date): string => {
  const seconds = Math.max(0, Math.floor((now.getTime() - Date.parse(since)) / 1_000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 48 * 3_600) return `${Math.floor(seconds / 3_600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}

/** How long something takes, in the two largest units that say something: `45 s`, `3 min`, `5 h 20 min`, `2 d 3 h`. */
export const lengthOf = (ms: number): string => {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  return hours % 24 === 0 ? `${hours / 24} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** `2026-01-31 10:00:00 UTC`, in the time zone of the settings. */
export const timeWords = (timezone: string): TimeWords => {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: timezone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  })
  return (time) => {
    const part = Object.fromEntries(format.formatToParts(new Date(time)).map(({ type, value }) => [type, value]))
    return `${part['year']}-${part['month']}-${part['day']} ${part['hour']}:${part['minute']}:${part['second']} ${part['timeZoneName']}`
  }
}

/** A sentence with its times (RFC 3339 in UTC) as the settings want them shown. */
export const timesIn = (text: string, words: TimeWords): string =>
  text.replaceAll(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z/g, (time) =>
    Number.isNaN(Date.parse(time)) ? time : words(time),
  )

/** What the signature says about a mail, as sentences that name the signer and the time once. */
export const verdictWords = (
  { verdict, direction }: Pick<MailView, 'verdict' | 'direction'>,
  words: TimeWords,
): string => {
  if (verdict === null) return direction === 'out' ? 'Written and signed by us.' : 'Not judged yet.'
  const { kind, reason, fingerprint, signedAt } = verdict
  const told = signedAt === null ? reason : reason.replaceAll(signedAt, words(signedAt))
  const sentences = [`${VERDICTS[kind]}: ${told.replace(/\.$/, '')}.`]
  if (fingerprint !== null && !reason.includes(fingerprint)) sentences.push(`Signer: ${fingerprint}.`)
  if (signedAt !== null && !reason.includes(signedAt)) sentences.push(`Signed at ${words(signedAt)}.`)
  return sentences.join(' ')
}

const VERDICTS = { trusted: 'Trusted', untrusted: 'Not trusted', unsigned: 'Not signed' }

/** How far an inbound mail has come and why; null where its verdict or the effects of its replies have said so. */
export const stageWords = ({ stage, reason, verdict, replies, direction }: MailView): string | null => {
  if (direction === 'out') return null
  const effects = replies.map(({ effect }) => effect)
  const isTold = reason === null || reason === verdict?.reason || reason === printable(effects.join('; '))
  if (!isTold) return `${stage}: ${reason}`
  return stage === verdict?.kind || effects.some((effect) => effect.startsWith(stage)) ? null : stage
}

/** What the sender's domain says of a mail, as sentences; null where nobody asked. */
export const evidenceWords = ({ evidence }: Pick<MailView, 'evidence'>): string | null => {
  if (evidence === null) return null
  const { spf, dkim, dmarc, domains } = evidence
  return [
    `DMARC: ${SENDER_WORDS[dmarc]}${domains.from === null ? '' : ` for ${domains.from}`}.`,
    `SPF: ${SENDER_WORDS[spf]}${domains.spf === null ? '' : ` for ${domains.spf}`}.`,
    `DKIM: ${SENDER_WORDS[dkim]}${domains.dkim.length === 0 ? '' : ` for ${domains.dkim.join(', ')}`}.`,
  ].join(' ')
}

const SENDER_WORDS: Record<SenderResult, string> = {
  pass: 'passed',
  fail: 'failed',
  softfail: 'failed softly',
  neutral: 'says nothing (neutral)',
  none: 'nothing published or signed',
  policy: 'signed, but not the whole mail or too weakly',
  temperror: 'the DNS did not answer',
  permerror: 'could not be evaluated',
}

export const replyWords = ({ outcome, code, text }: MailView['replies'][number]): string =>
  `${outcome}: ${[code, text].filter(Boolean).join(' ')}`

export const orderWords = ({ action, unicodeName, billingOrderId }: OrderView): string =>
  `${action} ${unicodeName} (${billingOrderId})`

/** What a word of the order robots' chain means. */
export const DETAIL_WORDS: Record<DomainDetail, string> = {
  init: 'the order is here, and nothing has gone to the registry yet',
  filed: 'the request was handed to the registry',
  'REG-req': 'the registry has the request to register the domain',
  'REG-OK': 'the registry registered the domain',
  'KK-req': 'the registry has the request to transfer the domain',
  'KK-ACK': 'the transfer was agreed to and is done',
  'KK-NACK': 'the provider before refused the transfer',
  delegated: 'the domain is in our hands and is being set up',
  connected: 'the new name servers are entered',
  update: 'a change is on its way to the registry',
  self: 'prepared here before it is ours at the registry',
  closed: 'the domain was given up',
  gone: 'the domain moved to another provider',
  error: 'the last request failed; the timeline says why',
}

/** A host as people write it, with its A-labels in brackets where they differ. */
export const hostWords = (host: string): string => {
  const unicode = domainToUnicode(host)
  return unicode === '' || unicode === host ? host : `${unicode} (${host})`
}

const LONGEST_SHOWN = 256 * 1024

/**
 * A mail's octets as text to look at: UTF-8 where they are, else Latin-1, with every character that could move or hide
 * text replaced by a sign. `cut`: there is more than is shown.
 */
export const readableMail = (raw: Buffer): { text: string; cut: boolean } => {
  const octets = raw.subarray(0, LONGEST_SHOWN)
  return { text: printable(decode(octets).replaceAll('\r\n', '\n')), cut: raw.length > LONGEST_SHOWN }
}

const decode = (octets: Buffer): string => {
  try {
    // As a stream: a character that the cut halves at the end is no fault of the mail.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets, { stream: true })
  } catch {
    return octets.toString('latin1')
  }
}

/** How long something takes, in the largest unit that fits: `40 s`, `3 min`, `5 h`, `2 d`. Milliseconds. */
export const durationWords = (ms: number): string => ageOf(new Date(0).toISOString(), new Date(ms))
