import { readFile } from 'node:fs/promises'
import * as path from 'node:path'
import type { Command } from 'commander'
import type { ImportReport, ImportResult } from '../core/import-plan.js'
import { callJson, withGateway } from './gateway.js'
import { CommandError, EXIT, print, printJson, table } from './output.js'
import { settingsOrExit } from './settings.js'

type Options = { file: string; dryRun?: boolean; update?: boolean; json?: boolean }

/** `import`. */
export const importCommands = (program: Command): void => {
  program
    .command('import')
    .description('take settings and prices, or domains, of an older installation; all of a file, or nothing of it')
    .requiredOption('--file <file>', 'settings as key=value or JSON, or domains as CSV: docs/import.md has the forms')
    .option('--dry-run', 'say what would be done, and write nothing')
    .option('--update', 'change what the file says otherwise of domains that are here; else they stay as they are')
    .option('--json', 'print the report as JSON')
    .action(async ({ file, dryRun = false, update = false, json }: Options) => {
      const octets = await readFile(file).catch((error: Error) => {
        throw new CommandError(`${file} cannot be read: ${error.message}`)
      })
      const query = { file: path.basename(file), dryRun: String(dryRun), update: String(update) }
      const target = `/local/import?${new URLSearchParams(query)}`
      const answer = await withGateway(settingsOrExit(), (gateway) => callJson(gateway, 'POST', target, octets))
      const report = answer as ImportReport
      if (json === true) printJson(report)
      else printReport(report)
      if (countOf(report, 'refused') > 0) process.exitCode = EXIT.failed
    })
}

const RESULTS: readonly ImportResult[] = ['added', 'changed', 'unchanged', 'left', 'refused']

const countOf = ({ items }: ImportReport, result: ImportResult): number =>
  items.filter((item) => item.result === result).length

const printReport = (report: ImportReport): void => {
  print(`${report.kind} (${report.form})`)
  const rows = report.items.map(({ result, line, subject, detail }) => [
    ...[result, line === null ? '' : String(line), subject, detail ?? ''],
  ])
  if (rows.length > 0) print(table([['RESULT', 'LINE', 'WHAT', 'DETAIL'], ...rows]))
  const counts = RESULTS.map((result) => [countOf(report, result), result] as const).filter(([count]) => count > 0)
  print(counts.map(([count, result]) => `${count} ${result}`).join(', ') || 'The file says nothing.')
  const refused = countOf(report, 'refused') > 0
  if (refused) print('Nothing was written: mend what is refused, and import the file again.')
  else if (report.dryRun) print('Nothing was written: this was a dry run.')
}
