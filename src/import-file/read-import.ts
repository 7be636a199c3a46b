import { DOMAIN_COLUMNS, type ImportedDomains, readDomains } from './read-domains.js'
import { readJson } from './read-json.js'
import { type ImportedSettings, readKeyValues } from './read-key-values.js'

export type ReadImport =
  | ({ kind: 'settings'; form: 'key=value' | 'JSON' } & ImportedSettings)
  | ({ kind: 'domains'; form: 'CSV' } & ImportedDomains)

/**
 * A file of an older installation in one of our own forms (docs/import.md). Its name decides which by `.csv` and `.json`,
 * else its contents.
 */
export const readImport = (file: string, text: string): ReadImport => {
  const form = formOf(file, text)
  if (form === 'CSV') return { kind: 'domains', form, ...readDomains(text) }
  return { kind: 'settings', form, ...(form === 'JSON' ? readJson(text) : readKeyValues(text)) }
}

const formOf = (file: string, text: string): ReadImport['form'] => {
  if (/\.csv$/i.test(file)) return 'CSV'
  if (/\.json$/i.test(file)) return 'JSON'
  const [first = ''] = text
    .replace(/^\ufeff/, '')
    .trimStart()
    .split(/[\r\n]/, 1)
  if (first.startsWith('{')) return 'JSON'
  const cells = first.split(/[,;]/).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
  return cells.length > 1 && cells.filter((cell) => DOMAIN_COLUMNS.includes(cell)).length > 1 ? 'CSV' : 'key=value'
}
