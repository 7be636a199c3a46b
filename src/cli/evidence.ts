import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { messageOf } from '../core/errors.js'
import { callRaw, withGateway } from './gateway.js'
import { CommandError, EXIT, print, printJson } from './output.js'
import { settingsOrExit } from './settings.js'

type EvidenceOptions = { domain?: string; order?: string; out?: string; json?: boolean }

/** `evidence`. */
export const evidenceCommands = (program: Command): void => {
  program
    .command('evidence')
    .description('put what proves a domain or an order into a zip: mails, keys, log, and how to verify them offline')
    .option('--domain <name>', 'everything about this domain')
    .option('--order <id>', 'everything about this order')
    .option(
      '--out <file>',
      'the file to make, which must not exist; else one in this folder, named for what it is about',
    )
    .option('--json', 'print where it is, and its digest, as JSON')
    .action(async ({ domain, order, out, json }: EvidenceOptions) => {
      if ((domain === undefined) === (order === undefined))
        throw new CommandError('give either --domain NAME or --order ID', EXIT.usage)
      const path =
        domain === undefined
          ? `/v1/orders/${encodeURIComponent(order ?? '')}/evidence`
          : `/v1/domains/${encodeURIComponent(domain)}/evidence`
      const zip = await withGateway(settingsOrExit(), (gateway) => callRaw(gateway, 'GET', path))
      const file = out ?? `evidence-${(domain ?? order ?? '').replaceAll(/[^\p{L}\p{N}.-]/gu, '_')}.zip`
      await keep(file, zip)
      const sha256 = createHash('sha256').update(zip).digest('hex')
      if (json === true) return printJson({ file, octets: zip.length, sha256 })
      print(`${file}: ${zip.length} octets, SHA-256 ${sha256}`)
      print('INDEX.txt in it tells what happened, VERIFY.txt how to prove it')
    })
}

/** For its owner alone: other people's mails are in it. */
const keep = (file: string, zip: Buffer): Promise<void> =>
  writeFile(file, zip, { flag: 'wx', mode: 0o600 }).catch((error: unknown) => {
    throw new CommandError(`cannot write ${file}: ${messageOf(error)}; name another file with --out`)
  })
