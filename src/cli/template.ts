import { readFileSync } from 'node:fs'
import { Argument, type Command } from 'commander'
import { ACTIONS, type Action } from '../core/action.js'
import { callJson, withGateway } from './gateway.js'
import { CommandError, EXIT, oneLine, print, printJson } from './output.js'
import { settingsOrExit } from './settings.js'

type Compared = {
  order: string
  domain: string
  kind: 'same' | 'changed' | 'failed' | 'unreadable'
  problems: { detail: string }[]
  lines: { kind: 'same' | 'gone' | 'new'; text: string }[]
}
type Report = { problems: { detail: string }[]; compared: Compared[] }

/** `template try`. */
export const templateCommands = (program: Command): void => {
  program
    .command('template')
    .description('the wording of requests')
    .command('try <connection>')
    .description('what a template would make of requests that were sent; nothing is stored or sent')
    .addArgument(new Argument('<action>', 'whose template').choices(ACTIONS))
    .option('--file <file>', 'the template to try; without one that of today')
    .option('--json', 'print the report as JSON')
    .action(async (connection: string, action: Action, { file, json }: { file?: string; json?: boolean }) => {
      const body = { action, ...(file === undefined ? {} : { template: read(file) }) }
      const path = `/v1/connections/${encodeURIComponent(connection)}/templates/try`
      const report = (await withGateway(settingsOrExit(), (gateway) => callJson(gateway, 'POST', path, body))) as Report
      if (json === true) printJson(report)
      else describe(report)
      if (report.problems.length > 0) process.exitCode = EXIT.failed
    })
}

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new CommandError(`${file} cannot be read: ${error instanceof Error ? error.message : error}`)
  }
}

const SIGNS = { same: ' ', gone: '-', new: '+' } as const

const describe = ({ problems, compared }: Report): void => {
  for (const { detail } of problems) print(oneLine(detail))
  for (const { domain, order, kind, problems: found, lines } of compared) {
    print(oneLine(`${domain}  ${order}  ${kind}`))
    for (const { detail } of found) print(oneLine(`  ${detail}`))
    for (const line of lines) print(oneLine(`  ${SIGNS[line.kind]} ${line.text}`))
  }
  const count = (kind: Compared['kind']) => compared.filter((one) => one.kind === kind).length
  if (problems.length === 0)
    print(
      `${compared.length} requests: ${count('same')} the same, ${count('changed')} changed, ${count('failed')} failed, ${count('unreadable')} unreadable`,
    )
}
