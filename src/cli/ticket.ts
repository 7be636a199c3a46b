import { type Command, Option } from 'commander'
import { TICKET_KINDS, TICKET_OUTCOMES, TICKET_STATES, type TicketView } from '../core/ticket.js'
import { callJson, withGateway } from './gateway.js'
import { oneLine, print, printJson, shortTime, table } from './output.js'
import { settingsOrExit } from './settings.js'

type Json = { json?: boolean }
type CloseOptions = Json & { outcome: string; note: string; code?: string; expires?: string }

/** `ticket list|show|close`. */
export const ticketCommands = (program: Command): void => {
  const ticket = program.command('ticket').description('work for people: orders without a robot, and mails to look at')
  ticket
    .command('list')
    .description('list the newest tickets; those that are open, unless said')
    .addOption(new Option('--state <state>', 'only those in this state').choices(TICKET_STATES).default('open'))
    .addOption(new Option('--kind <kind>', 'only those of this kind').choices(TICKET_KINDS))
    .option('--domain <name>', 'only those about this domain')
    .option('--json', 'print them as JSON')
    .action(async ({ json, ...filter }: Json & Record<string, string>) => {
      const query = new URLSearchParams({ limit: '200', ...filter })
      const { items } = (await call('GET', `?${query}`)) as { items: TicketView[] }
      if (json === true) return printJson(items)
      print(table([['NUMBER', 'OPENED', 'STATE', 'KIND', 'SUBJECT'], ...items.map(row)]))
    })
  ticket
    .command('show <id>')
    .description('show a ticket by its number or id')
    .option('--json', 'print it as JSON')
    .action(async (id: string, { json }: Json) => {
      const shown = (await call('GET', `/${encodeURIComponent(id)}`)) as TicketView
      if (json === true) printJson(shown)
      else describe(shown)
    })
  ticket
    .command('close <id>')
    .description('say what became of the work of a ticket; one of an order settles the order')
    .addOption(new Option('--outcome <outcome>', 'what became of it').choices(TICKET_OUTCOMES).makeOptionMandatory())
    .requiredOption('--note <text>', 'what was done, or why not')
    .option('--code <code>', 'of an order that failed, as the registrar gives it')
    .option('--expires <time>', 'of an order that was done: until when it is registered, such as 2027-01-31T00:00:00Z')
    .option('--json', 'print it as JSON')
    .action(async (id: string, { outcome, note, code, expires, json }: CloseOptions) => {
      const said = { ...(code === undefined ? {} : { code }), ...(expires === undefined ? {} : { expiresAt: expires }) }
      const closed = (await call('POST', `/${encodeURIComponent(id)}/close`, { outcome, note, ...said })) as TicketView
      if (json === true) printJson(closed)
      else print(`ticket ${closed.number} is closed as ${closed.state}`)
    })
}

const call = (method: string, path: string, body?: object): Promise<unknown> =>
  withGateway(settingsOrExit(), (gateway) => callJson(gateway, method, `/v1/tickets${path}`, body))

const row = (ticket: TicketView): string[] => [
  String(ticket.number),
  shortTime(ticket.openedAt),
  ticket.state,
  ticket.kind,
  ticket.subject,
]

const describe = (ticket: TicketView): void => {
  print(oneLine(`ticket ${ticket.number}  ${ticket.kind}  ${ticket.state}  ${shortTime(ticket.openedAt)}`))
  print(oneLine(ticket.subject))
  if (ticket.closedAt !== null)
    print(oneLine(`closed by ${ticket.closedBy} at ${shortTime(ticket.closedAt)}: ${ticket.note}`))
  for (const [name, value] of [
    ['order', ticket.order],
    ['mail', ticket.mail],
  ] as const)
    if (value !== null) print(`${name} ${value}`)
  print('')
  print(ticket.text)
}
