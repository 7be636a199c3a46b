import { linesOf, trimEnd } from '../../mail/lines.js'
import { type Read, read, unreadable } from '../../mail/read.js'
import { BEGIN_SIGNATURE, readSignatureArmor } from './armor.js'

const BEGIN = '-----BEGIN PGP SIGNED MESSAGE-----'

/** A clear-signed message (RFC 9580, 7) taken apart. */
export type ClearSigned = {
  /** The octets that the signature is over: dash-escapes undone, trailing blanks gone, CRLF between lines. */
  signed: Buffer
  /** One signature packet. */
  signature: Buffer
  /** The digests that its headers name; none where there is no header. */
  hashes: string[]
}

/** True where a line starts like any OpenPGP armor does: such a mail claims to be signed. */
export const hasArmor = (bytes: Buffer): boolean =>
  bytes.subarray(0, ANY_ARMOR.length).equals(ANY_ARMOR) || bytes.includes(`\n${ANY_ARMOR}`)

const ANY_ARMOR = Buffer.from('-----BEGIN PGP ')

/** A line as it came, and its text without trailing blanks. */
type Row = { bytes: Buffer; text: string; start: number }

/**
 * Takes a clear-signed message apart, on its octets. Strict where programs differ and differences were used for attacks:
 * one block, nothing but white space around it, no header but `Hash`, each line that starts with a dash escaped.
 */
export const readClearSigned = (bytes: Buffer): Read<ClearSigned> => {
  const rows = [...linesOf(bytes)].map(toRow)
  const first = rows.findIndex(({ text }) => text !== '')
  if (rows[first]?.text !== BEGIN) return unreadable('something stands before its signed message')
  if (rows.some(({ text }, at) => at !== first && text === BEGIN)) return unreadable('it has a second signed message')
  const blank = rows.findIndex(({ text }, at) => at > first && text === '')
  const hashes = readHashes(rows.slice(first + 1, blank === -1 ? rows.length : blank))
  if (!hashes.ok) return hashes
  const armor = rows.findIndex(({ text }, at) => at > blank && text === BEGIN_SIGNATURE)
  if (blank === -1 || armor === -1) return unreadable('its signed message has no signature')
  const signed = readText(rows.slice(blank + 1, armor))
  if (!signed.ok) return signed
  const signature = readSignatureArmor(bytes.subarray(rows[armor]?.start))
  if (!signature.ok) return signature
  return read({ signed: signed.value, signature: signature.value, hashes: hashes.value })
}

const toRow = ({ bytes, start }: { bytes: Buffer; start: number }): Row => ({
  bytes,
  text: trimEnd(bytes).toString('latin1'),
  start,
})

const readHashes = (rows: readonly Row[]): Read<string[]> => {
  const values = rows.map(({ text }) => /^Hash: ([A-Z0-9-]+(?:,[ ]?[A-Z0-9-]+)*)$/.exec(text)?.[1])
  const known = values.filter((value) => value !== undefined)
  if (known.length < values.length) return unreadable('its signed message has a header other than Hash')
  return read(known.flatMap((value) => value.split(/, ?/)))
}

const readText = (rows: readonly Row[]): Read<Buffer> => {
  if (rows.length === 0) return unreadable('its signed message has no text')
  const escaped = rows.map(({ bytes }) => bytes[0] === DASH)
  if (rows.some(({ bytes }, at) => escaped[at] && bytes[1] !== SPACE)) {
    return unreadable('its signed text has a line that starts with a dash and is not escaped')
  }
  const lines = rows.map(({ bytes }, at) => trimEnd(escaped[at] ? bytes.subarray(2) : bytes))
  return read(Buffer.concat(lines.flatMap((line, at) => (at === 0 ? [line] : [CRLF, line]))))
}

const DASH = 0x2d
const SPACE = 0x20
const CRLF = Buffer.from('\r\n')

/**
 * Frames a text and its armored signature as a clear-signed message with CRLF line ends. `text` is in the canonical form;
 * `hash` is left out for signatures of version 6 (RFC 9580, 7.1).
 */
export const writeClearSigned = (input: { text: Buffer; signature: Buffer; hash: string | null }): Buffer => {
  const lines = input.text.toString('latin1').split('\r\n')
  // A line that starts with `From ` is changed by mailboxes in mbox form; to escape it is allowed (RFC 9580, 7.2).
  const escaped = lines.map((line) => (/^(-|From )/.test(line) ? `- ${line}` : line))
  const head = [BEGIN, ...(input.hash === null ? [] : [`Hash: ${input.hash}`]), '']
  return Buffer.concat([Buffer.from([...head, ...escaped, ''].join('\r\n'), 'latin1'), input.signature])
}
