import { type Command, Option } from 'commander'
import { EVENT_TYPES } from '../core/event.js'
import { DELIVERY_STATES } from '../core/webhook-delivery.js'
import type { CallView, DeliveryView, WebhookView } from '../core/webhook-views.js'
import { callJson, withGateway } from './gateway.js'
import { CommandError, EXIT, oneLine, print, printJson, shortTime, table } from './output.js'
import { settingsOrExit } from './settings.js'

type Json = { json?: boolean }
type WithSecret = WebhookView & { secret: string }
type Shown = WebhookView & { deliveries: { items: DeliveryView[] } }

/** `webhook add|list|show|change|rotate|test|redeliver|remove`. */
export const webhookCommands = (program: Command): void => {
  const webhook = program.command('webhook').description('where events are posted to, as docs/webhooks.md says')
  addCommands(webhook)
  readCommands(webhook)
  changeCommands(webhook)
  redeliverCommand(webhook)
}

const addCommands = (webhook: Command): void => {
  webhook
    .command('add')
    .description('add a webhook; its secret is shown this once')
    .requiredOption('--url <url>', 'where events are posted to')
    .addOption(typesOption())
    .option('--json', 'print the webhook and its secret as JSON')
    .action(async ({ url, type = ['*'], json }: Json & { url: string; type?: string[] }) => {
      const added = (await call('POST', '', { url, types: type })) as WithSecret
      if (json === true) return printJson(added)
      print(`${added.id}  ${oneLine(added.url)}  ${added.types.join(' ')}`)
      print(added.secret)
    })
  webhook
    .command('rotate <id>')
    .description(
      'change the secret of a webhook; the fresh one is shown this once, the one before signs beside it for 24 hours',
    )
    .option('--json', 'print the webhook and its secret as JSON')
    .action(async (id: string, { json }: Json) => {
      const rotated = (await call('POST', `/${part(id)}/rotate`)) as WithSecret
      if (json === true) printJson(rotated)
      else print(rotated.secret)
    })
}

const readCommands = (webhook: Command): void => {
  webhook
    .command('list')
    .description('list the webhooks')
    .option('--json', 'print them as JSON')
    .action(async ({ json }: Json) => {
      const { items } = (await call('GET', '?limit=200')) as { items: WebhookView[] }
      if (json === true) return printJson(items)
      const rows = items.map((one) => [one.id, one.url, one.types.join(' '), standing(one)])
      print(table([['ID', 'URL', 'TYPES', 'STATE'], ...rows]))
    })
  webhook
    .command('show <id> [delivery]')
    .description('show a webhook and the newest events for it, or the calls of one of them')
    .addOption(new Option('--state <state>', 'only events in this state').choices(DELIVERY_STATES))
    .option('--json', 'print it as JSON')
    .action(async (id: string, delivery: string | undefined, { state, json }: Json & { state?: string }) => {
      const query = state === undefined ? '?limit=200' : `?limit=200&state=${state}`
      const shown = await call('GET', `/${part(id)}${delivery === undefined ? query : `/deliveries/${part(delivery)}`}`)
      if (json === true) printJson(shown)
      else if (delivery === undefined) describe(shown as Shown)
      else describeCalls(shown as DeliveryView & { calls: CallView[] })
    })
}

