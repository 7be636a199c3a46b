import { createHash } from 'node:crypto'
import {
  createMessage,
  enums,
  type Key,
  readSignature,
  type Signature,
  type SignaturePacket,
  type Subkey,
  verify,
} from 'openpgp'
import type { Weakness } from '../../core/connection.js'
import { messageOf } from '../../core/errors.js'
import { type Read, read, unreadable } from '../../mail/read.js'
import type { PinnedKey, SignatureVerdict } from '../scheme.js'
import { weaknessAllowed, weaknessRefused } from '../weakness.js'
import { windowProblem } from '../window.js'
import { forSignatures, hashName, STRONG_HASHES } from './config.js'
import { expiryOf, fingerprintOf, isRevoked, readKeyFile, selfSignedAt } from './keys.js'
import { signatureProblem } from './packet.js'
import { weaknessOfParts } from './strength.js'

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
  /** What the connection allows a signature to be weak in. */
  weak: readonly Weakness[]
}

/** A pinned key, and the part of it that the signature names: its primary key or a subkey. */
type Candidate = { pin: PinnedKey; key: Key; part: Key | Subkey }

/**
 * Whether one OpenPGP signature over these octets is by a pinned key that is valid at the time of receipt, of the strength
 * and the age that we ask for. Verifies octets against a detached signature, so that nothing is decoded before it is proven.
 */
export const verifyOpenpgp = async (input: SignatureInput): Promise<SignatureVerdict> => {
  const one = await readOne(input.signature)
  if (!one.ok) return no(one.reason)
  const { packet } = one.value
  const problem = digestProblem(packet, input)
  if (problem !== null) return no(problem)
  const candidates = await candidatesFor(packet, input.keys)
  if (candidates.length === 0)
    return no(`the signature is by key ${issuerOf(packet)}, which this connection does not pin`)
  let verdict = no('no pinned key was tried')
  for (const candidate of candidates) {
    const next = await judge(candidate, one.value, input)
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

const readOne = async (bytes: Buffer): Promise<Read<OneSignature>> => {
  const problem = signatureProblem(bytes)
  if (problem !== null) return unreadable(problem)
  try {
    const signature = await readSignature({ binarySignature: bytes, config: forSignatures([]) })
    const [packet] = signature.packets
    if (packet?.created == null || signature.packets.length !== 1) return unreadable('there is not one signature')
    return read({ signature, packet, created: packet.created })
  } catch (error) {
    return unreadable(`the signature cannot be read (${messageOf(error)})`)
  }
}

const digestProblem = ({ hashAlgorithm }: SignaturePacket, { hashes, weak }: SignatureInput): string | null => {
  const algorithm = hashAlgorithm ?? 0
  const name = hashName(algorithm)
  if (isSha1(algorithm) && !weak.includes('sha1')) return weaknessRefused('sha1')
  if (!isSha1(algorithm) && !STRONG_HASHES.has(algorithm))
    return `the signature uses ${name}; SHA-256 or better is required`
  if (hashes.length > 0 && !hashes.includes(name))
    return `the signature uses ${name}, which its Hash header does not name`
  return null
}

const isSha1 = (algorithm: number): boolean => algorithm === enums.hash.sha1

const candidatesFor = async (packet: SignaturePacket, pins: readonly PinnedKey[]): Promise<Candidate[]> => {
  const keys = await Promise.all(pins.map(async (pin) => ({ pin, key: await parsed(pin.bytes) })))
  return keys.flatMap(({ pin, key }) => {
    const part = key?.getKeys().find((one) => isIssuer(one, packet))
    return key === null || part === undefined ? [] : [{ pin, key, part }]
  })
}

/** Signatures of version 6 are made by keys of version 6 alone, and those of version 4 by older keys (RFC 9580, 5.2). */
const isIssuer = (part: Key | Subkey, { version, issuerKeyID, issuerFingerprint }: SignaturePacket): boolean =>
  part.getKeyID().equals(issuerKeyID) &&
  part.keyPacket.version === version &&
  (issuerFingerprint === null || part.getFingerprint() === hex(issuerFingerprint))

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

const issuerOf = ({ issuerFingerprint, issuerKeyID }: SignaturePacket): string =>
  (issuerFingerprint === null ? issuerKeyID.toHex() : hex(issuerFingerprint)).toUpperCase()

const judge = async (candidate: Candidate, one: OneSignature, input: SignatureInput): Promise<SignatureVerdict> => {
  const { pin, key, part } = candidate
  const { receivedAt, maxAge } = input
  const signer = { fingerprint: fingerprintOf(key), signedAt: one.created }
  const strength = weaknessOfParts([key, part])
  if (!strength.ok) return no(`key ${signer.fingerprint} is ${strength.reason}`)
  const refused = strength.value.find((weakness) => !input.weak.includes(weakness))
  if (refused !== undefined) return no(weaknessRefused(refused))
  // A signature a little ahead of our clock is judged at its own time, and its distance to ours below. A key that was renewed
  // after the mail came says nothing of itself before that.
  const at = new Date(Math.max(receivedAt.getTime(), one.created.getTime(), ...selfSignedAt(key, part)))
  const failure = await verifyBy(candidate, one, input, at)
  if (failure !== null) return no(`the signature by key ${signer.fingerprint} does not hold (${failure})`)
  const problem =
    windowProblem({ signedAt: one.created, receivedAt, maxAge, pin }) ?? (await keyProblem(candidate, at, input.weak))
  if (problem !== null) return no(problem, signer)
  const weak: Weakness[] = [...(isSha1(one.packet.hashAlgorithm ?? 0) ? ['sha1' as const] : []), ...strength.value]
  const reason = `signed by ${signer.fingerprint} at ${one.created.toISOString()}; key ${pin.file}${weaknessAllowed(weak)}`
  return { holds: true, reason, ...signer, weak }
}

const verifyBy = async (
  { key }: Candidate,
  { signature }: OneSignature,
  { signed, weak }: SignatureInput,
  date: Date,
): Promise<string | null> => {
  try {
    const message = await createMessage({ binary: new Uint8Array(signed) })
    const config = forSignatures(weak)
    const result = await verify({ message, signature, verificationKeys: key, date, format: 'binary', config })
    const [only] = result.signatures
    if (only === undefined || result.signatures.length !== 1) return 'there is not one signature'
    return (await only.verified) === true ? null : 'not verified'
  } catch (error) {
    return messageOf(error)
  }
}

/** The key must be good when the mail comes, not only when the signature says that it was made: the signer chooses that. */
const keyProblem = async ({ key, part }: Candidate, at: Date, weak: readonly Weakness[]): Promise<string | null> => {
  const fingerprint = fingerprintOf(key)
  if (isRevoked(key) || isRevoked(part)) return `key ${fingerprint} is revoked; remove it from trust.keys`
  const expires = await expiryOf(key)
  if (expires instanceof Date && expires <= at) return `key ${fingerprint} expired at ${expires.toISOString()}`
  try {
    await key.getSigningKey(part.getKeyID(), at, undefined, forSignatures(weak))
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
  const key = readKeyFile(bytes).then((found) => (found.ok ? found.value : null))
  if (cache.size >= MAX_CACHED) cache.clear()
  cache.set(id, key)
  return key
}
