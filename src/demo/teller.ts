import { styleText } from 'node:util'
import { oneLine, printStyled } from '../cli/output.js'
import type { ActionView } from '../core/views.js'

export type Teller = {
  /** Tells a log entry, once. */
  tell(entry: ActionView): void
  /** Tells something that is no log entry. */
  say(text: string): void
  strong(text: string): string
  good(text: string): string
  bad(text: string): string
}

/** What kind of line it is, at a glance. */
const SIGNS: Record<string, string> = {
  'order.placed': 'order',
  'order.paid': 'paid',
  'order.queued': 'ready',
  'request.signed': 'signed',
  'order.sent': 'sent',
  'mail.judged': 'mail in',
  'order.done': 'reply',
  'order.refused': 'reply',
  'domain.status': 'status',
}

/** Prints a timeline for a person: seconds since the start, what kind of thing it is, and the sentence of the log. */
export const createTeller = (): Teller => {
  const start = Date.now()
  const told = new Set<string>()
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    process.stdout.isTTY === true ? styleText(style, text) : text
  const line = (at: number, sign: string, text: string) => {
    const seconds = Math.max(0, (at - start) / 1_000)
      .toFixed(2)
      .padStart(7)
    printStyled(`  ${paint('dim', `${seconds} s`)}  ${sign.padEnd(8)} ${text}`)
  }
  return {
    tell: (entry) => {
      if (told.has(entry.id)) return
      told.add(entry.id)
      const plain = oneLine(entry.text)
      const text = entry.level === 'info' ? plain : paint(entry.level === 'error' ? 'red' : 'yellow', plain)
      line(Date.parse(entry.at), SIGNS[entry.event] ?? entry.event.split('.')[0] ?? '', text)
    },
    say: (text) => line(Date.now(), '...', text),
    strong: (text) => paint('bold', text),
    good: (text) => paint('green', text),
    bad: (text) => paint('red', text),
  }
}
