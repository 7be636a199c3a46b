import type { Notice } from './notice.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** How long a relay may be away before a notice is given up. Milliseconds. */
const PATIENCE_MS = 72 * HOUR
const LONGEST_WAIT_MS = 4 * HOUR

/** What becomes of a notice after a try. */
export type AfterTry = Pick<Notice, 'state' | 'attempts' | 'dueAt' | 'answer' | 'sentAt'>

/** How a try ended: as a hand-over of any mail, or without one, because nobody is to be mailed. */
export type Try = { outcome: 'sent' | 'temporary' | 'refused' | 'uncertain' | 'not-mailed'; answer: string }

/**
 * Sent, tried again, or given up. Where nobody knows whether the relay has it, it is sent again: whoever gets both sees the
 * same Message-ID, and a notice that is lost is worse.
 */
export const afterTry = (notice: Pick<Notice, 'attempts' | 'since'>, { outcome, answer }: Try, now: Date): AfterTry => {
  const attempts = notice.attempts + 1
  const ended = { attempts, dueAt: null, answer, sentAt: null }
  if (outcome === 'sent') return { ...ended, state: 'sent', sentAt: now }
  if (outcome === 'not-mailed') return { ...ended, attempts: notice.attempts, state: 'recorded' }
  if (outcome === 'refused') return { ...ended, state: 'failed' }
  const patienceEnds = notice.since.getTime() + PATIENCE_MS
  if (now.getTime() >= patienceEnds) return { ...ended, state: 'failed' }
  const wait = Math.min(MINUTE * 2 ** Math.min(attempts - 1, 10), LONGEST_WAIT_MS)
  return { ...ended, state: 'waiting', dueAt: new Date(Math.min(now.getTime() + wait, patienceEnds)) }
}
