import { Refusal } from '../core/errors.js'
import { isMailAddress } from '../core/mail-address.js'
import { hasControl } from './control.js'

/** The longest line of what we send, without its CRLF: room to spare under every limit that relays have (RFC 5322, 2.1.1). */
export const MAX_LINE = 76

/**
 * An address in a header field or an envelope: one addr-spec of ASCII, so that it can never become a list, a group or a
 * second field. Throws a `Refusal` that names the field.
 */
export const checkAddress = (field: string, address: string): string => {
  if (hasControl(address)) throw refused(field, 'has a control character; remove it')
  if (!isMailAddress(address)) throw refused(field, 'is not a single address of the form local@domain in ASCII')
  if (address.length >= MAX_LINE) throw refused(field, `is longer than the ${MAX_LINE - 1} octets that fit on one line`)
  return address
}

/** A Message-ID with its angle brackets (RFC 5322, 3.6.4). Throws a `Refusal`. */
export const checkMessageId = (messageId: string): string => {
  if (!MESSAGE_ID.test(messageId)) throw refused('messageId', 'is not of the form <left@right> in printable ASCII')
  if (messageId.length >= MAX_LINE) throw refused('messageId', `is longer than ${MAX_LINE - 1} octets`)
  return messageId
}

const MESSAGE_ID = /^<[!-;=?A-~]+@[!-;=?A-~]+>$/

export const refused = (field: string, detail: string): Refusal =>
  new Refusal('invalid', `The mail cannot be composed: ${field} ${detail}.`, {
    problems: [{ pointer: `/${field}`, detail }],
  })

/** A header field on one line, or folded after its name where it would be too long. */
export const field = (name: string, value: string): string =>
  name.length + 2 + value.length <= MAX_LINE ? `${name}: ${value}` : `${name}:\r\n ${value}`

/**
 * The Subject field: folded at blanks (RFC 5322, 2.2.3), or as encoded words (RFC 2047, 2) where it has more than printable
 * ASCII or could not be folded. Throws a `Refusal` for control characters and broken Unicode.
 */
export const subjectField = (subject: string): string => {
  if (hasControl(subject)) throw refused('subject', 'has a control character; remove it')
  if (!subject.isWellFormed()) throw refused('subject', 'has half of a character (a lone surrogate); write it whole')
  const words = subject.split(' ')
  const plain = /^[ -~]*$/.test(subject) && !subject.includes('=?') && words.every((word) => word.length < MAX_LINE - 1)
  // A blank more than one between words could leave a folded line with nothing but white space.
  if (subject === '' || (plain && !words.includes(''))) return fold('Subject:', words)
  return fold('Subject:', encodedWords(subject))
}

const fold = (name: string, words: readonly string[]): string => {
  const rows: string[] = []
  let row = name
  for (const word of words) {
    if (row.length + 1 + word.length <= MAX_LINE) row += ` ${word}`
    else {
      rows.push(row)
      row = ` ${word}`
    }
  }
  return [...rows, row].join('\r\n')
}

/** 45 octets are 60 characters of base64: with the frame of 12 an encoded word stays below its limit of 75. */
const WORD_OCTETS = 45

const encodedWords = (text: string): string[] => {
  const chunks: string[] = ['']
  for (const character of text) {
    const grown = (chunks.at(-1) ?? '') + character
    if (Buffer.byteLength(grown) > WORD_OCTETS) chunks.push(character)
    else chunks[chunks.length - 1] = grown
  }
  return chunks.map((chunk) => `=?utf-8?B?${Buffer.from(chunk).toString('base64')}?=`)
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** A time as the Date field has it (RFC 5322, 3.3), in UTC. */
export const mailDate = (date: Date): string => {
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${DAYS[date.getUTCDay()]}, ${two(date.getUTCDate())} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`
  return `${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`
}
