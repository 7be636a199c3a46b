import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type { RefusedFormView } from '../core/refused-form.js'
import type { OrderView } from '../core/views.js'
import { all } from './domain.js'
import { callJson, callRaw, type Gateway, withGateway } from './gateway.js'
import { orderBatchCommand } from './order-batch.js'
import { CommandError, oneLine, print, printJson, shortTime } from './output.js'
import { readSecretLine } from './secret-line.js'
import { settingsOrExit } from './settings.js'

/** `order place|batch|show|form|forms|pay|approve|reject|cancel|reset|check|dns-prepared|retry` and `preview`. */
export const orderCommands = (program: Command): void => {
  const order = program.command('order').description('orders')
  order
    .command('place')
    .description('place an order')
    .requiredOption('--file <file>', 'the order as JSON, as in docs/api.md')
    .option('--json', 'print the order as JSON')
    .action(async ({ file, json }: { file: string; json?: boolean }) => {
      const body = await readJson(file)
      show(
        (await withGateway(settingsOrExit(), (gateway) => callJson(gateway, 'POST', '/v1/orders', body))) as OrderView,
        json,
      )
    })
  order
    .command('show <id>')
    .description('show an order')
    .option('--json', 'print it as JSON')
    .action(async (id: string, { json }: { json?: boolean }) => {
      const path = `/v1/orders/${encodeURIComponent(id)}`
      show((await withGateway(settingsOrExit(), (gateway) => callJson(gateway, 'GET', path))) as OrderView, json)
    })
  order
    .command('form <id>')
    .description('print the form that an order was read from, as it was dropped')
    .option('--json', 'print it as JSON')
    .action(async (id: string, { json }: { json?: boolean }) => {
      const path = `/v1/orders/${encodeURIComponent(id)}/form`
      const form = await withGateway(settingsOrExit(), (gateway) => callRaw(gateway, 'GET', path))
      if (json === true) printJson({ order: id, form: form.toString('utf8') })
      else process.stdout.write(form)
    })
  order
    .command('forms')
    .description('list order forms that were refused and wait to be mended, with all that is wrong with them')
    .option('--json', 'print them as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const call = (gateway: Gateway) => all<RefusedFormView>(gateway, '/v1/forms?limit=200')
      const forms = await withGateway(settingsOrExit(), call)
      if (json === true) return printJson(forms)
      for (const form of forms) showForm(form)
    })
  order
    .command('pay <id>')
    .description('record that an order is paid; its request may go')
    .option('--reference <text>', 'reference of the payment')
    .option('--json', 'print the order as JSON')
    .action(async (id: string, { reference, json }: { reference?: string; json?: boolean }) => {
      const path = `/v1/orders/${encodeURIComponent(id)}/payment`
      const body = reference === undefined ? {} : { reference }
      show((await withGateway(settingsOrExit(), (gateway) => callJson(gateway, 'POST', path, body))) as OrderView, json)
    })
  orderBatchCommand(order)
  for (const { verb, description } of DECISIONS)
    order
      .command(`${verb} <id>`)
      .description(description)
      .option('--json', 'print the order as JSON')
      .action(async (id: string, { json }: { json?: boolean }) => {
        const path = `/v1/orders/${encodeURIComponent(id)}/${verb}`
        show((await withGateway(settingsOrExit(), (gateway) => callJson(gateway, 'POST', path))) as OrderView, json)
      })
  approvalCommands(order)
  program
    .command('preview')
    .description('print the exact signed mail that an order would send; nothing is sent or stored')
    .requiredOption('--file <file>', 'the order as JSON')
    .option('--json', 'print the envelope and the mail as JSON')
    .action(async ({ file, json }: { file: string; json?: boolean }) => {
      const body = await readJson(file)
      const answer = await withGateway(settingsOrExit(), (gateway) => callJson(gateway, 'POST', '/v1/preview', body))
      const preview = answer as { envelope: { from: string; to: string[] }; raw: string }
      if (json === true) printJson(preview)
      else process.stdout.write(preview.raw)
    })
}

const approvalCommands = (order: Command): void => {
  order
    .command('approve <id>')
    .description(
      'approve an order as the second person; the token of a console user, made in the console to stand for them, is asked for or read from standard input',
    )
    .option('--json', 'print the order as JSON')
    .action(async (id: string, { json }: { json?: boolean }) => {
      const token = await readSecretLine('Token')
      if (token === '')
        throw new CommandError(
          'no token was given; make one in the console that stands for you, and type it or pipe it in',
        )
      const path = `/local/orders/${encodeURIComponent(id)}/approve`
      const call = (gateway: Gateway) => callJson(gateway, 'POST', path, { token })
      show((await withGateway(settingsOrExit(), call)) as OrderView, json)
    })
  order
    .command('reject <id>')
    .description('reject an order that waits for a second person; it is cancelled')
    .requiredOption('--note <text>', 'why it is not wanted; billing is told')
    .option('--json', 'print the order as JSON')
    .action(async (id: string, { note, json }: { note: string; json?: boolean }) => {
      const path = `/v1/orders/${encodeURIComponent(id)}/reject`
      const call = (gateway: Gateway) => callJson(gateway, 'POST', path, { note })
      show((await withGateway(settingsOrExit(), call)) as OrderView, json)
    })
}

const DECISIONS = [
  { verb: 'cancel', description: 'withdraw an order that is open' },
  { verb: 'reset', description: "begin the wait for the registry's reply anew" },
  { verb: 'check', description: "look for the registry's answer now" },
  { verb: 'dns-prepared', description: 'say that the DNS of its name is prepared; a request that waits for it may go' },
  { verb: 'retry', description: 'try an order again that failed, is uncertain, or waits for its next try' },
] as const

const show = (order: OrderView, json: boolean | undefined): void => {
  if (json === true) {
    printJson(order)
    return
  }
  print(`${order.id}  ${order.action} ${order.unicodeName}  ${order.status}`)
  if (order.reason !== null) print(`  ${oneLine([order.code, order.reason].filter(Boolean).join(' '))}`)
}

const showForm = ({ account, file, status, since, problems }: RefusedFormView): void => {
  print(`${file} of ${account}  ${status} since ${shortTime(since)}`)
  for (const { pointer, detail } of problems) print(`  ${oneLine([pointer, detail].filter(Boolean).join(': '))}`)
}

/** A file of JSON that a person wrote. */
const readJson = async (file: string): Promise<object> => {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new CommandError(`${file} cannot be read: ${error.message}`)
  })
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value
  } catch (error) {
    throw new CommandError(
      `${file} is no JSON: ${error instanceof Error ? error.message : error}; see docs/api.md for an order`,
    )
  }
  throw new CommandError(`${file} holds no JSON object; see docs/api.md for an order`)
}
