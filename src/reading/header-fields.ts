import { linesOf } from '../mail/lines.js'

/** The mail without some of its header fields, their continuation lines included; every other octet as it was. */
export const withoutFields = (raw: Buffer, isUnwanted: (name: string) => boolean): Buffer => {
  const kept: Buffer[] = []
  let unwanted = false
  for (const { bytes: line, start, next } of linesOf(raw)) {
    if (line.length === 0) return Buffer.concat([...kept, raw.subarray(start)])
    const isContinuation = line[0] === SPACE || line[0] === TAB
    if (!isContinuation) unwanted = isUnwanted(nameOf(line))
    if (!unwanted) kept.push(raw.subarray(start, next))
  }
  return Buffer.concat(kept)
}

/** Lines before the body; of a field that is folded each counts. */
export const countHeaderLines = (raw: Buffer): number => {
  let count = 0
  for (const { bytes: line } of linesOf(raw)) {
    if (line.length === 0) break
    count++
  }
  return count
}

const [SPACE, TAB] = [0x20, 0x09]

const nameOf = (line: Buffer): string => {
  const colon = line.indexOf(':')
  return (colon === -1 ? '' : line.toString('latin1', 0, colon)).trim().toLowerCase()
}
