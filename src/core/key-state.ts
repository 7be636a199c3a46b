import type { ActionLevel } from './action-log.js'
import { type Connection, isOver, isWithin, ownKeyAt, type Window } from './connection.js'
import { daysUntil, expiryWords, type KeyAlarm, keyAlarmAt, keyAlarmLevel } from './key-alarm.js'

/** One of a connection's `signing.keys` or `trust.keys`, or its `dkim.key`, and what was found in its file. */
export type KeyState = Window & {
  role: 'signing' | 'trust' | 'dkim'
  file: string
  /** Null where the file could not be read. */
  fingerprint: string | null
  expiresAt: Date | null
  /** Why it cannot be used, which no waiting mends; an expiry is none. */
  fault: { code: string; message: string } | null
}

/** What an operator has to know about a key. */
export type KeyFinding = Pick<KeyState, 'role' | 'file' | 'fingerprint'> & {
  alarm: KeyAlarm | 'unusable'
  level: ActionLevel
  /** Tells this state of the key from the next, so that each is told once. */
  about: string
  end: Date | null
  /** Whole days until the end. */
  days: number | null
  /** The file of the key that takes over at the end. */
  successor: string | null
  /** A sentence that says what to do. */
  text: string
}

/** When a key stops to be of use: its own expiry or the end of its window, whichever comes first. Null for never. */
export const endOfKey = ({ expiresAt, notAfter }: Pick<KeyState, 'expiresAt' | 'notAfter'>): Date | null => {
  if (expiresAt === null || notAfter === null) return expiresAt ?? notAfter
  return expiresAt < notAfter ? expiresAt : notAfter
}

/** Everything that is to be told about the keys of one connection, in their order. */
export const keyFindings = (
  { title }: Pick<Connection, 'title'>,
  states: readonly KeyState[],
  now: Date,
): KeyFinding[] =>
  states.flatMap((state) => {
    const peers = states.filter(({ role }) => role === state.role)
    const successor = successorOf(state, peers)
    if (isOver(state, now) && (state.fault !== null || successor !== null || peers.some((peer) => isWithin(peer, now))))
      return []
    if (state.fault !== null) return [unusable(title, state)]
    const end = endOfKey(state)
    const alarm = keyAlarmAt(end, now)
    if (end === null || alarm === null) return []
    return [ending(title, { state, end, alarm, successor, next: nextOf(state, peers, end), now })]
  })

/**
 * The key that takes over when this one ends. Which one signs is decided by the windows alone, so a key of ours that
 * expires within its window is followed by none, unless another window has begun later.
 */
const successorOf = (state: KeyState, peers: readonly KeyState[]): KeyState | null => {
  const end = endOfKey(state)
  if (end === null) return null
  const after = new Date(end.getTime() + 1)
  const lasts = (peer: KeyState): boolean =>
    peer !== state && peer.fault === null && (peer.expiresAt === null || peer.expiresAt > after)
  const next =
    state.role === 'signing'
      ? ownKeyAt(peers, after)
      : (peers.find((peer) => isWithin(peer, after) && lasts(peer)) ?? null)
  return next !== null && lasts(next) ? next : null
}

/** The key whose window begins first after the end, with a gap between the two. */
const nextOf = (state: KeyState, peers: readonly KeyState[], end: Date): KeyState | null =>
  peers
    .filter((peer) => peer !== state && peer.fault === null && peer.notBefore !== null && peer.notBefore > end)
    .sort((a, b) => (a.notBefore?.getTime() ?? 0) - (b.notBefore?.getTime() ?? 0))[0] ?? null

const unusable = (title: string, { role, file, fingerprint, fault }: KeyState): KeyFinding => ({
  ...{ role, file, fingerprint, alarm: 'unusable', level: 'error', end: null, days: null, successor: null },
  about: faultWords(fault).slice(0, LONGEST_ABOUT),
  text: `the connection "${title}" cannot ${PURPOSES[role]} with ${file}: ${fault?.message}`,
})

const PURPOSES = { signing: 'sign', trust: 'check signatures', dkim: 'sign by DKIM' } as const

const LONGEST_ABOUT = 500

/** A fault without the times in its words: at another time it is the same. */
const faultWords = (fault: KeyState['fault']): string =>
  `${fault?.code}: ${fault?.message.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'then')}`

type Ending = {
  state: KeyState
  end: Date
  alarm: KeyAlarm
  successor: KeyState | null
  next: KeyState | null
  now: Date
}

const ending = (title: string, known: Ending): KeyFinding => {
  const { state, end, alarm, successor, now } = known
  const { role, file, fingerprint } = state
  return {
    ...{ role, file, fingerprint, alarm, end, days: daysUntil(end, now), successor: successor?.file ?? null },
    level: keyAlarmLevel(alarm, successor !== null),
    about: [fingerprint, end.toISOString(), successor?.file ?? 'none'].join(' '),
    text: `the key ${file} (${fingerprint}) of the connection "${title}", ${ROLES[role]}, ${endWords(known)}; ${advice(known)}`,
  }
}

const ROLES = {
  signing: 'which signs its requests',
  trust: "which its registry's replies are checked with",
  dkim: 'which vouches for its mails',
} as const

const endWords = ({ state, end, now }: Ending): string => {
  if (end.getTime() === state.expiresAt?.getTime()) return expiryWords(end, now)
  const days = daysUntil(end, now)
  if (days === 0) return `was to be used until ${end.toISOString()} (notAfter)`
  return `is to be used for ${days === 1 ? 'less than a day' : `${days} days`}, until ${end.toISOString()} (notAfter)`
}

const advice = ({ state: { role }, successor, next, alarm }: Ending): string => {
  const ended = alarm === 'expired'
  if (successor !== null) return `${successor.file} ${ended ? 'has taken' : 'takes'} over, and nothing is left to do`
  const then =
    next?.notBefore == null
      ? 'no other key takes over'
      : `${next.file} takes over at ${next.notBefore.toISOString()} only`
  const loss = ended ? `so ${LOSSES[role].now}` : `and ${LOSSES[role].soon}`
  return `${then}, ${loss}: ${REMEDIES[role]}`
}

const LOSSES = {
  signing: { now: 'requests are held', soon: 'requests will be held' },
  dkim: { now: 'requests are held', soon: 'requests will be held' },
  trust: { now: 'what it signs is not believed', soon: 'what it signs will not be believed' },
} as const

const REMEDIES = {
  signing: 'extend it or make a new one, and give that to the registry',
  dkim: 'make a new one, and publish it in the DNS',
  trust: 'ask the registry for its next key, compare its fingerprint, and put it in place',
} as const
