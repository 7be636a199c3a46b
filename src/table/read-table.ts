import { CsvError, type Info, parse } from 'csv-parse/sync'
import { type Checked, ok, type Problem, wrong } from '../core/errors.js'

/** A line of a table and the number that it has in its file, from 1. */
export type Row = { line: number; cells: string[] }
export type Table = { columns: string[]; rows: Row[] }

/**
 * A table that a person wrote: CSV (RFC 4180) in UTF-8, divided by commas or semicolons, with the names of its columns in
 * the first line. Problems point to the line. An empty table has no columns.
 */
export const readTable = (text: string): Checked<Table> => {
  const [head = ''] = text.split('\n', 1)
  const delimiter = head.includes(';') && !head.includes(',') ? ';' : ','
  try {
    const lines: Row[] = []
    const keep = (cells: string[], { lines: line }: Info) => void lines.push({ line, cells })
    parse(text, { bom: true, delimiter, trim: true, skipEmptyLines: true, relaxColumnCount: true, onRecord: keep })
    const [columns, ...rows] = lines
    return ok({ columns: columns?.cells ?? [], rows })
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    return wrong({ pointer: `line ${error['lines'] ?? '?'}`, detail: `is no CSV: ${error.message}` })
  }
}

/** What is wrong with the first line: columns that are not known, or there twice. */
export const columnProblems = (columns: readonly string[], known: readonly string[]): Problem[] => {
  const at = (name: string, detail: string) => ({ pointer: `line 1, column ${JSON.stringify(name)}`, detail })
  const unknown = columns.filter((name) => !known.includes(name))
  const twice = columns.filter((name, index) => columns.indexOf(name) < index)
  return [
    ...unknown.map((name) => at(name, `is not known; there are: ${known.join(', ')}`)),
    ...twice.map((name) => at(name, 'is there twice; leave one out')),
  ]
}

/** What is wrong with a line: more cells than the table has columns. */
export const rowProblems = ({ line, cells }: Row, columns: readonly string[]): Problem[] =>
  cells.length <= columns.length
    ? []
    : [
        {
          pointer: `line ${line}`,
          detail: `has ${cells.length} cells for ${columns.length} columns; quote a cell with a comma`,
        },
      ]
