import type { MailConnection } from '../core/connection.js'
import { Refusal } from '../core/errors.js'
import type { Mail } from '../core/mail.js'
import type { ActiveRule, AppliedRule } from '../core/mail-rule.js'
import type { Reply } from '../core/reply.js'
import type { Store } from '../ports.js'
import type { Reading } from '../reading/reader.js'
import type { Deps } from './deps.js'
import { readOnce } from './examine-mail.js'
import { readsNoMail } from './manage-rules.js'
import { nameSubject } from './name-subject.js'
import { readOctets } from './read-octets.js'

/** What one statement of a mail was taken for, or would be. */
export type Meaning = Pick<Reply, 'outcome' | 'reference' | 'domain' | 'code' | 'text'> & {
  rule: AppliedRule | null
  /** Why it would settle nothing although it is understood; null where nothing is in the way. */
  hindrance: string | null
}

/** `recognised`: what a person had to look at would be understood. */
export type Difference = { kind: 'recognised' | 'changed'; mail: Mail; was: Meaning[]; would: Meaning[] }

export type Trial = {
  looked: number
  recognised: number
  changed: number
  unchanged: number
  /** Their octets are gone, or what they are cannot be told now (a key that was taken away). */
  unreadable: number
  differences: Difference[]
  /** Older mails begin there; null where all were looked at. */
  next: string | null
}

/** How many mails one call looks at, and how many it reads again: each of these is verified anew. */
const LOOKED_AT = 200
const READ_AGAIN = 100
const AT_ONCE = 8

/**
 * What these rules would make of trusted mails that the connection has, newest first, beside what was made of them. Nothing
 * is written, and no order hears of it. `every`: reads also those again that the profile understood, which shows what
 * another version of the profile makes of them. Throws `Refusal` not-found (404).
 */
export const tryRules = async (
  deps: Deps,
  input: { connectionId: string; rules: readonly ActiveRule[]; every: boolean; cursor: string | null },
): Promise<Trial> => {
  const connection = await deps.store.connections.get(input.connectionId)
  if (connection === null) throw new Refusal('not-found', `there is no connection ${input.connectionId}`)
  if (connection.channel !== 'mail') throw readsNoMail(connection)
  const limit = input.every ? READ_AGAIN : LOOKED_AT
  const filter = { direction: 'in', verdict: 'trusted', connection: connection.id } as const
  const { items, next } = await deps.store.mails.list(filter, { limit, cursor: input.cursor })
  const asked = items.filter((mail) => JUDGED(mail) && (input.every || isForRules(mail)))
  const compared: Compared[] = []
  for (let from = 0; from < asked.length; from += AT_ONCE)
    compared.push(
      ...(await Promise.all(
        asked.slice(from, from + AT_ONCE).map((mail) => compare(deps, { mail, connection, ...input })),
      )),
    )
  return summarise(items.length, compared, next)
}

type Compared = Difference | { kind: 'unchanged' | 'unreadable' }

const summarise = (looked: number, compared: readonly Compared[], next: string | null): Trial => {
  const count = (kind: Compared['kind']) => compared.filter((one) => one.kind === kind).length
  const [recognised, changed, unreadable] = [count('recognised'), count('changed'), count('unreadable')]
  const differences = compared.filter(isDifference)
  return {
    looked,
    recognised,
    changed,
    unreadable,
    unchanged: looked - recognised - changed - unreadable,
    differences,
    next,
  }
}

const isDifference = (one: Compared): one is Difference => one.kind === 'recognised' || one.kind === 'changed'

/** A duplicate was never read, one that waits is read soon, and what is in quarantine no rule lets out of it. */
const JUDGED = ({ stage }: Mail): boolean => !['duplicate', 'received', 'quarantined'].includes(stage)

/** Rules speak only of what the profile reads nothing in; a record says which these are. */
const isForRules = ({ replies }: Mail): boolean =>
  replies.every(({ outcome, rule }) => outcome === 'unrecognised' || rule !== undefined)

const compare = async (
  deps: Deps,
  { mail, connection, rules }: { mail: Mail; connection: MailConnection; rules: readonly ActiveRule[] },
): Promise<Compared> => {
  const octets = await readOctets(deps, mail)
  if (octets.kind === 'gone') return { kind: 'unreadable' }
  const reading = await readOnce(deps, { mail, raw: octets.raw, connection }, rules)
  if (reading.stage !== 'trusted') return { kind: 'unreadable' }
  const was = mail.replies.map((record) => ({ ...meaningOf(record), rule: record.rule ?? null }))
  const would = await meanings(deps.store, reading, connection)
  if (sameMeaning(was, would)) return { kind: 'unchanged' }
  const unread = was.every(({ outcome }) => outcome === 'unrecognised')
  return { kind: unread ? 'recognised' : 'changed', mail, was, would }
}

const meaningOf = ({ outcome, reference, domain, code, text }: Omit<Meaning, 'rule' | 'hindrance'>): Meaning => ({
  ...{ outcome, reference, domain, code, text },
  ...{ rule: null, hindrance: null },
})

const meanings = async (store: Store, reading: Trusted, { id }: MailConnection): Promise<Meaning[]> => {
  const { byRule, replies } = reading
  if (byRule === null) return replies.map(meaningOf)
  const { reply, ambiguous } = await nameSubject(store, { byRule, connectionId: id })
  const nobody = reply.outcome !== 'notice' && reply.reference === null && reply.domain === null
  const hindrance = ambiguous ?? (nobody ? 'it names no request of this connection that waits for an answer now' : null)
  return [{ ...meaningOf(reply), rule: byRule.rule, hindrance }]
}

type Trusted = Extract<Reading, { stage: 'trusted' }>

/** Which request is meant may be known otherwise by now (it is settled); what is said of it decides. */
const sameMeaning = (was: readonly Meaning[], would: readonly Meaning[]): boolean =>
  was.length === would.length &&
  was.every(({ outcome, code }, index) => outcome === would[index]?.outcome && code === would[index]?.code)
