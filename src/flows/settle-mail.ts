import type { NewAction } from '../core/action-log.js'
import type { Connection, Weakness } from '../core/connection.js'
import type { Mail, MailResult, MailStage, Verdict } from '../core/mail.js'
import type { RuleReading } from '../core/mail-rule.js'
import type { Reply } from '../core/reply.js'
import type { Tables } from '../ports.js'
import type { MailProfile } from '../profiles/profile.js'
import type { Reading } from '../reading/reader.js'
import type { Deps } from './deps.js'
import { nameSubject } from './name-subject.js'
import { type Settled, settleReply } from './settle-reply.js'

type Trusted = Extract<Reading, { stage: 'trusted' }>

/** What became of a mail, and the domain that it is about. */
export type Judged = MailResult & { domain: string | null }

/** Of a mail that changed nothing. */
export const NOTHING = { verdict: null, replies: [], orders: [], domain: null }

/**
 * Lets the replies of a mail take effect that was found trusted, once: the same signed content is a duplicate for ever. A
 * mail with several replies is at the stage of the one that needs a human most.
 */
export const settleMail = async (
  deps: Deps,
  tables: Tables,
  input: {
    mail: Mail
    profile: MailProfile
    connection: Connection
    reading: Trusted
    /** What else is to be told with its effects. */
    remark: string | null
  },
): Promise<Judged> => {
  const { mail, profile, connection, reading, remark } = input
  const { content, verdict, byRule, weak } = reading
  const { signedAt } = content
  if (weak.length > 0) await tables.actions.append([weakness(deps, { mail, connection, weak, verdict })])
  if (!(await tables.contents.insert({ connectionId: connection.id, ...content }, mail.id)))
    return { ...NOTHING, verdict, stage: 'duplicate', reason: 'the same signed content came in before' }
  await lockDomains(tables, connection.id, reading)
  const meant = byRule === null ? null : await nameSubject(tables, { byRule, connectionId: connection.id })
  const replies = meant === null ? reading.replies : [meant.reply]
  const { echoesReference } = profile
  const ourName = profile.accountName(connection.account)
  const about = { mailId: mail.id, connectionId: connection.id, echoesReference, ourName, signedAt }
  const settled = []
  for (const [index, reply] of replies.entries())
    settled.push(
      tookEffect(mail, index, reply) ??
        (await settleReply(deps, tables, { ...about, reply, ambiguous: meant?.ambiguous })),
    )
  if (byRule !== null) await tables.actions.append([ruleApplied(deps, { mail, connection, byRule, settled })])
  const result = together(settled, remark)
  if (byRule === null) return { ...result, verdict }
  return { ...result, verdict, replies: result.replies.map((record) => ({ ...record, rule: byRule.rule })) }
}

/** What became of a mail's replies as what became of the mail. */
export const together = (settled: readonly Settled[], remark: string | null): Omit<Judged, 'verdict'> => {
  const stages = settled.map(({ stage }) => stage)
  const effects = settled.length === 0 ? ['the mail holds no reply'] : settled.map(({ record }) => record.effect)
  return {
    stage: GRAVEST.find((stage) => stages.includes(stage)) ?? 'unrecognised',
    reason: [...effects, remark].filter((text) => text !== null).join('; '),
    replies: settled.map(({ record }) => record),
    orders: [...new Set(settled.flatMap(({ orders }) => orders))],
    domain: settled.find(({ domain }) => domain !== null)?.domain ?? null,
  }
}

/** A mail that is judged once more: what one of its replies did then is done, and would now look like a contradiction. */
export const tookEffect = ({ replies, orders }: Mail, index: number, reply: Reply): Settled | null => {
  const record = replies[index]
  if (record?.stage !== 'settled' && record?.stage !== 'informational') return null
  const same = SAID.every((field) => record[field] === reply[field])
  return same ? { stage: record.stage, record, orders, domain: record.domain } : null
}

const SAID = ['outcome', 'reference', 'domain', 'code', 'text'] as const

/** Each use of a weak signature is told, so that nobody forgets that the connection allows it. */
const weakness = (
  deps: Deps,
  {
    mail,
    connection,
    weak,
    verdict,
  }: { mail: Mail; connection: Connection; weak: readonly Weakness[]; verdict: Verdict },
): NewAction => ({
  ...{ at: deps.clock.now(), level: 'warning', actor: 'system', event: 'mail.weak-signature', mailId: mail.id },
  text: `the signature is weak (${weak.join(', ')}) and was believed, because trust.weak of the connection "${connection.title}" allows it; ask the registry for a better key`,
  data: { weak: [...weak], connection: connection.id, fingerprint: verdict.fingerprint },
})

/** Takes the locks of all domains that the replies can be about, so that none of them changes while they are read. */
const lockDomains = (
  tables: Tables,
  connectionId: string,
  { replies, byRule }: Pick<Trusted, 'replies' | 'byRule'>,
): Promise<void> => {
  const all = (field: 'reference' | 'ticket' | 'domain'): string[] => replies.flatMap((reply) => reply[field] ?? [])
  const { references = [], domains = [] } = byRule?.mentions ?? {}
  const mentioned = {
    names: [...all('domain'), ...domains],
    references: [...all('reference'), ...references],
    tickets: all('ticket'),
  }
  return tables.domains.lockMentioned({ connectionId, ...mentioned })
}

/** Whoever reads the log sees that it was a rule, and which version of it, that said what the registry meant. */
const ruleApplied = (
  deps: Deps,
  {
    mail,
    connection,
    byRule: { rule, reply },
    settled,
  }: { mail: Mail; connection: Connection; byRule: RuleReading; settled: readonly Settled[] },
): NewAction => ({
  ...{ at: deps.clock.now(), level: 'info', actor: `rule:${rule.id}`, event: 'rule.applied', mailId: mail.id },
  domain: settled[0]?.domain ?? null,
  orderId: settled[0]?.orders[0] ?? null,
  text: `the rule "${rule.title}" (version ${rule.version}) of the connection "${connection.title}" reads a mail that the profile cannot: ${reply.outcome}`,
  data: { rule: rule.id, version: rule.version, outcome: reply.outcome, code: reply.code, text: reply.text },
})

const GRAVEST = [
  'conflict',
  'ambiguous',
  'unrecognised',
  'settled',
  'informational',
] as const satisfies readonly MailStage[]
