import { createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type PrivateKey, readPrivateKey, SecretKeyPacket } from 'openpgp'
import { z } from 'zod'
import { FIXTURES, SIGNED_AT } from './fixtures.js'

/** A subpacket (RFC 9580, 5.2.3.7). */
export const subpacket = (type: number, body: Buffer, { critical = false } = {}): Buffer => {
  const size = body.length + 1
  const head = size < 192 ? [size] : [255, size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255]
  return Buffer.concat([Buffer.from([...head, type | (critical ? 0x80 : 0)]), body])
}

export const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

const uint16 = (value: number): Buffer => Buffer.from([value >>> 8, value & 255])

/** A private RSA key that can sign anything, and what OpenPGP calls it. */
export type Signer = { key: KeyObject; fingerprint: Buffer }

const octets = z.instanceof(Uint8Array)
const RSA = z.object({ n: octets, e: octets, d: octets, p: octets, q: octets, u: octets })

/** The unprotected RSA keys in a file of test keys: the primary key first, then its subkeys. */
export const signersOf = async (file: string): Promise<Signer[]> =>
  signersIn(await readPrivateKey({ armoredKey: readFileSync(join(FIXTURES, file), 'latin1') }))

export const signersIn = (key: PrivateKey): Signer[] =>
  key.getKeys().map(({ keyPacket }) => {
    if (!(keyPacket instanceof SecretKeyPacket)) throw new Error('a key is not private')
    const numbers = RSA.parse({ ...keyPacket.publicParams, ...keyPacket.privateParams })
    return { key: rsaKey(numbers), fingerprint: Buffer.from(keyPacket.getFingerprint(), 'hex') }
  })

/** The primes change places: `u` is the inverse of p (RFC 9580, 5.5.5.1), and `qi` that of q (RFC 7518, 6.3.2). */
const rsaKey = ({ n, e, d, p, q, u }: z.infer<typeof RSA>): KeyObject => {
  const rest = (prime: Uint8Array): Buffer => {
    const value = numberOf(d) % (numberOf(prime) - 1n)
    return Buffer.from(value.toString(16).padStart(prime.length * 2, '0'), 'hex')
  }
  const all = { n, e, d, p: q, q: p, dp: rest(q), dq: rest(p), qi: u }
  const encoded = Object.entries(all).map(([name, value]) => [name, Buffer.from(value).toString('base64url')])
  return createPrivateKey({ format: 'jwk', key: { kty: 'RSA', ...Object.fromEntries(encoded) } })
}

const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`)

export type Crafted = {
  signed: Buffer
  by: Signer
  version?: number
  type?: number
  /** Of the two areas; null leaves the usual: when it was made and by whom, and nothing. */
  hashed?: Buffer[] | null
  unhashed?: Buffer[]
  salt?: Buffer
  /** Octets after the signature's number, inside the packet. */
  trailing?: Buffer
}

export const CREATED = 2
export const EXPIRES = 3
export const ISSUER = 16
export const FINGERPRINT = 33

/** What every signature states: when it was made, and by which key. */
export const usual = (by: Signer, { at = SIGNED_AT, version = 4 } = {}): Buffer[] => [
  subpacket(CREATED, uint32(at.getTime() / 1000)),
  subpacket(FINGERPRINT, Buffer.concat([Buffer.from([version]), by.fingerprint])),
]

const RSA_SIGN = 1
const SHA256 = 8

/** One signature packet made by hand with RSA and SHA-256, true in every number (RFC 9580, 5.2.3 and 5.2.4). */
export const craft = ({
  signed,
  by,
  version = 4,
  type = 1,
  hashed,
  unhashed = [],
  salt,
  trailing,
}: Crafted): Buffer => {
  const size = version === 6 ? uint32 : uint16
  const area = (subpackets: Buffer[]): Buffer => {
    const body = Buffer.concat(subpackets)
    return Buffer.concat([size(body.length), body])
  }
  const head = Buffer.concat([Buffer.from([version, type, RSA_SIGN, SHA256]), area(hashed ?? usual(by))])
  const salted = salt ?? Buffer.alloc(0)
  const trailer = Buffer.concat([Buffer.from([version, 0xff]), uint32(head.length)])
  const hashedOctets = Buffer.concat([salted, signed, head, trailer])
  const padded = sign('sha256', hashedOctets, by.key)
  const number = padded.subarray(padded.findIndex((octet) => octet !== 0))
  const bits = uint16(number.length * 8 - Math.clz32(number[0] ?? 0) + 24)
  const digest = createHash('sha256').update(hashedOctets).digest()
  const saltField = version === 6 ? [Buffer.from([salted.length]), salted] : []
  const rest = [digest.subarray(0, 2), ...saltField, bits, number, trailing ?? Buffer.alloc(0)]
  return packetOf(2, Buffer.concat([head, area(unhashed), ...rest]))
}

/** A packet with a header of the old kind and two octets of length (RFC 9580, 4.2.2). */
export const packetOf = (tag: number, body: Buffer): Buffer =>
  Buffer.concat([Buffer.from([0x81 | (tag << 2)]), uint16(body.length), body])
