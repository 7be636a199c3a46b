import { indexOfControl } from '../mail/control.js'
import { type Read, read, unreadable } from '../mail/read.js'

/** Character sets in which octets of ASCII do not stand for ASCII: a program that honours them reads another text. */
const SHIFTING = /^(?:cs|x-)?(?:unicode-1-1-)?(?:utf-?7|utf-?16|utf-?32|ucs-?[24]|iso-?2022|iso-?10646|hz)/i

/** Null when the charset parameter of a text is one that we can ignore; it is not signed and decides nothing. */
export const charsetProblem = (charset: string | undefined): string | null =>
  charset !== undefined && SHIFTING.test(charset.trim()) ? 'its character set is one that hides ASCII' : null

/**
 * Signed octets as text, decoded once: UTF-8 where they are, else Latin-1. Lines end with LF. Refused with control
 * characters besides tabs and line ends.
 */
export const decodeSigned = (bytes: Buffer): Read<string> => {
  if (indexOfControl(bytes) !== -1) return unreadable('its signed text has a control character')
  const text = utf8(bytes) ?? bytes.toString('latin1')
  if (/[\u0080-\u009f]/.test(text)) return unreadable('its signed text has a control character')
  return read(text.replaceAll('\r\n', '\n'))
}

const utf8 = (bytes: Buffer): string | null => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}
