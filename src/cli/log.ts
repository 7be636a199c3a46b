import { setTimeout as sleep } from 'node:timers/promises'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { ACTION_LEVELS, type ActionLevel } from '../core/action-log.js'
import type { ActionView } from '../core/views.js'
import type { LogVerdict } from '../flows/verify-log.js'
import { callJson, type Gateway, withGateway } from './gateway.js'
import { CommandError, oneLine, print, printJson, shortTime } from './output.js'
import { settingsOrExit } from './settings.js'

type LogOptions = { domain?: string; level?: ActionLevel; limit: number; follow?: boolean; json?: boolean }

/** How often `--follow` asks for new entries. Milliseconds. */
const FOLLOW_EVERY = 500

/** `log`, `log verify` and `log key`. */
export const logCommands = (program: Command): void => {
  const log = program
    .command('log')
    .description('the action log, oldest of the newest entries first')
    .option('--domain <name>', 'only entries about this domain')
    .addOption(new Option('--level <level>', 'this level and above').choices(ACTION_LEVELS))
    .option('--limit <number>', 'how many of the newest entries (1 to 200)', readLimit, 50)
    .option('--follow', 'go on as new entries come')
    .option('--json', 'one entry a line as JSON')
    .action((options: LogOptions) => withGateway(settingsOrExit(), (gateway) => showLog(gateway, options)))
  log
    .command('verify')
    .description('prove that the hash chain of the log is whole, and that the mails are those that it names')
    .option('--json', 'print the verdict as JSON')
    .action(async (_: unknown, command: Command) => {
      const { json } = command.optsWithGlobals<{ json?: boolean }>()
      const answer = await withGateway(settingsOrExit(), (gateway) =>
        callJson(gateway, 'POST', '/local/log/verify', {}),
      )
      const verdict = answer as LogVerdict
      if (json === true) printJson(verdict)
      if (!verdict.whole)
        throw new CommandError(
          `the log is broken${verdict.brokenAt === null ? '' : ` at entry ${verdict.brokenAt}`}: ${verdict.reason}`,
        )
      if (json !== true) print(`the log is whole: ${verdict.entries} entries, head ${verdict.head ?? 'none'}`)
    })
  log
    .command('key')
    .description('print the public key that checkpoints of the log are signed with; keep a copy elsewhere')
    .option('--json', 'print it as JSON')
    .action(async (_: unknown, command: Command) => {
      const { json } = command.optsWithGlobals<{ json?: boolean }>()
      const answer = await withGateway(settingsOrExit(), (gateway) => callJson(gateway, 'GET', '/local/log/key'))
      const { publicKey } = answer as { publicKey: string }
      if (json === true) printJson({ publicKey })
      else print(publicKey.trimEnd())
    })
}

const readLimit = (text: string): number => {
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (limit >= 1 && limit <= 200) return limit
  throw new InvalidArgumentError('Give a whole number from 1 to 200.')
}

const showLog = async (gateway: Gateway, options: LogOptions): Promise<void> => {
  const query = new URLSearchParams({ limit: String(options.limit) })
  if (options.domain !== undefined) query.set('domain', options.domain)
  if (options.level !== undefined) query.set('level', options.level)
  const newest = await entries(gateway, query)
  newest.reverse()
  for (const entry of newest) show(entry, options)
  let last = newest.at(-1)?.id ?? '0'
  while (options.follow === true) {
    await sleep(FOLLOW_EVERY)
    query.set('after', last)
    for (const entry of await entries(gateway, query)) {
      show(entry, options)
      last = entry.id
    }
  }
}

const entries = async (gateway: Gateway, query: URLSearchParams): Promise<ActionView[]> =>
  ((await callJson(gateway, 'GET', `/v1/actions?${query}`)) as { items: ActionView[] }).items

const show = (entry: ActionView, { json }: LogOptions): void =>
  json === true
    ? printJson(entry, 0)
    : print(
        `${entry.id.padStart(6)}  ${shortTime(entry.at)}  ${entry.level.padEnd(7)}  ${oneLine(entry.actor).padEnd(8)}  ${oneLine(entry.text)}`,
      )
