import type { ImportReport } from '../core/import-plan.js'
import { readImport } from '../import-file/read-import.js'
import type { Deps } from './deps.js'
import { importDomains } from './import-domains.js'
import { importSettings } from './import-settings.js'

export type ImportFile = { file: string; text: string; dryRun: boolean; update: boolean; actor: string }

/**
 * Takes settings and prices, or domains, of an older installation from one of our own forms (docs/import.md). A dry run says
 * what would be done and writes nothing; what is refused is in the report.
 */
export const importFile = async (
  deps: Deps,
  { file, text, dryRun, update, actor }: ImportFile,
): Promise<ImportReport> => {
  const read = readImport(file, text)
  const { written, items } =
    read.kind === 'domains'
      ? await importDomains(deps, read, { dryRun, update, actor })
      : await importSettings(deps, read, { dryRun, actor })
  return { kind: read.kind, form: read.form, dryRun, written, items }
}
