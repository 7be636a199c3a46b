import { printable } from '../core/action-log.js'
import type { HandOver } from '../ports.js'

/** What a hand-over came to, before it is judged. */
export type Ending = {
  /** The server's last answer as it came, all lines of it; null when there was none. */
  response: string | null
  /** What the connection or our own side has to say when there was no answer. */
  message: string
  /** The last octet of the message was given to the connection. */
  handedOver: boolean
  /** It ended while we logged in or made the connection secure: that says nothing about this mail. */
  atTheDoor: boolean
}

/**
 * Judges a hand-over that did not end in 2xx. Only a 5xx about the mail is for good (RFC 5321, 4.2.1); only a
 * connection that broke after the last octet and before an answer leaves us ignorant (RFC 5321, 4.5.3.2.6).
 */
export const judgeFailure = (ending: Ending): HandOver => {
  const { response, handedOver } = ending
  const answer = oneLine(response ?? ending.message)
  const code = /^[245]\d\d(?=[ -]|$)/.exec(response ?? '')?.[0] ?? ''
  if (code.startsWith('5') && !ending.atTheDoor) return { outcome: 'refused', answer }
  if (code.startsWith('4') || !handedOver) return { outcome: 'temporary', answer }
  return { outcome: 'uncertain', answer }
}

/** A server's words as the log can keep them: one line, printable, at most 500 characters. */
export const oneLine = (text: string): string =>
  printable(text.replace(/\s+/g, ' ').trim()).slice(0, 500).toWellFormed()
