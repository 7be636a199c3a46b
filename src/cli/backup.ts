import * as path from 'node:path'
import type { Command } from 'commander'
import type { Backup } from '../ports.js'
import { callJson, hasDatabase, withGateway } from './gateway.js'
import { CommandError, print, printJson } from './output.js'
import { settingsOrExit } from './settings.js'

/** `backup`. */
export const backupCommands = (program: Command): void => {
  program
    .command('backup')
    .description('copy the embedded database, also while serve runs')
    .argument('[folder]', 'the folder to make, with the copy; else one in SEALPOST_DATA/backups, named for the time')
    .option('--json', 'print where it is, and the head of its log, as JSON')
    .action(async (folder: string | undefined, { json }: { json?: boolean }) => {
      const settings = settingsOrExit()
      if (settings.databaseUrl === null && !hasDatabase(settings))
        throw new CommandError(`there is no database in ${settings.dataDir}: set SEALPOST_DATA to the gateway's folder`)
      const body = { folder: folder === undefined ? null : path.resolve(folder) }
      const answer = await withGateway(settings, (gateway) => callJson(gateway, 'POST', '/local/backup', body))
      const made = answer as Backup
      if (json === true) return printJson(made)
      print(`copied to ${made.folder} (${Math.ceil(made.octets / 1024 / 1024)} MiB)`)
      print(`the log in it ends with entry ${made.head?.id ?? '0'}, head ${made.head?.hash ?? 'none'}`)
    })
}
