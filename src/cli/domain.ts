import { type Command, Option } from 'commander'
import { DOMAIN_STATUSES } from '../core/domain.js'
import type { ActionView, DomainView, MailView } from '../core/views.js'
import { callJson, type Gateway, withGateway } from './gateway.js'
import { oneLine, print, printJson, shortTime, table } from './output.js'
import { settingsOrExit } from './settings.js'

type List<T> = { items: T[]; next: string | null }
type TimelineItem = ({ kind: 'action' } & ActionView) | ({ kind: 'mail' } & MailView)

/** `domain list|show|give|dismiss`. */
export const domainCommands = (program: Command): void => {
  const domain = program.command('domain').description('domains and their timelines')
  domain
    .command('list')
    .description('list the domains')
    .addOption(new Option('--status <status>', 'only those with this status').choices(DOMAIN_STATUSES))
    .option('--json', 'print them as JSON')
    .action(async ({ status, json }: { status?: string; json?: boolean }) => {
      const query = status === undefined ? '' : `&status=${encodeURIComponent(status)}`
      const items = await withGateway(settingsOrExit(), (gateway) =>
        all<DomainView>(gateway, `/v1/domains?limit=200${query}`),
      )
      if (json === true) return printJson(items)
      print(table([['DOMAIN', 'STATUS', 'REGISTERED', 'SINCE'], ...items.map(row)]))
    })
  domain
    .command('show <name>')
    .description('show a domain and its timeline')
    .option('--json', 'print them as JSON')
    .action(async (name: string, { json }: { json?: boolean }) => {
      const path = `/v1/domains/${encodeURIComponent(name)}`
      const { view, timeline } = await withGateway(settingsOrExit(), async (gateway) => ({
        view: (await callJson(gateway, 'GET', path)) as DomainView,
        timeline: await all<TimelineItem>(gateway, `${path}/timeline?limit=200`),
      }))
      if (json === true) return printJson({ ...view, timeline })
      print(`${view.unicodeName}  ${view.status}${view.registered ? '  registered' : ''}\n${view.next}\n`)
      for (const line of timeline.map(timelineLine)) print(line)
    })
  domain
    .command('give <name>')
    .description('give a domain to another account; nothing is sent to its registry')
    .requiredOption('--account <id>', 'the account that it is to belong to')
    .option('--email <address>', 'where mails about it go; none without it')
    .addOption(new Option('--type <type>', 'of the account').choices(['customer', 'provider']).default('customer'))
    .option('--from <id>', 'the account that it is taken from; refused where it belongs to another one by now')
    .option('--json', 'print the domain as JSON')
    .action(async (name: string, { account: id, email, type, from, json }: GiveOptions) => {
      const body = {
        account: { id, type, ...(email === undefined ? {} : { email }) },
        ...(from === undefined ? {} : { from }),
      }
      const path = `/v1/domains/${encodeURIComponent(name)}`
      const view = (await withGateway(settingsOrExit(), (gateway) =>
        callJson(gateway, 'PATCH', path, body),
      )) as DomainView & { account: string }
      if (json === true) return printJson(view)
      print(`${view.unicodeName}  ${view.status}  belongs to ${view.account}`)
    })
  domain
    .command('dismiss <name>')
    .description('let a domain in Error stand as it is: Registered where it is ours, else Closed')
    .requiredOption('--note <text>', 'what was found out, for the action log')
    .option('--json', 'print the domain as JSON')
    .action(async (name: string, { note, json }: { note: string; json?: boolean }) => {
      const path = `/v1/domains/${encodeURIComponent(name)}/dismiss`
      const view = (await withGateway(settingsOrExit(), (gateway) =>
        callJson(gateway, 'POST', path, { note }),
      )) as DomainView
      if (json === true) return printJson(view)
      print(`${view.unicodeName}  ${view.status}${view.registered ? '  registered' : ''}\n${view.next}`)
    })
}

type GiveOptions = { account: string; email?: string; type: string; from?: string; json?: boolean }

const row = (domain: DomainView): string[] => [
  domain.unicodeName,
  domain.status ?? '',
  domain.registered ? 'yes' : 'no',
  shortTime(domain.since),
]

const timelineLine = (item: TimelineItem): string =>
  item.kind === 'action'
    ? `${shortTime(item.at)}  ${item.level.padEnd(7)}  ${oneLine(item.text)}`
    : oneLine(
        `${shortTime(item.receivedAt)}  mail ${item.direction.padEnd(2)}  ${item.id} ${item.direction === 'in' ? item.stage : `to ${item.envelope.to.join(', ')}`}`,
      )

/** Every page of a list. */
export const all = async <T>(gateway: Gateway, path: string): Promise<T[]> => {
  const items: T[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const suffix: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page = (await callJson(gateway, 'GET', `${path}${suffix}`)) as List<T>
    items.push(...page.items)
    cursor = page.next
  }
  return items
}
