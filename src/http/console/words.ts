import { printable } from '../../core/action-log.js'
import type { DomainStatus } from '../../core/domain.js'
import type { MailView } from '../../core/views.js'

/** The look of a status; its word is always beside it. */
export const toneOf = (status: DomainStatus | null): 'good' | 'busy' | 'bad' | 'idle' => {
  if (status === 'Registered') return 'good'
  if (status === 'Registering' || status === 'Transferring' || status === 'Pending') return 'busy'
  return status === 'Error' ? 'bad' : 'idle'
}

/** How long ago, in the largest unit that fits: `3 min`, `5 h`, `2 d`. */
export const ageOf = (since: string, now: Date): string => {
  const seconds = Math.max(0, Math.floor((now.getTime() - Date.parse(since)) / 1_000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 48 * 3_600) return `${Math.floor(seconds / 3_600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}

/** `2026-01-31 10:00:00 UTC`, in the time zone of the settings. */
export const timeWords = (timezone: string): ((time: string) => string) => {
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

/** What the signature says about a mail, as a sentence. */
export const verdictWords = ({ verdict, direction }: Pick<MailView, 'verdict' | 'direction'>): string => {
  if (verdict === null) return direction === 'out' ? 'Written and signed by us.' : 'Not judged yet.'
  const signer = verdict.fingerprint === null ? '' : ` Signer: ${verdict.fingerprint}.`
  const kind = { trusted: 'Trusted', untrusted: 'Not trusted', unsigned: 'Not signed' }[verdict.kind]
  return `${kind}: ${verdict.reason.replace(/\.$/, '')}.${signer}`
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
