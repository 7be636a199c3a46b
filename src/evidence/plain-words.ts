import { printable } from '../core/action-log.js'

/** Text of a stranger within a line: it can neither end the line nor look like one of ours. */
export const oneLine = (text: string): string => printable(text).replace(/[\n\t]/g, ' ')

/** As people read it, in UTC. */
export const when = (at: Date): string =>
  at
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC')

/** Text in lines of so many characters at most, each with this before it; a longer word has a line of its own. */
export const wrapped = (text: string, width: number, indent = ''): string[] => {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(`${indent}${word}`)
  }
  return lines
}
