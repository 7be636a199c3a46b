import { createHash } from 'node:crypto'
import { createMessage, type Key, readSignature, type Signature, type SignaturePacket, verify } from 'openpgp'
import { messageOf } from '../core/errors.js'
import { hashName, OPENPGP_SIGNATURES, STRONG_HASHES } from './openpgp-config.js'
import { expiryOf, fingerprintOf, isRevoked, readKeyFile } from './openpgp-keys.js'
import type { PinnedKey } from './scheme.js'

export type SignatureInput = {
  /** The octets that the signature is said to be over, in canonical form. */
  signed: Buffer
  /** One signature packet. */
  signature: Buffer
  /** Digests that an armor header announces; the signature's own must be among them, if there are any. */
  hashes: readonly string[]
  keys: readonly PinnedKey[]
  receivedAt: Date
  /** Milliseconds. */
  maxAge: number
}

/** `fingerprint` and `signedAt` are set where the signature itself holds, even if we do not trust it for another reason. */
export type SignatureVerdict =
  | { holds: true; reason: string; fingerprint: string; signedAt: Date }
  | { holds: false; reason: string; fingerprint: string | null; signedAt: Date | null }

type Candidate = { pin: PinnedKey; key: Key }

/** Clocks of honest registries are this far ahead of ours at most. */
const MAX_AHEAD_MS = 5 * 60_000

/**
 * Whether one OpenPGP signature over these octets is by a pinned key that is valid at the time of receipt, of the strength
 * and the age that we ask for. Verifies octets against a detached signature, so that nothing is decoded before it is proven.
 */
export const verifyOpenpgp = async (input: SignatureInput): Promise<SignatureVerdict> => {
  const read = await readOne(input.signature)
  if (!read.ok) return no(read.reason)
  const { packet } = read
  const weakness = weaknessOf(packet, input.hashes)
  if (weakness !== null) return no(weakness)
  const candidates = await candidatesFor(packet, input.keys)
  if (candidates.length === 0)
    return no(`the signature is by key ${issuerOf(packet)}, which this connection does not pin`)
  let verdict = no('no pinned key was tried')
  for (const candidate of candidates) {
    const next = await judge(candidate, read, input)
    if (next.holds) return next
    verdict = next
  }
  return verdict
}

const no = (reason: string, signer?: { fingerprint: string; signedAt: Date }): SignatureVerdict & { holds: false } => ({
  holds: false,
  reason,
  fingerprint: signer?.fingerprint ?? null,
  signedAt: signer?.signedAt ?? null,
})

type OneSignature = { signature: Signature; packet: SignaturePacket; created: Date }

const readOne = async (bytes: Buffer): Promise<({ ok: true } & OneSignature) | { ok: false; reason: string }> => {
  try {
    const signature = await readSignature({ binarySignature: bytes, config: OPENPGP_SIGNATURES })
    const [packet] = signature.packets
    if (packet?.created == null || signature.packets.length !== 1)
      return { ok: false, reason: 'there is not one signature' }
    return { ok: true, signature, packet, created: packet.created }
  } catch (error) {
    return { ok: false, reason: `the signature cannot be read (${messageOf(error)})` }
  }
}

const BINARY = 0
const TEXT = 1

const weaknessOf = (packet: SignaturePacket, hashes: readonly string[]): string | null => {
  if (packet.signatureType !== BINARY && packet.signatureType !== TEXT)
    return 'the signature is not one over a document'
  const algorithm = packet.hashAlgorithm ?? 0
  const name = hashName(algorithm)
  if (!STRONG_HASHES.has(algorithm)) return `the signature uses ${name}; SHA-256 or better is required`
  if (hashes.length > 0 && !hashes.includes(name))
    return `the signature uses ${name}, which its Hash header does not name`
  return null
}

const candidatesFor = async (packet: SignaturePacket, pins: readonly PinnedKey[]): Promise<Candidate[]> => {
  const read = await Promise.all(pins.map(async (pin) => ({ pin, key: await parsed(pin.bytes) })))
  return read.flatMap(({ pin, key }) =>
    key?.getKeys().some((part) => part.getKeyID().equals(packet.issuerKeyID)) ? [{ pin, key }] : [],
  )
}

