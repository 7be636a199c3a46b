import type { Action } from './action.js'
import type { DomainDetail, Nameserver } from './domain.js'

/**
 * What one statement of a registry means. A mail can carry several.
 *
 * - `accepted`: the registry has our request and will decide; no outcome yet
 * - `done`: it did what we asked; `findings` may still hold errors (registered, not delegated)
 * - `refused`: it will not do it
 * - `notice`: it tells us something that we did not ask for
 * - `unrecognised`: signed by the registry, but we do not know what it means; a human decides
 */
export const OUTCOMES = ['accepted', 'done', 'refused', 'notice', 'unrecognised'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** A coded remark within a reply, in the registry's own words. */
export type Finding = { level: 'info' | 'warning' | 'error'; code: string; text: string }

/**
 * What a registry tells of a domain unasked, and since when it is so by its own clock (null: it does not say).
 *
 * - `moved`: from one account to another, each as the registry names it; null where it does not
 * - `deleted`: by the registry itself
 * - `failing`: it is kept out of the zone, and deleted after `until` unless it is mended
 * - `asked-for`: another provider asks the registry for it, and ours has to answer before `until`
 * - `news`: nothing that we keep changed; `urgent` where a person should act on it, and in `todo` how, in our own words
 */
export type Tidings = { at: Date | null } & (
  | { kind: 'moved'; from: string | null; to: string | null }
  | { kind: 'deleted' }
  | { kind: 'failing'; until: Date | null }
  | { kind: 'asked-for'; by: string | null; until: Date | null }
  | { kind: 'news'; urgent: boolean; todo?: string }
)

/** What a registry told of a thing that was asked for, by its own words for each. */
export type ReplyData = Record<string, string | string[]>

export type Reply = {
  outcome: Outcome
  /** Our reference as the registry echoes it; null where it does not. */
  reference: string | null
  /** The registry's own transaction id. */
  ticket: string | null
  /** A-label, lower case. */
  domain: string | null
  action: Action | null
  /** The code that decided the outcome, and a sentence in the registry's own words. */
  code: string | null
  text: string
  findings: Finding[]
  /** Set where the registry registered the name but did not put it into the zone: until when it gives us to mend it. */
  undelegatedUntil: Date | null
  /** Until when the domain is registered now, as the registry states it; null where it does not. */
  expiresAt: Date | null
  /** Name servers as the registry states them; null where it does not. */
  nameservers: Nameserver[] | null
  /** What it tells of what was asked for; null where it is no answer to a question. */
  data: ReplyData | null
  /** Of a notice that says what became of a domain; null for all else. */
  tidings: Tidings | null
  /**
   * How far the request has come, of a robot that tells each step; absent for all others. With one, `accepted` and `done` may
   * come several times, from several senders, in any order (`step.ts`).
   */
  step?: DomainDetail
  /** Handles of the domain's contacts, by role, that the registry gave them; kept with the domain once it is ours. */
  handles?: Readonly<Record<string, string>>
}

/** What a reply says beside its outcome and its text that names nothing. */
export const blankReply = (): Omit<Reply, 'outcome' | 'text'> => ({
  ...{ reference: null, ticket: null, domain: null, action: null, code: null, findings: [] },
  ...{ undelegatedUntil: null, expiresAt: null, nameservers: null, data: null, tidings: null },
})

/** A text of a registry that nobody understands, with the reason as its text; a person reads it. */
export const unrecognised = (reason: string): Reply => ({
  ...blankReply(),
  outcome: 'unrecognised',
  text: reason.slice(0, LONGEST_REASON),
})

const LONGEST_REASON = 500
