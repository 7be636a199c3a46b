import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type { OrderView } from '../core/views.js'
import { ORDER_COLUMNS, readOrders, type TableOrder } from '../order-table/read-orders.js'
import { type Summary, summarise } from '../order-table/summarise.js'
import { callJson, type Gateway, withGateway } from './gateway.js'
import { CommandError, EXIT, oneLine, print, printJson } from './output.js'
import { settingsOrExit } from './settings.js'

/** What one call takes. */
const AT_ONCE = 1_000

type Result = { index: number; status: number; order: OrderView | null; problem: { detail: string } | null }
type Placed = { line: number; status: number; order: string | null; detail: string | null }

/** `order batch`. */
export const orderBatchCommand = (order: Command): void => {
  order
    .command('batch')
    .description('place the orders of a table; without --yes it only says how many there are and what they cost')
    .requiredOption('--file <file>', `CSV with a line of column names: ${ORDER_COLUMNS.join(', ')}`)
    .option('--yes', 'place them')
    .option('--json', 'print the summary, or the results, as JSON')
    .action(async ({ file, yes, json }: { file: string; yes?: boolean; json?: boolean }) => {
      const orders = await readTable(file)
      if (yes !== true) return json === true ? printJson(summarise(orders)) : printSummary(summarise(orders))
      const results = await withGateway(settingsOrExit(), (gateway) => placeAll(gateway, orders))
      if (json === true) printJson(results)
      else printResults(results)
      if (results.some((one) => one.order === null)) process.exitCode = EXIT.failed
    })
}

const readTable = async (file: string): Promise<TableOrder[]> => {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new CommandError(`${file} cannot be read: ${error.message}`)
  })
  const read = readOrders(text)
  if (read.ok) return read.value
  throw new CommandError(
    [`${file} cannot be read as orders:`, ...read.problems.map((one) => `  ${one.pointer} ${one.detail}`)].join('\n'),
  )
}

const placeAll = async (gateway: Gateway, orders: readonly TableOrder[]): Promise<Placed[]> => {
  const placed: Placed[] = []
  for (let from = 0; from < orders.length; from += AT_ONCE) {
    const some = orders.slice(from, from + AT_ONCE)
    const body = { orders: some.map((order) => order.body) }
    const { results } = (await callJson(gateway, 'POST', '/v1/orders/batch', body)) as { results: Result[] }
    for (const { index, status, order, problem } of results)
      placed.push({ line: some[index]?.line ?? 0, status, order: order?.id ?? null, detail: problem?.detail ?? null })
  }
  return placed
}

const printSummary = ({ orders, actions, costs, unpriced }: Summary): void => {
  print(orders === 1 ? '1 order' : `${orders} orders`)
  for (const [action, count] of Object.entries(actions)) print(`  ${count} ${action}`)
  for (const [currency, sum] of Object.entries(costs)) print(`  ${sum} ${currency}`)
  if (unpriced > 0) print(`  ${unpriced} without a price`)
  print('Nothing was placed; --yes places them.')
}

const printResults = (results: readonly Placed[]): void => {
  for (const { line, order, detail } of results)
    print(order === null ? `line ${line}: refused: ${oneLine(detail ?? '')}` : `line ${line}: ${order}`)
  const refused = results.filter(({ order }) => order === null).length
  print(`${results.length - refused} placed, ${refused} refused`)
}
