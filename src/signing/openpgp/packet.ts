const TAG_SIGNATURE = 2

/** The body of the one packet that fills these octets, where that is a signature (RFC 9580, 4.2); null otherwise. */
export const signatureBody = (data: Buffer): Buffer | null => {
  const first = data[0] ?? 0
  const isNew = (first & 0xc0) === 0xc0
  const tag = isNew ? first & 0x3f : (first & 0x3c) >> 2
  const [head, size] = (isNew ? newLength(data) : oldLength(data, first & 3)) ?? [0, -1]
  return (first & 0x80) !== 0 && tag === TAG_SIGNATURE && head + size === data.length ? data.subarray(head) : null
}

/** Octets of the header and of the body; null where the length is partial, indeterminate or cut off. */
type Lengths = [head: number, body: number] | null

const newLength = (data: Buffer): Lengths => {
  const [, one = 255, two = 0] = data
  if (one < 192) return [2, one]
  if (one < 224) return [3, ((one - 192) << 8) + two + 192]
  return one === 255 && data.length >= 6 ? [6, data.readUInt32BE(2)] : null
}

const oldLength = (data: Buffer, kind: number): Lengths => {
  const width = [1, 2, 4][kind]
  return width === undefined || data.length < 1 + width ? null : [1 + width, data.readUIntBE(1, width)]
}

const BINARY = 0
const TEXT = 1

/**
 * What is wrong with the form of a signature packet, in a sentence; null where nothing is (RFC 9580, 5.2). Read here because
 * the library takes the last of several statements about the same thing, signed or not, and runs over the ends of areas.
 */
export const signatureProblem = (packet: Buffer): string | null => {
  const body = signatureBody(packet)
  const [version, type] = body ?? []
  if (body === null || version === undefined) return 'the signature is malformed'
  if (version !== 4 && version !== 6) return `the signature is of version ${version}; only versions 4 and 6 are read`
  if (type !== BINARY && type !== TEXT) return 'the signature is not one over a document'
  const hashed = readArea(body, HASHED_AT, version)
  const unhashed = hashed === null ? null : readArea(body, hashed.end, version)
  if (hashed === null || unhashed === null) return 'the signature is malformed'
  return (
    timesProblem(hashed.subpackets) ??
    unsignedProblem(unhashed.subpackets) ??
    issuerProblem([...hashed.subpackets, ...unhashed.subpackets], version)
  )
}

/** After version, type, key algorithm and digest, one octet each. */
const HASHED_AT = 4

type Subpacket = { type: number; critical: boolean; body: Buffer }

/** One of the two areas of subpackets: the first is signed, the second is not (RFC 9580, 5.2.3.7). */
const readArea = (body: Buffer, start: number, version: 4 | 6): { subpackets: Subpacket[]; end: number } | null => {
  const width = version === 6 ? 4 : 2
  if (body.length < start + width) return null
  const end = start + width + body.readUIntBE(start, width)
  if (body.length < end) return null
  const subpackets: Subpacket[] = []
  let at = start + width
  while (at < end) {
    const rest = body.subarray(at, end)
    const [head, size] = subpacketLength(rest) ?? [0, 0]
    const first = rest[head]
    if (size === 0 || first === undefined || head + size > rest.length) return null
    subpackets.push({
      type: first & 0x7f,
      critical: (first & 0x80) !== 0,
      body: rest.subarray(head + 1, head + size),
    })
    at += head + size
  }
  return { subpackets, end }
}

const subpacketLength = (data: Buffer): Lengths => {
  const [one = 0, two] = data
  if (one < 192) return [1, one]
  if (one < 255) return two === undefined ? null : [2, ((one - 192) << 8) + two + 192]
  return data.length < 5 ? null : [5, data.readUInt32BE(1)]
}

const CREATED = 2
const EXPIRES = 3
const ISSUER = 16
const ISSUER_FINGERPRINT = 33

const timesProblem = (hashed: readonly Subpacket[]): string | null => {
  const [created, expires] = [CREATED, EXPIRES].map((wanted) => hashed.filter(({ type }) => type === wanted))
  if (created?.length !== 1 || created[0]?.body.length !== 4) return 'the signature does not say once when it was made'
  if (expires !== undefined && (expires.length > 1 || expires.some(({ body }) => body.length !== 4)))
    return 'the signature does not say once when it expires'
  return null
}

/** Who carries a signature can add to what is not signed. What must be understood there was not put there by the signer. */
const unsignedProblem = (unhashed: readonly Subpacket[]): string | null => {
  const odd = unhashed.find(({ type, critical }) => critical && type !== ISSUER && type !== ISSUER_FINGERPRINT)
  return odd === undefined ? null : `the signature has a critical part (subpacket ${odd.type}) that is not signed`
}

/** Key ids and fingerprints of the signer may stand in both areas; all of them name one key (RFC 9580, 5.2.3.35). */
const issuerProblem = (subpackets: readonly Subpacket[], version: 4 | 6): string | null => {
  const fingerprints = subpackets.filter(({ type }) => type === ISSUER_FINGERPRINT).map(({ body }) => body)
  const length = version === 6 ? 32 : 20
  if (fingerprints.some((body) => body[0] !== version || body.length !== 1 + length))
    return 'the signature names a key of another version than its own'
  const ids = subpackets.filter(({ type }) => type === ISSUER).map(({ body }) => body)
  const named = [...ids, ...fingerprints.map((body) => (version === 6 ? body.subarray(1, 9) : body.subarray(-8)))]
  if (named.length === 0) return 'the signature names no key'
  if (distinct(named) > 1 || distinct(fingerprints) > 1) return 'the signature names several keys as its own'
  return null
}

const distinct = (values: readonly Buffer[]): number => new Set(values.map((value) => value.toString('hex'))).size
