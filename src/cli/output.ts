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

export const print = (text: string): void => void process.stdout.write(`${text}\n`)

export const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2))

/** Columns as wide as their widest cell; terminal escapes in values were made harmless when they were stored. */
export const table = (rows: readonly (readonly string[])[]): string => {
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
