import { printable } from './action-log.js'

/** So many lines of a stranger's text are shown; who wants the rest finds it in the action log. */
const MOST_LINES = 40
const LONGEST_LINE = 500
const LONGEST_TITLE = 100

/** A stranger's text on one line, without anything that could end it or steer a terminal. */
export const onOneLine = (text: string, longest = LONGEST_LINE): string =>
  shorten(printable(text.replace(/\s+/g, ' ').trim()), longest)

/** The lines of a stranger's text, to be quoted one by one: none of them can pose as a line of ours. */
export const linesOf = (text: string | null): string[] => {
  if (text === null || text.trim() === '') return []
  const lines = text.split(LINE_ENDS).map((line) => onOneLine(line))
  return lines.length <= MOST_LINES
    ? lines
    : [...lines.slice(0, MOST_LINES), `(${lines.length - MOST_LINES} more lines)`]
}

/** A name, as it is shown in a subject and in lists: a dash where it has nothing to be seen, for a template prints no blank. */
export const titleOf = (name: string): string => onOneLine(name, LONGEST_TITLE) || '-'

const LINE_ENDS = /\r\n|[\n\r\v\f\p{Zl}\p{Zp}]/u

const shorten = (text: string, longest: number): string =>
  text.length <= longest ? text : `${text.slice(0, longest - 1).toWellFormed()}…`
