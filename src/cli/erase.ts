import type { Command } from 'commander'
import { ERASURE_COUNTS, type ErasureCounts } from '../core/erasure.js'
import type { Erasure } from '../flows/erase-personal-data.js'
import { callJson, withGateway } from './gateway.js'
import { CommandError, EXIT, oneLine, print, printJson } from './output.js'
import { settingsOrExit } from './settings.js'

type EraseOptions = { order?: string; account?: string; contact?: string; dryRun?: boolean; json?: boolean }

/** `erase`. */
export const eraseCommands = (program: Command): void => {
  program
    .command('erase')
    .description('erase personal data of orders that are over, for good; docs/personal-data.md says what stays')
    .option('--order <id>', 'of this order')
    .option('--account <id>', 'of all orders of this account')
    .option('--contact <email>', 'of all orders with this e-mail address, or this handle of a contact')
    .option('--dry-run', 'say what would be erased, and erase nothing')
    .option('--json', 'print what was done as JSON')
    .action(async ({ order, account, contact, dryRun = false, json }: EraseOptions) => {
      if ([order, account, contact].filter((target) => target !== undefined).length !== 1)
        throw new CommandError('give one of --order ID, --account ID and --contact EMAIL', EXIT.usage)
      const body = { order, account, contact, dryRun }
      const erasure = (await withGateway(settingsOrExit(), (gateway) =>
        callJson(gateway, 'POST', '/v1/erasures', body),
      )) as Erasure
      if (json === true) printJson(erasure)
      else describe(erasure)
    })
}

const describe = ({ dryRun, orders, kept, counts }: Erasure): void => {
  const did = dryRun ? 'would be erased' : 'was erased'
  print(
    orders.length === 0
      ? `nothing ${did}`
      : `the personal data of ${orders.length} order${orders.length === 1 ? '' : 's'} ${did}:`,
  )
  for (const kind of ERASURE_COUNTS)
    if (counts[kind] > 0) print(`  ${String(counts[kind]).padStart(6)}  ${WORDS[kind]}`)
  for (const { reason } of kept) print(`kept: ${oneLine(reason)}`)
}

const WORDS: Record<keyof ErasureCounts, string> = {
  orders: 'orders: contacts, addresses, AuthInfo',
  domains: 'domains that have left: contacts',
  mails: 'mails: octets',
  shared: 'mails stay, because they speak of other orders too',
  notices: 'mails to people',
  tickets: 'tickets: text and note',
  answers: 'answers for an Idempotency-Key',
  events: 'events: the reason',
  calls: 'calls of webhooks: body and answer',
}
