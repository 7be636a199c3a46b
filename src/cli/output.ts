import { printable } from '../core/action-log.js'

/** What commands print, apart from what they do. */

/** The exit codes of every command. */
export const EXIT = { done: 0, failed: 1, usage: 2, temporary: 75 } as const

/** Ends a command with a sentence on standard error. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exitCode: number

  constructor(message: string, exitCode: number = EXIT.failed) {
    super(message)
    this.exitCode = exitCode
  }
}

/** For people: whatever a stranger put into a value, the terminal obeys none of it. Line feeds stay. */
export const print = (text: string): void => printStyled(printable(text))

/** As it is, terminal escapes too: for text of our own alone. */
export const printStyled = (text: string): void => void process.stdout.write(`${text}\n`)

/** For programs: what a terminal would obey is written as JSON escapes, which mean the same. */
export const printJson = (value: unknown, indent: 0 | 2 = 2): void =>
  printStyled(
    JSON.stringify(value, null, indent).replace(
      /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  )

/** A value within a line: its own line feeds and tabs become visible signs, so that it cannot look like another line. */
export const oneLine = (text: string): string => printable(text).replace(/\n/g, '␊').replace(/\t/g, '␉')

/** Columns as wide as their widest cell. */
export const table = (values: readonly (readonly string[])[]): string => {
  const rows = values.map((row) => row.map(oneLine))
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** `2026-01-01T10:00:00.000Z` as people read it. */
export const shortTime = (at: string): string => at.replace('T', ' ').replace(/\.\d+Z$/, 'Z')
