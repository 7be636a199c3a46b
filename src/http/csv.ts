/** A table as a file for spreadsheets (RFC 4180): one line, with its line end. */
export const csvLine = (cells: readonly (string | null)[]): string => `${cells.map(cell).join(',')}\r\n`

/**
 * A spreadsheet takes a cell that begins so for a formula, whoever wrote the text (OWASP, CSV Injection): an apostrophe
 * before it makes it text.
 */
const FORMULA = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/u

const cell = (value: string | null): string => {
  if (value === null) return ''
  const text = FORMULA.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Spreadsheets take a file without this mark for one of their own old encodings. */
export const CSV_MARK = '\ufeff'