const issuerOf = (packet: SignaturePacket): string => {
  const { issuerFingerprint } = packet
  const name = issuerFingerprint === null ? packet.issuerKeyID.toHex() : Buffer.from(issuerFingerprint).toString('hex')
  return name.toUpperCase()
}

const judge = async ({ pin, key }: Candidate, one: OneSignature, input: SignatureInput): Promise<SignatureVerdict> => {
  const { signed, receivedAt, maxAge } = input
  const signer = { fingerprint: fingerprintOf(key), signedAt: one.created }
  // A signature a little ahead of our clock is judged at its own time, and its distance to ours below.
  const at = new Date(Math.max(receivedAt.getTime(), one.created.getTime()))
  const failure = await verifyBy(key, one, signed, at)
  if (failure !== null) return no(`the signature by key ${signer.fingerprint} does not hold (${failure})`)
  const problem =
    timeProblem(one.created, receivedAt, maxAge) ?? pinProblem(pin, receivedAt) ?? (await keyProblem(key, one, at))
  if (problem !== null) return no(problem, signer)
  const reason = `signed by ${signer.fingerprint} at ${one.created.toISOString()}; key ${pin.file}`
  return { holds: true, reason, ...signer }
}

const verifyBy = async (key: Key, { signature }: OneSignature, signed: Buffer, date: Date): Promise<string | null> => {
  try {
    const message = await createMessage({ binary: new Uint8Array(signed) })
    const config = OPENPGP_SIGNATURES
    const result = await verify({ message, signature, verificationKeys: key, date, format: 'binary', config })
    const [only] = result.signatures
    if (only === undefined || result.signatures.length !== 1) return 'there is not one signature'
    return (await only.verified) === true ? null : 'not verified'
  } catch (error) {
    return messageOf(error)
  }
}

const timeProblem = (created: Date, receivedAt: Date, maxAge: number): string | null => {
  const age = receivedAt.getTime() - created.getTime()
  if (age < -MAX_AHEAD_MS) return `the signature is dated ${created.toISOString()}, after the mail came`
  if (age > maxAge) return `the signature is dated ${created.toISOString()}, longer ago than this connection accepts`
  return null
}

const pinProblem = ({ file, notBefore, notAfter }: PinnedKey, receivedAt: Date): string | null => {
  if (notBefore !== null && receivedAt < notBefore) return `key ${file} is pinned only from ${notBefore.toISOString()}`
  if (notAfter !== null && receivedAt > notAfter) return `key ${file} was pinned only until ${notAfter.toISOString()}`
  return null
}

/** The key must be good when the mail comes, not only when the signature says that it was made: the signer chooses that. */
const keyProblem = async (key: Key, { packet }: OneSignature, at: Date): Promise<string | null> => {
  const fingerprint = fingerprintOf(key)
  const subkeys = key.getSubkeys(packet.issuerKeyID)
  if (isRevoked(key) || subkeys.some(isRevoked)) return `key ${fingerprint} is revoked; remove it from trust.keys`
  const expires = await expiryOf(key)
  if (expires instanceof Date && expires <= at) return `key ${fingerprint} expired at ${expires.toISOString()}`
  try {
    await key.getSigningKey(packet.issuerKeyID, at, undefined, OPENPGP_SIGNATURES)
    return null
  } catch (error) {
    return `key ${fingerprint} was not valid when the mail came (${messageOf(error)})`
  }
}

const MAX_CACHED = 256
const cache = new Map<string, Promise<Key | null>>()

/** Reading a key anew for each mail would halve the rate; the same octets are the same key. */
const parsed = (bytes: Uint8Array): Promise<Key | null> => {
  const id = createHash('sha256').update(bytes).digest('base64')
  const known = cache.get(id)
  if (known !== undefined) return known
  const key = readKeyFile(bytes).then((read) => (read.ok ? read.value : null))
  if (cache.size >= MAX_CACHED) cache.clear()
  cache.set(id, key)
  return key
}
