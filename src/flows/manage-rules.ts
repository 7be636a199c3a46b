import { isDeepStrictEqual } from 'node:util'
import type { NewAction } from '../core/action-log.js'
import type { Connection } from '../core/connection.js'
import { describeProblems, Refusal } from '../core/errors.js'
import { type MailRule, MOST_RULES, type RuleMeaning, ruleProblems } from '../core/mail-rule.js'
import { type Tables, UniqueViolation } from '../ports.js'
import type { Deps } from './deps.js'

/** What an operator says of a rule. */
export type RuleWords = RuleMeaning & Pick<MailRule, 'title' | 'enabled' | 'note'>

/**
 * Adds a rule to a connection: it reads mails that come in from now on, and those that are replayed. Throws `Refusal`:
 * not-found (404), conflict (409) where the connection has too many, invalid (422).
 */
export const addRule = async (
  deps: Deps,
  { connectionId, words, actor }: { connectionId: string; words: RuleWords; actor: string },
): Promise<MailRule> => {
  checkWords(words)
  return deps.store.transaction(async (tables) => {
    const connection = await tables.connections.lockForChange(connectionId)
    if (connection === null) throw new Refusal('not-found', `there is no connection ${connectionId}`)
    if (connection.channel !== 'mail') throw readsNoMail(connection)
    if ((await tables.rules.list(connectionId)).length >= MOST_RULES)
      throw new Refusal(
        'conflict',
        `the connection has ${MOST_RULES} rules, which is the most; change one of them instead`,
      )
    const rule = { ...words, id: deps.newId(), version: 1, connectionId, by: actor, at: deps.clock.now() }
    await tables.rules.insert(rule)
    await tables.actions.append([written({ rule, connection, event: 'rule.added' })])
    return rule
  })
}

export type RuleChange = { [Field in keyof RuleWords]?: RuleWords[Field] | undefined }

/**
 * Writes a new version of a rule; to say the same again changes nothing. `version` is the one that the change was made
 * from. Throws `Refusal`: not-found (404), conflict (409) where somebody changed it meanwhile, invalid (422).
 */
export const changeRule = async (
  deps: Deps,
  { id, version, change, actor }: { id: string; version: number | null; change: RuleChange; actor: string },
): Promise<MailRule> => {
  const write = async (tables: Tables): Promise<MailRule> => {
    const last = await findRule(tables, id)
    if (version !== null && version !== last.version) throw changedMeanwhile(last)
    const rule = { ...last, ...given(change) }
    if (isDeepStrictEqual(rule, last)) return last
    checkWords(rule)
    const next = { ...rule, version: last.version + 1, by: actor, at: deps.clock.now() }
    const connection = await tables.connections.get(last.connectionId)
    if (connection === null) throw new Refusal('not-found', 'the connection of this rule was removed')
    await tables.rules.insert(next)
    await tables.actions.append([written({ rule: next, connection, event: 'rule.changed' })])
    return next
  }
  return deps.store.transaction(write).catch(async (error: unknown) => {
    if (error instanceof UniqueViolation && error.rule === 'rule-version')
      throw changedMeanwhile(await findRule(deps.store, id))
    throw error
  })
}

/** The last version of a rule. */
export const findRule = async (tables: Tables, id: string): Promise<MailRule> => {
  const [last] = await tables.rules.versions(id)
  if (last === undefined) throw new Refusal('not-found', `there is no rule ${id}`)
  return last
}

const changedMeanwhile = ({ version, by }: MailRule): Refusal =>
  new Refusal('conflict', `the rule was changed meanwhile: version ${version} is by ${by}; read it, then change that`)

/** Throws `Refusal` invalid (422) with every problem. */
export const checkWords = (words: Pick<RuleWords, keyof RuleMeaning>): void => {
  const problems = ruleProblems(words)
  if (problems.length > 0) throw new Refusal('invalid', describeProblems(problems), { problems })
}

export const readsNoMail = ({ title, profile }: Connection): Refusal =>
  new Refusal('conflict', `no mails come to the connection "${title}": its profile ${profile} needs no rules`)

const given = (change: RuleChange): Partial<RuleWords> =>
  Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))

const written = ({
  rule,
  connection,
  event,
}: {
  rule: MailRule
  connection: Connection
  event: 'rule.added' | 'rule.changed'
}): NewAction => ({
  ...{ at: rule.at, level: 'info', actor: rule.by, event },
  text: `the rule "${rule.title}" of the connection "${connection.title}" ${event === 'rule.added' ? 'was added' : `has a version ${rule.version}`}: ${inWords(rule)}${rule.enabled ? '' : '; it is switched off'}`,
  data: {
    ...{ rule: rule.id, version: rule.version, connection: connection.id, enabled: rule.enabled, note: rule.note },
    ...{ words: rule.words, without: rule.without, outcome: rule.outcome, code: rule.code },
  },
})

const inWords = ({ words, without, outcome, code }: RuleMeaning): string =>
  [
    `a mail with ${quoted(words)}`,
    without.length === 0 ? '' : ` and without ${quoted(without)}`,
    ` is ${outcome}${code === null ? '' : ` (${code})`}`,
  ].join('')

const quoted = (phrases: readonly string[]): string => phrases.map((phrase) => `"${phrase}"`).join(' and ')
