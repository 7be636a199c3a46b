import type { Command } from 'commander'
import { ACTIONS } from '../core/action.js'
import type { Price } from '../core/order.js'
import { parsePrice, priceText } from '../core/price.js'
import { all } from './domain.js'
import { callJson, withGateway } from './gateway.js'
import { CommandError, EXIT, print, printJson, table } from './output.js'
import { settingsOrExit } from './settings.js'

type Json = { json?: boolean }
type Listed = { tld: string; action: string; price: Price }
type Changed = { tld: string; action: string; price: Price | null; before: Price | null }

/** `price list|set`. */
export const priceCommands = (program: Command): void => {
  const price = program.command('price').description('what orders cost that name no price of their own')
  price
    .command('list')
    .description('list the prices of TLDs')
    .option('--tld <tld>', 'only those of this TLD')
    .option('--json', 'print them as JSON')
    .action(async ({ tld, json }: Json & { tld?: string }) => {
      const query = new URLSearchParams({ limit: '200', ...(tld === undefined ? {} : { tld }) })
      const items = await withGateway(settingsOrExit(), (gateway) => all<Listed>(gateway, `/v1/prices?${query}`))
      if (json === true) return printJson(items)
      print(
        table([['TLD', 'ACTION', 'PRICE'], ...items.map((one) => [one.tld, one.action, priceText(one.price) ?? ''])]),
      )
    })
  price
    .command('set <tld> <action> <price...>')
    .description(
      'set what an action under a TLD costs, such as 9.90 EUR; none removes it. Orders that are placed keep theirs',
    )
    .option('--json', 'print the change as JSON')
    .action(async (tld: string, action: string, words: string[], { json }: Json) => {
      const path = `/v1/tlds/${encodeURIComponent(tld)}/prices/${encodeURIComponent(knownAction(action))}`
      const body = { price: priceOf(words.join(' ')) }
      const answer = await withGateway(settingsOrExit(), (gateway) => callJson(gateway, 'PUT', path, body))
      if (json === true) return printJson(answer)
      const changed = answer as Changed
      const costs = changed.price === null ? 'has no price any more' : `costs ${priceText(changed.price)} from now on`
      const was = changed.before === null ? '' : ` (was ${priceText(changed.before)})`
      print(`${changed.action} under .${changed.tld} ${costs}${was}`)
    })
}

const knownAction = (given: string): string => {
  if (ACTIONS.some((action) => action === given)) return given
  throw new CommandError(`${JSON.stringify(given)} is no action; there are: ${ACTIONS.join(', ')}`, EXIT.usage)
}

const priceOf = (text: string): Price | null => {
  if (text === 'none') return null
  const price = parsePrice(text)
  if (price !== null) return price
  throw new CommandError(`${JSON.stringify(text)} is no price; write one such as 9.90 EUR, or none`, EXIT.usage)
}
