import type { Command } from 'commander'
import { ERASURE_COUNTS, ERASURE_WORDS } from '../core/erasure.js'
import type { Erasure } from '../flows/erase-personal-data.js'
import { callJson, withGateway } from './gateway.js'
import { CommandError, EXIT, oneLine, print, printJson } from './output.js'
import { settingsOrExit } from './settings.js'

type EraseOptions = {
  order?: string
  domain?: string
  account?: string
  contact?: string
  dryRun?: boolean
  json?: boolean
}

/** `erase`. */
export const eraseCommands = (program: Command): void => {
  program
    .command('erase')
    .description('erase personal data of orders that are over, for good; docs/personal-data.md says what stays')
    .option('--order <id>', 'of this order')
    .option('--domain <name>', 'of all orders on this domain, and the domain once it has left')
    .option('--account <id>', 'of all orders of this account, and its domains that have left')
    .option(
      '--contact <email>',
      'of all orders with this e-mail address, or this handle of a contact; and of domains that have left',
    )
    .option('--dry-run', 'say what would be erased, and erase nothing')
    .option('--json', 'print what was done as JSON')
    .action(async ({ order, domain, account, contact, dryRun = false, json }: EraseOptions) => {
      if ([order, domain, account, contact].filter((target) => target !== undefined).length !== 1)
        throw new CommandError('give one of --order ID, --domain NAME, --account ID and --contact EMAIL', EXIT.usage)
      const body = { order, domain, account, contact, dryRun }
      const erasure = (await withGateway(settingsOrExit(), (gateway) =>
        callJson(gateway, 'POST', '/v1/erasures', body),
      )) as Erasure
      if (json === true) printJson(erasure)
      else describe(erasure)
    })
}

const describe = ({ dryRun, orders, domains, kept, counts }: Erasure): void => {
  const did = dryRun ? 'would be erased' : 'was erased'
  print(
    orders.length + domains.length === 0
      ? `nothing ${did}`
      : `the personal data of ${some(orders.length, 'order')} and ${some(domains.length, 'domain')} ${did}:`,
  )
  for (const kind of ERASURE_COUNTS)
    if (counts[kind] > 0) print(`  ${String(counts[kind]).padStart(6)}  ${ERASURE_WORDS[kind]}`)
  for (const { reason } of kept) print(`kept: ${oneLine(reason)}`)
}

const some = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
