import type { Reply } from '../../src/core/reply.js'
import { aReply, later } from '../helpers/records.js'
import type { Seen } from './replay-oracle.js'
import type { Delivery, Word } from './replay-schedule.js'
import { type ConnectionId, SIGNER, type Spoken } from './replay-world.js'

export const connectionOf = ({ order, to }: Delivery, seen: readonly Seen[]): ConnectionId => {
  const own = at(seen, order)?.connectionId
  return to === 'own' ? (own === 'second' || own === 'ticketed' ? own : 'first') : to
}

/** The content that the registry signed when these words about this order were wanted first; null without an order. */
export const speak = (
  known: Map<string, Spoken>,
  { order, word, signature }: Delivery,
  seen: readonly Seen[],
  now: Date,
): Spoken | null => {
  const about = at(seen, order)
  if (about === undefined) return null
  const id = `${about.id}/${word}/${signature}`.replaceAll(' ', '_')
  const before = known.get(id)
  if (before !== undefined) return before
  const fingerprint = SIGNER[about.connectionId === 'ticketed' ? 'ticketed' : 'first']
  const signedAt = word === 'done, signed before we asked' ? later(-600_000, about.leftAt ?? now) : now
  const spoken = { id, fingerprint, signedAt, replies: repliesOf(word, about, at(seen, order + 1) ?? about) }
  known.set(id, spoken)
  return spoken
}

/** An index of any size, within the list. */
export const at = <T>(list: readonly T[], index: number): T | undefined => list[index % Math.max(1, list.length)]

const repliesOf = (word: Word, { reference, domain, id }: Seen, next: Seen): Reply[] => {
  const ticket = `T-${id}`
  const done = aReply({ outcome: 'done', reference, ticket })
  const refused = aReply({ outcome: 'refused', reference, ticket, code: '63300062009', text: 'no' })
  const guessed = { reference: null, domain }
  switch (word) {
    case 'accepted':
      return [{ ...done, outcome: 'accepted' }]
    case 'done':
      return [done]
    case 'done with a warning':
      return [{ ...done, domain, findings: [{ level: 'warning', code: '53300102912', text: 'slow name server' }] }]
    case 'refused':
      return [refused]
    case 'done, with another domain':
      return [{ ...done, domain: 'other.de' }]
    case 'done, signed before we asked':
      return [done]
    case 'done, by ticket and domain':
      return [{ ...done, ...guessed }]
    case 'refused, by ticket and domain':
      return [{ ...refused, ...guessed, action: 'register' }]
    case 'done, by domain and another ticket':
      return [{ ...done, ...guessed, ticket: `${ticket}-2` }]
    case 'done and refused at once':
      return [done, refused]
    case 'refused, and the next order done':
      return [refused, { ...done, reference: next.reference }]
    case 'a notice':
      return [{ ...done, outcome: 'notice' }]
    case 'words that nobody knows':
      return [{ ...done, outcome: 'unrecognised', reference: null }]
  }
}
