import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { parse, stringify } from 'yaml'
import type { ConnectionView } from '../core/views.js'
import { trustWarnings } from '../core/weak-trust.js'
import { addChecklistCommand } from './checklist.js'
import { addRehearseCommand } from './connection-rehearse.js'
import { callJson, withGateway } from './gateway.js'
import { CommandError, EXIT, print, printJson, table } from './output.js'
import { settingsOrExit } from './settings.js'

type TestReport = { ok: boolean; hops: { hop: string; ok: boolean; detail: string; ms: number | null }[] }

/** `connection add|list|show|change|checklist|test|rehearse|pause|resume|remove`. */
export const connectionCommands = (program: Command): void => {
  const connection = program.command('connection').description('registry connections')
  connection
    .command('add')
    .description('add a connection from a file; all its mistakes are told at once')
    .requiredOption('--file <file>', 'YAML or JSON, as in docs/registries')
    .option('--json', 'print the connection as JSON')
    .action(async ({ file, json }: { file: string; json?: boolean }) => {
      const body = await readYaml(file)
      const answer = await withGateway(settingsOrExit(), (gateway) =>
        callJson(gateway, 'POST', '/v1/connections', body),
      )
      const added = answer as ConnectionView
      if (json === true) return printJson(added)
      print(`${added.id}  ${added.title} (${added.profile}, ${added.mode})`)
      warnOfWeakTrust([added])
    })
  connection
    .command('list')
    .description('list the connections')
    .option('--json', 'print them as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const answer = await withGateway(settingsOrExit(), (gateway) => callJson(gateway, 'GET', '/v1/connections'))
      const { items } = answer as { items: ConnectionView[] }
      if (json === true) return printJson(items)
      const rows = items.map(({ id, title, profile, mode, paused, tlds }) => [
        ...[id, title, profile, paused ? `${mode}, paused` : mode, tlds.join(' ')],
      ])
      print(table([['ID', 'TITLE', 'PROFILE', 'MODE', 'TLDS'], ...rows]))
      warnOfWeakTrust(items)
    })
  connection
    .command('show <id>')
    .description('show a connection')
    .option('--json', 'print it as JSON')
    .action(async (id: string, { json }: { json?: boolean }) => {
      const path = `/v1/connections/${encodeURIComponent(id)}`
      const answer = await withGateway(settingsOrExit(), (gateway) => callJson(gateway, 'GET', path))
      if (json === true) return printJson(answer)
      print(stringify(answer).trimEnd())
      warnOfWeakTrust([answer as ConnectionView], 'stderr')
    })
  for (const { verb, description, done } of SWITCHES)
    connection
      .command(`${verb} <id>`)
      .description(description)
      .option('--json', 'print the connection as JSON')
      .action(async (id: string, { json }: { json?: boolean }) => {
        const path = `/v1/connections/${encodeURIComponent(id)}/${verb}`
        const answer = await withGateway(settingsOrExit(), (gateway) => callJson(gateway, 'POST', path))
        if (json === true) return printJson(answer)
        print(`${id} ${done}`)
      })
  connection
    .command('change <id>')
    .description('merge a file into a connection; null removes a field')
    .requiredOption('--file <file>', 'YAML or JSON with what changes, such as { mode: live }')
    .option('--json', 'print the connection as JSON')
    .action(async (id: string, { file, json }: { file: string; json?: boolean }) => {
      const patch = await readYaml(file)
      const path = `/v1/connections/${encodeURIComponent(id)}`
      const answer = await withGateway(settingsOrExit(), (gateway) => callJson(gateway, 'PATCH', path, patch))
      const changed = answer as ConnectionView
      if (json === true) return printJson(changed)
      print(`${changed.id}  ${changed.title} (${changed.profile}, ${changed.mode}) is changed`)
      warnOfWeakTrust([changed])
    })
  addChecklistCommand(connection)
  connection
    .command('test <id>')
    .description('try the way of a connection: a mail to itself, or a question to its server that changes nothing')
    .option('--wait <seconds>', 'how long to wait until it comes in', '15')
    .option('--json', 'print the report as JSON')
    .action(async (id: string, { wait, json }: { wait: string; json?: boolean }) => {
      const path = `/v1/connections/${encodeURIComponent(id)}/test`
      const answer = await withGateway(settingsOrExit(), (gateway) =>
        callJson(gateway, 'POST', path, { waitSeconds: Number(wait) }),
      )
      const report = answer as TestReport
      if (json === true) printJson(report)
      else
        for (const { hop, ok, detail, ms } of report.hops)
          print(`${ok ? 'ok  ' : 'FAIL'}  ${hop} (${ms} ms): ${detail}`)
      if (!report.ok) process.exitCode = EXIT.failed
    })
  addRehearseCommand(connection)
  connection
    .command('remove <id>')
    .description('take a connection out of service')
    .action(async (id: string) => {
      const path = `/v1/connections/${encodeURIComponent(id)}`
      await withGateway(settingsOrExit(), (gateway) => callJson(gateway, 'DELETE', path))
      print(`${id} is removed`)
    })
}

const SWITCHES = [
  { verb: 'pause', description: 'let nothing of a connection leave; replies are still read', done: 'is paused' },
  { verb: 'resume', description: 'let a paused connection send again', done: 'sends again' },
] as const

/** On standard error where standard output is a document of its own. */
const warnOfWeakTrust = (connections: readonly ConnectionView[], to: 'stdout' | 'stderr' = 'stdout'): void => {
  for (const words of connections.flatMap(trustWarnings)) process[to].write(`warning: ${words}\n`)
}

/** YAML (JSON is a part of it) that a person wrote. */
const readYaml = async (file: string): Promise<object> => {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new CommandError(`${file} cannot be read: ${error.message}`)
  })
  try {
    const value: unknown = parse(text)
    if (typeof value === 'object' && value !== null) return value
  } catch (error) {
    throw new CommandError(`${file} is no YAML: ${error instanceof Error ? error.message : error}`)
  }
  throw new CommandError(`${file} holds no connection; docs/registries has one for each registry`)
}
