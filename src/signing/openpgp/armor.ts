import { linesOf, trimEnd } from '../../mail/lines.js'
import { type Read, unreadable } from '../../mail/read.js'
import { decodeBase64 } from '../../mail/transfer-encoding.js'
import { signatureBody } from './packet.js'

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
  if (!inner.slice(0, blank).every((line) => /^[A-Za-z-]+:( [ -~\x80-\xff]*)?$/.test(line))) {
    return unreadable('its signature has a malformed header')
  }
  return readPacket(inner.slice(blank + 1))
}

const readPacket = (lines: readonly string[]): Read<Buffer> => {
  const hasChecksum = /^=[A-Za-z0-9+/]{4}$/.test(lines.at(-1) ?? '')
  const data = decodeBase64(Buffer.from(lines.slice(0, hasChecksum ? -1 : undefined).join('')))
  if (!data.ok) return unreadable('its signature is not well-formed base64')
  // Read here because the library skips some packets in silence.
  return signatureBody(data.value) === null ? unreadable('its signature is not exactly one signature packet') : data
}
