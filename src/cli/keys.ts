import type { Command } from 'commander'
import { addGenerate } from './keys-generate.js'
import { addImport } from './keys-import.js'
import { addReports } from './keys-report.js'

/** `keys generate|import|list|check`. */
export const keysCommands = (program: Command): void => {
  const keys = program.command('keys').description("our signing keys and registries' keys, in SEALPOST_KEYS")
  for (const add of [addGenerate, addImport, addReports]) add(keys)
}
