import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import type { ActionView } from '../core/views.js'
import type { LogVerdict } from '../flows/verify-log.js'
import { callJson, type Gateway, withGateway } from './gateway.js'
import { CommandError, print, printJson, shortTime } from './output.js'
import { settingsOrExit } from './settings.js'

type LogOptions = { domain?: string; level?: string; limit: string; follow?: boolean; json?: boolean }

/** How often `--follow` asks for new entries. Milliseconds. */
const FOLLOW_EVERY = 500

/** `log` and `log verify`. */
export const logCommands = (program: Command): void => {
  const log = program
    .command('log')
    .description('the action log, oldest of the newest entries first')
    .option('--domain <name>', 'only entries about this domain')
    .option('--level <level>', 'this level and above: info, warning, error')
    .option('--limit <number>', 'how many of the newest entries (1 to 200)', '50')
    .option('--follow', 'go on as new entries come')
    .option('--json', 'one entry a line as JSON')
    .action((options: LogOptions) => withGateway(settingsOrExit(), (gateway) => showLog(gateway, options)))
  log
    .command('verify')
    .description('prove that the hash chain of the log is whole')
    .option('--json', 'print the verdict as JSON')
    .action(async (_: unknown, command: Command) => {
      const { json } = command.optsWithGlobals<{ json?: boolean }>()
      const answer = await withGateway(settingsOrExit(), (gateway) => callJson(gateway, 'GET', '/local/log/verify'))
      const verdict = answer as LogVerdict
      if (json === true) printJson(verdict)
      if (!verdict.whole) throw new CommandError(`the log is broken at entry ${verdict.brokenAt}: ${verdict.reason}`)
      if (json !== true) print(`the log is whole: ${verdict.entries} entries, head ${verdict.head ?? 'none'}`)
    })
}

const showLog = async (gateway: Gateway, options: LogOptions): Promise<void> => {
  const query = new URLSearchParams({ limit: options.limit })
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
    ? print(JSON.stringify(entry))
    : print(
        `${entry.id.padStart(6)}  ${shortTime(entry.at)}  ${entry.level.padEnd(7)}  ${entry.actor.padEnd(8)}  ${entry.text}`,
      )
