import { indexOfControl } from '../mail/control.js'
import { type Read, read, unreadable } from '../mail/read.js'
import type { SignedPart } from './scheme.js'
import type { SignedLeaf, SignedLeaves } from './signed-parts.js'

/**
 * Character sets in which octets of ASCII stand for ASCII, by their names in lower case without punctuation. A list of what
 * is let in: those that hide it (UTF-7, UTF-16, ISO-2022, EBCDIC in a hundred national forms) have too many names.
 */
const KEEPS_ASCII =
  /^(?:x|cs)?(?:|unknown|unknown8bit|(?:us)?ascii|ansix341968|ansix341986|(?:unicode11)?utf8|(?:iso)?8859\d{1,2}[ei]?|(?:iso)?latin\d{1,2}|(?:windows|cp)(?:125\d|874|31j|936|949|950)|(?:cp|ibm)(?:437|775|85\d|86[0-6])|koi8(?:r|u|ru|t)?|mac(?:intosh|roman)|tis620|viscii|gb2312|gbk|gb18030|big5(?:hkscs)?|euc(?:jp|kr|tw|cn)|shiftjis|sjis|ksc5601(?:1987)?)$/

/** Null when the charset parameter of a text is one that we can ignore; it is not signed and decides nothing. */
export const charsetProblem = (charset: string | undefined): string | null =>
  charset === undefined || KEEPS_ASCII.test(charset.toLowerCase().replace(/[^a-z0-9]/g, ''))
    ? null
    : 'its character set is one that hides ASCII, or that nobody knows'

/** Controls of Latin-1, and what Unicode takes for ends of lines: programs see more lines in such a text than others do. */
const HIDDEN = /[\u0080-\u009f\u2028\u2029]/

/**
 * Signed octets as text, decoded once: UTF-8 where they are, else Latin-1. Lines end with LF. Refused with control
 * characters besides tabs and line ends.
 */
export const decodeSigned = (bytes: Buffer): Read<string> => {
  if (indexOfControl(bytes) !== -1) return unreadable('its signed text has a control character')
  const text = utf8(bytes) ?? bytes.toString('latin1')
  if (HIDDEN.test(text)) return unreadable('its signed text has a control character')
  return read(text.replaceAll('\r\n', '\n'))
}

/** All that was signed: each text, and all of them one after the other. */
export type SignedTexts = { text: string; parts: readonly [SignedPart, ...SignedPart[]] }

/** As `decodeSigned`, for each text of a signed content. */
export const decodeLeaves = ({ leaves: [first, ...rest] }: SignedLeaves): Read<SignedTexts> => {
  const begin = decodePart(first)
  if (!begin.ok) return begin
  const more: SignedPart[] = []
  for (const leaf of rest) {
    const part = decodePart(leaf)
    if (!part.ok) return part
    more.push(part.value)
  }
  const parts: SignedTexts['parts'] = [begin.value, ...more]
  return read({ text: parts.map(({ text }) => text).join('\n'), parts })
}

const decodePart = ({ type, bytes }: SignedLeaf): Read<SignedPart> => {
  const text = decodeSigned(bytes)
  return text.ok ? read(Object.freeze({ type, text: text.value })) : text
}

const utf8 = (bytes: Buffer): string | null => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}
