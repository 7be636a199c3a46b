import { type Command, Option } from 'commander'
import { RULE_OUTCOMES, type RuleOutcome } from '../core/mail-rule.js'
import { callJson, withGateway } from './gateway.js'
import { oneLine, print, printJson, shortTime, table } from './output.js'
import { settingsOrExit } from './settings.js'

type Json = { json?: boolean }
type Words = { word: string[]; without?: string[]; outcome: RuleOutcome; code?: string }
type Rule = { id: string; version: number; title: string; words: string[]; without: string[]; enabled: boolean } & {
  outcome: RuleOutcome
  code: string | null
  by: string
  at: string
}
type Meaning = { outcome: string; text: string; hindrance: string | null }
type Difference = { kind: string; mail: { id: string; receivedAt: string }; was: Meaning[]; would: Meaning[] }
type Trial = {
  looked: number
  recognised: number
  changed: number
  unchanged: number
  unreadable: number
  differences: Difference[]
  next: string | null
}

/** `rule list|show|add|try|on|off`. */
export const ruleCommands = (program: Command): void => {
  const rule = program.command('rule').description('what mails mean that a profile cannot read, as docs/rules.md says')
  readCommands(rule)
  addCommand(rule)
  tryCommand(rule)
  for (const [verb, enabled] of [
    ['on', true],
    ['off', false],
  ] as const)
    rule
      .command(`${verb} <id>`)
      .description(`switch a rule ${verb}`)
      .option('--json', 'print the rule as JSON')
      .action(async (id: string, { json }: Json) => {
        const changed = (await call('PATCH', `/v1/rules/${encodeURIComponent(id)}`, { enabled })) as Rule
        if (json === true) printJson(changed)
        else describe(changed)
      })
}

const readCommands = (rule: Command): void => {
  rule
    .command('list <connection>')
    .description('list the rules of a connection')
    .option('--json', 'print them as JSON')
    .action(async (connection: string, { json }: Json) => {
      const { items } = (await call('GET', rulesOf(connection))) as { items: Rule[] }
      if (json === true) return printJson(items)
      const rows = items.map((one) => [one.id, String(one.version), onOrOff(one), one.outcome, one.title])
      print(table([['ID', 'VERSION', 'STATE', 'OUTCOME', 'TITLE'], ...rows]))
    })
  rule
    .command('show <id>')
    .description('show every version of a rule, the newest first')
    .option('--json', 'print them as JSON')
    .action(async (id: string, { json }: Json) => {
      const { items } = (await call('GET', `/v1/rules/${encodeURIComponent(id)}`)) as { items: Rule[] }
      if (json === true) return printJson(items)
      for (const one of items) describe(one)
    })
}

const addCommand = (rule: Command): void => {
  withWords(rule.command('add <connection>').description('teach the gateway what such a mail means'))
    .requiredOption('--title <title>', 'what the rule is called')
    .option('--note <text>', 'why it is there')
    .option('--json', 'print the rule as JSON')
    .action(
      async (connection: string, { json, title, note, ...words }: Words & Json & { title: string; note?: string }) => {
        const body = { title, ...(note === undefined ? {} : { note }), ...meaningOf(words) }
        const added = (await call('POST', rulesOf(connection), body)) as Rule
        if (json === true) printJson(added)
        else describe(added)
      },
    )
}

const tryCommand = (rule: Command): void => {
  withWords(
    rule
      .command('try <connection>')
      .description('what a rule would make of the mails that are stored; nothing is changed'),
  )
    .option('--instead <id>', 'the rule that it would replace')
    .option('--json', 'print the report as JSON')
    .action(async (connection: string, { json, instead, ...words }: Words & Json & { instead?: string }) => {
      const body = { rule: meaningOf(words), ...(instead === undefined ? {} : { instead }) }
      const trial = await tryAll(connection, body)
      if (json === true) return printJson(trial)
      for (const { kind, mail, would } of trial.differences) {
        const meant = would.map(({ outcome, text, hindrance }) => `${outcome}: ${hindrance ?? text}`).join('; ')
        print(oneLine(`${shortTime(mail.receivedAt)}  ${mail.id}  ${kind}  ${meant}`))
      }
      const { looked, recognised, changed, unchanged, unreadable } = trial
      print(
        `${looked} mails: ${recognised} newly recognised, ${changed} changed, ${unchanged} unchanged, ${unreadable} unreadable`,
      )
    })
}

/** Page by page, to the oldest mail. */
const tryAll = async (connection: string, body: object): Promise<Trial> => {
  const total: Trial = {
    looked: 0,
    recognised: 0,
    changed: 0,
    unchanged: 0,
    unreadable: 0,
    differences: [],
    next: null,
  }
  do {
    const cursor = total.next === null ? {} : { cursor: total.next }
    const part = (await call('POST', `${rulesOf(connection)}/try`, { ...body, ...cursor })) as Trial
    for (const count of ['looked', 'recognised', 'changed', 'unchanged', 'unreadable'] as const)
      total[count] += part[count]
    total.differences.push(...part.differences)
    total.next = part.next
  } while (total.next !== null)
  return total
}

const withWords = (command: Command): Command =>
  command
    .requiredOption('--word <phrase...>', 'a phrase that must be in the signed text')
    .option('--without <phrase...>', 'a phrase that must not be in it')
    .addOption(new Option('--outcome <outcome>', 'what the mail means').choices(RULE_OUTCOMES).makeOptionMandatory())
    .option('--code <code>', 'of a refusal: the code that the order shows')

const meaningOf = ({ word, without, outcome, code }: Words) => ({
  words: word,
  outcome,
  ...(without === undefined ? {} : { without }),
  ...(code === undefined ? {} : { code }),
})

const rulesOf = (connection: string): string => `/v1/connections/${encodeURIComponent(connection)}/rules`

const call = (method: string, path: string, body?: object): Promise<unknown> =>
  withGateway(settingsOrExit(), (gateway) => callJson(gateway, method, path, body))

const describe = (rule: Rule): void => {
  print(
    oneLine(
      `${rule.id}  version ${rule.version}  ${onOrOff(rule)}  ${rule.title}  by ${rule.by} ${shortTime(rule.at)}`,
    ),
  )
  const without = rule.without.length === 0 ? '' : `, without ${quoted(rule.without)}`
  print(oneLine(`  ${quoted(rule.words)}${without}: ${rule.outcome}${rule.code === null ? '' : ` ${rule.code}`}`))
}

const onOrOff = ({ enabled }: Rule): string => (enabled ? 'on' : 'off')

const quoted = (phrases: readonly string[]): string => phrases.map((phrase) => `"${phrase}"`).join(' and ')
