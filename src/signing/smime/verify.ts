import { createHash } from 'node:crypto'
import type { Weakness } from '../../core/connection.js'
import { type Read, read, unreadable } from '../../mail/read.js'
import type { PinnedKey, SignatureVerdict } from '../scheme.js'
import { weaknessAllowed } from '../weakness.js'
import { windowProblem } from '../window.js'
import { issueProblem, usageProblem, validityProblem } from '../x509/authority.js'
import { type Certificate, readCertificate } from '../x509/certificate.js'
import { encodingOf } from '../x509/der.js'
import {
  type Digest,
  digestOf,
  type SignatureAlgorithm,
  signatureAlgorithmOf,
  signatureHolds,
  strengthOf,
} from '../x509/signature-algorithm.js'
import type { SignedData, Signer, SignerId } from './cms.js'

export type SmimeInput = {
  /** The octets that the signature is said to be over, in canonical form. */
  signed: Buffer
  signature: SignedData
  /** Certificates of signers and of authorities. */
  keys: readonly PinnedKey[]
  registryAddresses: readonly string[]
  weak: readonly Weakness[]
  receivedAt: Date
  /** Milliseconds. */
  maxAge: number
}

/**
 * Whether one S/MIME signature over these octets is by a pinned certificate, or by one that a pinned authority issued to the
 * registry, as of the time of receipt (RFC 5652, 5.4 and 5.6). A pinned signer's key comes from its pin: what a mail carries
 * cannot change it.
 */
export const verifySmime = (input: SmimeInput): SignatureVerdict => {
  const { signed, signature, keys } = input
  const { signer } = signature
  const method = methodOf(signer)
  if (!method.ok) return no(method.reason)
  if (!createHash(method.value.digest).update(signed).digest().equals(signer.messageDigest))
    return no('the signature does not hold (it is over another text)')
  const candidates = keys.flatMap((pin) => candidatesOf(pin, signature))
  if (candidates.length === 0) return strangerVerdict(signature, method.value)
  const verdicts: SignatureVerdict[] = []
  for (const candidate of candidates) {
    const verdict = judge(candidate, method.value, input)
    if (verdict.holds) return verdict
    verdicts.push(verdict)
  }
  return verdicts.at(-1) ?? no('no pinned key was tried')
}

type Method = { algorithm: SignatureAlgorithm; digest: Digest }

/** The digest is named beside the signature's algorithm, and mostly in it too; all of them agree. */
const methodOf = ({ digest: named, algorithm: by }: Signer): Read<Method> => {
  const digest = digestOf(named)
  if (!digest.ok) return digest
  const algorithm = signatureAlgorithmOf(by)
  if (!algorithm.ok) return algorithm
  const own = algorithm.value.digest
  if (own !== null && own !== digest.value) return unreadable('the signature names two digests')
  return read({ algorithm: algorithm.value, digest: digest.value })
}

/** The certificate that a pin makes the signer's, and the authority that vouches for it where it is not pinned itself. */
type Candidate = { pin: PinnedKey; certificate: Certificate; authority: Certificate | null }

const candidatesOf = (pin: PinnedKey, signature: SignedData): Candidate[] => {
  const pinned = readPin(pin)
  if (pinned === null) return []
  const itself = isNamed(pinned, signature.signer.id) ? [{ pin, certificate: pinned, authority: null }] : []
  if (!pinned.extensions.isAuthority) return itself
  // Programs make certificates that sign themselves as those of authorities, where nobody tells them otherwise.
  const issued = embeddedOf(signature).filter(({ fingerprint }) => fingerprint !== pinned.fingerprint)
  return [...itself, ...issued.map((certificate) => ({ pin, certificate, authority: pinned }))]
}

/** The certificates in the mail that its signer names: mostly one. */
const embeddedOf = ({ certificates, signer }: SignedData): Certificate[] =>
  certificates
    .map((certificate) => readCertificate(encodingOf(certificate)))
    .flatMap((certificate) => (certificate.ok && isNamed(certificate.value, signer.id) ? [certificate.value] : []))

const isNamed = ({ issuer, serial, extensions }: Certificate, id: SignerId): boolean =>
  id.kind === 'serial'
    ? issuer.equals(id.issuer) && serial.equals(id.serial)
    : extensions.subjectKeyIdentifier?.equals(id.subjectKeyIdentifier) === true

const no = (reason: string, signer?: { fingerprint: string; signedAt: Date }): SignatureVerdict => ({
  holds: false,
  reason,
  fingerprint: signer?.fingerprint ?? null,
  signedAt: signer?.signedAt ?? null,
})

const judge = ({ pin, certificate, authority }: Candidate, method: Method, input: SmimeInput): SignatureVerdict => {
  const { receivedAt, maxAge, weak, registryAddresses, signature } = input
  const { fingerprint } = certificate
  const strength = strengthOf(method.digest, certificate.key, weak)
  if (!strength.ok) return no(strength.reason)
  if (!isBy(certificate, method, signature.signer))
    return no(`the signature by certificate ${fingerprint} does not hold`)
  const signedAt = signature.signer.signingTime
  const names = pin.names ?? registryAddresses
  const problem =
    windowProblem({ signedAt, receivedAt, maxAge, pin }) ??
    (authority === null
      ? (validityProblem(certificate, receivedAt) ?? usageProblem(certificate))
      : issueProblem({ certificate, authority, file: pin.file, names, receivedAt }))
  if (problem !== null) return no(problem, { fingerprint, signedAt })
  const reason = `signed by ${fingerprint} at ${signedAt.toISOString()}; key ${pin.file}${weaknessAllowed(strength.value)}`
  return { holds: true, reason, fingerprint, signedAt, weak: strength.value }
}

const isBy = ({ key }: Certificate, { algorithm, digest }: Method, { attributes, signature }: Signer): boolean =>
  signatureHolds({ algorithm, digest, key, data: attributes, signature })

/** By nobody that is pinned. A certificate that came with the mail names its signer where the signature is by its key. */
const strangerVerdict = (signature: SignedData, method: Method): SignatureVerdict => {
  const { signer } = signature
  const stranger = embeddedOf(signature).find(
    (certificate) => strengthOf(method.digest, certificate.key, []).ok && isBy(certificate, method, signer),
  )
  if (stranger === undefined) return no(`the signature is by ${nameOf(signer.id)}, which this connection does not pin`)
  const { fingerprint } = stranger
  const reason = `the signature is by certificate ${fingerprint}, which this connection does not pin`
  return no(reason, { fingerprint, signedAt: signer.signingTime })
}

const nameOf = (id: SignerId): string =>
  id.kind === 'serial'
    ? `the certificate with the serial number ${shown(id.serial.subarray(2))}`
    : `the certificate with the key identifier ${shown(id.subjectKeyIdentifier)}`

/** Both have at most 20 octets where they are right (RFC 5280, 4.1.2.2 and 4.2.1.2); a forger's may have thousands. */
const shown = (octets: Buffer): string => octets.subarray(0, 20).toString('hex').toUpperCase()

const MAX_CACHED = 256
const cache = new Map<string, Certificate | null>()

/** Reading a certificate costs more than a signature; the same octets are the same certificate. */
const readPin = ({ bytes }: PinnedKey): Certificate | null => {
  const id = createHash('sha256').update(bytes).digest('base64')
  const known = cache.get(id)
  if (known !== undefined) return known
  const certificate = readCertificate(bytes)
  const value = certificate.ok ? certificate.value : null
  if (cache.size >= MAX_CACHED) cache.clear()
  cache.set(id, value)
  return value
}
