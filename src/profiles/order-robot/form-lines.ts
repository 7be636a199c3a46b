import { type Checked, ok, type Problem, wrong } from '../../core/errors.js'
import type { Pair } from '../key-value.js'

export const FORM = '#HS.DOMAIN.TEMPLATE'
const END = '#'
const MOST_LINES = 200
const LONGEST_LINE = 1_000

/** What stands between the markers, and what is outside of them, which robots ignore. */
export type Form = { pairs: Pair[]; outside: string }

/**
 * Reads the one form of a text: between a line that is `start` and one that is `#`, a `FIELD="value"` a line, with or without a
 * `;` and a comment behind it. Each field is there once. Problems have no pointer.
 */
export const readForm = (text: string, start: string): Checked<Form> => {
  const lines = text.replaceAll('\r\n', '\n').split('\n')
  const problem = (detail: string): Problem => ({ pointer: '', detail })
  const begin = lines.indexOf(start)
  const end = lines.indexOf(END, begin + 1)
  if (begin < 0 || end < 0) return wrong(problem(`There is no line ${start}, or no line # after it.`))
  if (lines.indexOf(start, begin + 1) >= 0) return wrong(problem(`There is more than one line ${start}.`))
  const body = lines.slice(begin + 1, end)
  if (body.length > MOST_LINES || body.some((line) => line.length > LONGEST_LINE))
    return wrong(problem('The form is too long.'))
  const pairs: Pair[] = []
  const problems: Problem[] = []
  for (const [index, line] of body.entries()) {
    const [, field, value] = LINE.exec(line) ?? []
    if (field === undefined || value === undefined)
      problems.push(problem(`Line ${index + 1} of the form is not FIELD="value".`))
    else if (pairs.some(([other]) => other === field)) problems.push(problem(`The field ${field} is there twice.`))
    else pairs.push([field, value])
  }
  return problems.length > 0 ? wrong(...problems) : ok({ pairs, outside: outsideOf(lines, begin, end) })
}

const outsideOf = (lines: readonly string[], begin: number, end: number): string =>
  [...lines.slice(0, begin), ...lines.slice(end + 1)].join('\n')

const LINE = /^([A-Z][A-Z0-9_]{0,40})="([\x20\x21\x23-\x7e]*)"[ \t]*(?:;[\x20-\x7e]*)?$/

/** Whether a value can stand between the quotes. */
export const isWritable = (value: string): boolean => /^[\x20\x21\x23-\x7e]*$/.test(value)