const changeCommands = (webhook: Command): void => {
  webhook
    .command('change <id>')
    .description('change where a webhook is, what goes to it, or whether anything does')
    .option('--url <url>', 'where events are posted to from now on')
    .addOption(typesOption())
    .addOption(new Option('--enable', 'let events go to it; what waited goes first').conflicts('disable'))
    .option('--disable', 'let nothing go to it; what happens meanwhile is not for it')
    .option('--json', 'print the webhook as JSON')
    .action(async (id: string, options: ChangeOptions) => {
      const change = {
        ...(options.url === undefined ? {} : { url: options.url }),
        ...(options.type === undefined ? {} : { types: options.type }),
        ...(options.enable === true ? { enabled: true } : options.disable === true ? { enabled: false } : {}),
      }
      if (Object.keys(change).length === 0)
        throw new CommandError('nothing to change was said: give --url, --type, --enable or --disable', EXIT.usage)
      const changed = (await call('PATCH', `/${part(id)}`, change)) as WebhookView
      if (options.json === true) return printJson(changed)
      print(`${changed.id}  ${oneLine(changed.url)}  ${changed.types.join(' ')}  ${oneLine(standing(changed))}`)
    })
  webhook
    .command('test <id>')
    .description('call a webhook once with an event webhook.test; fails where it is not taken')
    .option('--json', 'print the call and its answer as JSON')
    .action(async (id: string, { json }: Json) => {
      const made = (await call('POST', `/${part(id)}/test`)) as CallView
      if (json === true) printJson(made)
      if (made.answer.reason !== null) throw new CommandError(`the call was not taken: ${oneLine(made.answer.reason)}`)
      if (json !== true) print(`taken with ${made.answer.status}`)
    })
  webhook
    .command('remove <id>')
    .description('take a webhook away, with what waits for it')
    .action(async (id: string) => {
      await call('DELETE', `/${part(id)}`)
      print(`${id} is removed`)
    })
}

type ChangeOptions = Json & { url?: string; type?: string[]; enable?: boolean; disable?: boolean }

const redeliverCommand = (webhook: Command): void => {
  webhook
    .command('redeliver <id> [delivery]')
    .description('make one event go to a webhook again, or all that were given up')
    .option('--since <time>', 'of these only those of that time and later, such as 2026-01-31T10:00:00Z')
    .option('--json', 'print the delivery, or how many they are, as JSON')
    .action(async (id: string, delivery: string | undefined, { since, json }: Json & { since?: string }) => {
      if (delivery !== undefined && since !== undefined)
        throw new CommandError('give one delivery or --since, not both', EXIT.usage)
      const what = delivery === undefined ? '' : `/deliveries/${part(delivery)}`
      const body = since === undefined ? {} : { since }
      const answer = await call('POST', `/${part(id)}${what}/redeliver`, body)
      if (json === true) return printJson(answer)
      if (delivery !== undefined) return print(`${delivery} goes again`)
      print(`${(answer as { redelivered: number }).redelivered} events go again`)
    })
}

const typesOption = () =>
  new Option('--type <types...>', 'types of events that go to it; all unless said').choices(['*', ...EVENT_TYPES])

const call = (method: string, path: string, body?: object): Promise<unknown> =>
  withGateway(settingsOrExit(), (gateway) => callJson(gateway, method, `/v1/webhooks${path}`, body))

const part = (text: string): string => encodeURIComponent(text)

const standing = ({ enabled, disabledReason, failingSince }: WebhookView): string => {
  if (!enabled) return `disabled: ${disabledReason}`
  return failingSince === null ? 'enabled' : `failing since ${shortTime(failingSince)}`
}

const describe = ({ deliveries, ...webhook }: Shown): void => {
  print(`${webhook.id}  ${oneLine(webhook.url)}  ${webhook.types.join(' ')}  ${oneLine(standing(webhook))}`)
  if (deliveries.items.length === 0) return
  const rows = deliveries.items.map((one) => [one.id, shortTime(one.createdAt), one.type, one.subject, progress(one)])
  print(table([['DELIVERY', 'TIME', 'TYPE', 'SUBJECT', 'STATE'], ...rows]))
}

const progress = ({ state, attempts, nextAttemptAt }: DeliveryView): string => {
  if (state !== 'waiting') return `${state}, ${attempts} calls`
  return nextAttemptAt === null ? 'waits for an earlier one' : `next call ${shortTime(nextAttemptAt)}`
}

const describeCalls = ({ calls, ...delivery }: DeliveryView & { calls: CallView[] }): void => {
  print(`${delivery.id}  ${delivery.type} ${oneLine(delivery.subject)}  ${progress(delivery)}`)
  for (const { at, duration, request, answer } of calls) {
    print(
      `${shortTime(at)}  ${oneLine(answer.reason ?? `taken with ${answer.status}`)}  ${duration} ms  ${oneLine(request.url)}`,
    )
    for (const [name, value] of Object.entries(request.headers)) print(`  ${oneLine(`${name}: ${value}`)}`)
    print(`  ${oneLine(request.body)}`)
    if (answer.body !== '') print(`  answer: ${oneLine(answer.body)}`)
  }
}
