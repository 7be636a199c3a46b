import type { Command } from 'commander'
import { stringify } from 'yaml'
import { all } from './domain.js'
import { callJson, withGateway } from './gateway.js'
import { print, printJson, table } from './output.js'
import { settingsOrExit } from './settings.js'

type Tld = {
  tld: string
  unicodeTld: string
  connection: { title: string; mode: string }
  actions: { name: string; supported: boolean }[]
  warning: string | null
}

/** `tld list|show|move`. */
export const tldCommands = (program: Command): void => {
  const tld = program.command('tld').description('TLDs, and which connection their orders go to')
  tld
    .command('list')
    .description('list the TLDs that orders are taken for')
    .option('--json', 'print them as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const items = await withGateway(settingsOrExit(), (gateway) => all<Tld>(gateway, '/v1/tlds?limit=200'))
      if (json === true) return printJson(items)
      print(table([['TLD', 'CONNECTION', 'MODE', 'ACTIONS'], ...items.map(row)]))
      warn(items)
    })
  tld
    .command('show <tld>')
    .description('show what an order under a TLD has to say')
    .option('--json', 'print it as JSON')
    .action(async (name: string, { json }: { json?: boolean }) => {
      const answer = await withGateway(settingsOrExit(), (gateway) => callJson(gateway, 'GET', pathOf(name)))
      if (json === true) return printJson(answer)
      print(stringify(answer, { aliasDuplicateObjects: false }).trimEnd())
    })
  tld
    .command('move <tld> <connection>')
    .description('give a TLD to a connection, by its id or title; open orders stay where they are')
    .option('--json', 'print the TLD as JSON')
    .action(async (name: string, connection: string, { json }: { json?: boolean }) => {
      const answer = await withGateway(settingsOrExit(), (gateway) =>
        callJson(gateway, 'PUT', pathOf(name), { connection }),
      )
      if (json === true) return printJson(answer)
      const moved = answer as Tld
      print(`new orders under .${moved.unicodeTld} go to ${moved.connection.title} (${moved.connection.mode})`)
      warn([moved])
    })
}

const pathOf = (tld: string): string => `/v1/tlds/${encodeURIComponent(tld)}`

const row = ({ unicodeTld, connection, actions }: Tld): string[] => [
  ...[unicodeTld, connection.title, connection.mode],
  actions.flatMap(({ name, supported }) => (supported ? [name] : [])).join(' '),
]

const warn = (items: readonly Tld[]): void => {
  for (const { warning } of items) if (warning !== null) process.stdout.write(`warning: ${warning}\n`)
}
