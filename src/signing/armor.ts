import { linesOf, trimEnd } from '../mail/lines.js'
import { type Read, unreadable } from '../mail/read.js'
import { decodeBase64 } from '../mail/transfer-encoding.js'

export const BEGIN_SIGNATURE = '-----BEGIN PGP SIGNATURE-----'
const END_SIGNATURE = '-----END PGP SIGNATURE-----'

/** Registries' signatures have some hundred octets; thousands of copies of one would keep us busy. */
const MAX_ARMOR = 8 * 1024

/**
 * The one signature packet in an armored signature (RFC 9580, 6.2) that stands alone in these octets, white space apart.
 * Its headers and its checksum are not signed and say nothing to us.
 */
export const readSignatureArmor = (bytes: Buffer): Read<Buffer> => {
  if (bytes.length > MAX_ARMOR) return unreadable(`its signature has more than ${MAX_ARMOR} octets`)
  const lines = [...linesOf(bytes)].map((line) => trimEnd(line.bytes).toString('latin1'))
  const first = lines.findIndex((line) => line !== '')
  const last = lines.findLastIndex((line) => line !== '')
  if (lines[first] !== BEGIN_SIGNATURE) return unreadable('its signature part does not start with a signature')
  if (lines[last] !== END_SIGNATURE) return unreadable('its signature does not end, or something follows it')
  const inner = lines.slice(first + 1, last)
  const blank = inner.indexOf('')
  if (blank === -1) return unreadable('its signature has no empty line after its headers')
  if (!inner.slice(0, blank).every((line) => /^[A-Za-z-]+: [ -~]*$/.test(line))) {
    return unreadable('its signature has a malformed header')
  }
  return readPacket(inner.slice(blank + 1))
}

const readPacket = (lines: readonly string[]): Read<Buffer> => {
  const hasChecksum = /^=[A-Za-z0-9+/]{4}$/.test(lines.at(-1) ?? '')
  const data = decodeBase64(Buffer.from(lines.slice(0, hasChecksum ? -1 : undefined).join('')))
  if (!data.ok) return unreadable('its signature is not well-formed base64')
  return isOneSignature(data.value) ? data : unreadable('its signature is not exactly one signature packet')
}

const TAG_SIGNATURE = 2

/**
 * True for one signature packet with a definite length that fills the octets (RFC 9580, 4.2). Read here because the
 * library skips some packets in silence.
 */
const isOneSignature = (data: Buffer): boolean => {
  const first = data[0] ?? 0
  const isNew = (first & 0xc0) === 0xc0
  const tag = isNew ? first & 0x3f : (first & 0x3c) >> 2
  const size = isNew ? newLength(data) : oldLength(data, first & 3)
  return (first & 0x80) !== 0 && tag === TAG_SIGNATURE && size === data.length
}

/** Header and body together; null where the length is partial or cut off. */
const newLength = (data: Buffer): number | null => {
  const [, one = 255, two = 0] = data
  if (one < 192) return 2 + one
  if (one < 224) return 3 + ((one - 192) << 8) + two + 192
  return one === 255 && data.length >= 6 ? 6 + data.readUInt32BE(2) : null
}

const oldLength = (data: Buffer, kind: number): number | null => {
  const width = [1, 2, 4][kind]
  if (width === undefined || data.length < 1 + width) return null
  return 1 + width + data.readUIntBE(1, width)
}
