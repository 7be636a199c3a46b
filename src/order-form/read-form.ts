import { type Checked, ok, type Problem, wrong } from '../core/errors.js'
import { END_MARK, FORM_FIELDS, type FormField, START_MARK, tailOf } from './fields.js'

/** Octets; no form that a person filled in comes near it. */
export const LONGEST_FORM = 65_536

/** A value, and the line of the file (from 1) that it stands on. */
export type FormValue = { value: string; line: number }
export type FormValues = ReadonlyMap<string, FormValue>

/** Controls, halves of surrogate pairs, and what some programs take for line breaks. */
const UNSEEN = /[\p{Cc}\p{Cs}\u2028\u2029]/u
const LINE = /^([A-Z][A-Z0-9_]*)="([^"]*)"(.*)$/

const BY_NAME = new Map(FORM_FIELDS.map((field, index) => [field.name, { field, index }]))

/**
 * The values of a form, or everything that is wrong with it; the pointer of a problem is `line N`, from 1. What stands
 * outside of the marks is never read, so it may be of any encoding. Between them stand the lines of the blank form, all of
 * them and in its order: a value without quotes inside, and behind it what the blank form has there, or nothing. Lines end
 * with LF or CRLF.
 */
export const readForm = (octets: Buffer): Checked<FormValues> => {
  if (octets.length > LONGEST_FORM)
    return wrong({ pointer: '', detail: `The form is longer than ${LONGEST_FORM} octets; copy the blank form again.` })
  const lines = linesOf(octets)
  const start = lines.findIndex((line) => line.trimEnd() === START_MARK)
  if (start === -1)
    return wrong({ pointer: '', detail: `No line is ${START_MARK}; copy the blank form again and leave its marks.` })
  const length = lines.slice(start + 1).findIndex((line) => line.trimEnd() === END_MARK)
  if (length === -1)
    return wrong({
      pointer: `line ${start + 1}`,
      detail: `No line behind it is "${END_MARK}", which ends the form; write one, or wait until the file is whole.`,
    })
  return readLines(lines.slice(start + 1, start + 1 + length), start + 2)
}

/** Octets as Latin-1, so that every line keeps what it has; those that count are read as UTF-8 later. */
const linesOf = (octets: Buffer): string[] => {
  const hasMark = octets.subarray(0, 3).equals(BYTE_ORDER_MARK)
  return octets
    .subarray(hasMark ? 3 : 0)
    .toString('latin1')
    .split('\n')
    .map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
}

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

const readLines = (lines: readonly string[], first: number): Checked<FormValues> => {
  const problems: Problem[] = []
  const values = new Map<string, FormValue>()
  let reached = -1
  for (const [index, octets] of lines.entries()) {
    const line = first + index
    const note = (detail: string) => problems.push({ pointer: `line ${line}`, detail })
    const text = utf8Of(octets)
    const match = text === null ? null : LINE.exec(text)
    const [, name = '', value = '', tail = ''] = match ?? []
    const known = BY_NAME.get(name)
    if (text === null) note('It has octets that are no UTF-8; save the file as UTF-8.')
    else if (match === null) note(shapeProblem(text))
    else if (known === undefined) note(`There is no field ${name.slice(0, 40)}; names are those of the blank form.`)
    else if (values.has(name))
      note(`${name} was given before, on line ${values.get(name)?.line}; each field has one line.`)
    else {
      if (known.index < reached) note(`${name} has left its place; lines stay in the order of the blank form.`)
      reached = Math.max(reached, known.index)
      for (const detail of valueProblems(known.field, value, tail)) note(detail)
      values.set(name, { value: value.trim(), line })
    }
  }
  // A line that could not be read may be the one that seems to be missing.
  const missing = problems.length > 0 ? [] : FORM_FIELDS.filter(({ name }) => !values.has(name))
  problems.push(
    ...missing.map(({ name }) => ({
      pointer: `line ${first + lines.length}`,
      detail: `The line of ${name} is missing before it; leave every line and write between the quotes only.`,
    })),
  )
  return problems.length > 0 ? wrong(...problems) : ok(values)
}

const utf8Of = (latin1: string): string | null => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(latin1, 'latin1'))
  } catch {
    return null
  }
}

const shapeProblem = (text: string): string => {
  if (text.trim() === '') return 'It is empty, and the blank form has no empty line here; take it out.'
  if (text.startsWith(START_MARK))
    return `The form begins a second time; a file has one form, from ${START_MARK} to "#".`
  return 'It is none of the form NAME="value", with straight quotes and nothing before or between; only the text between the quotes may change.'
}

const valueProblems = (field: FormField, value: string, tail: string): string[] => {
  const { name, longest } = field
  const [wanted, given] = [tailOf(field).trim(), tail.trim()]
  return [
    ...(given === '' || given === wanted
      ? []
      : given.includes('"')
        ? [`The value of ${name} has a quote in it, or something stands behind the second one; write neither.`]
        : [
            wanted === ''
              ? `Something stands behind the value of ${name}; take it out.`
              : `What stands behind the value of ${name} has changed; leave "${wanted}" whole, or delete all of it.`,
          ]),
    ...(value.length > longest ? [`${name} is longer than ${longest} characters; shorten it.`] : []),
    ...(UNSEEN.test(value) ? [`${name} has characters that cannot be seen; type it anew.`] : []),
  ]
}
