import type { Certificate } from './certificate.js'
import { OID } from './oid.js'
import { signatureAlgorithmOf, signatureHolds, strengthOf } from './signature-algorithm.js'

export type Issue = {
  /** The signer's certificate, as it came with the mail. */
  certificate: Certificate
  authority: Certificate
  /** The file that the authority is pinned in. */
  file: string
  /** Mail addresses of which the certificate must have one. */
  names: readonly string[]
  receivedAt: Date
}

/**
 * Why a certificate is not one that a pinned authority issued to the registry for signing mails, in a sentence; null where
 * it is (RFC 5280, 6.1, for a path of one; RFC 8550, 3 and 4). No weak algorithm is taken for it: what a connection allows
 * to a weak registry is about its signatures, and who may make them can be pinned itself.
 */
export const issueProblem = (issue: Issue): string | null =>
  originProblem(issue) ??
  authorityProblem(issue) ??
  validityProblem(issue.certificate, issue.receivedAt) ??
  useProblem(issue.certificate) ??
  nameProblem(issue)

/** Why a certificate does not count at this time, in a sentence; null where it does. Both ends belong to its time. */
export const validityProblem = ({ fingerprint, notBefore, notAfter }: Certificate, receivedAt: Date): string | null => {
  if (receivedAt < notBefore) return `certificate ${fingerprint} is valid only from ${notBefore.toISOString()}`
  if (receivedAt > notAfter) return `certificate ${fingerprint} expired at ${notAfter.toISOString()}`
  return null
}

const originProblem = ({ certificate, authority, file }: Issue): string | null => {
  const { fingerprint, issuer, issue } = certificate
  const foreign = `certificate ${fingerprint} was not issued by the authority in ${file}`
  if (!issuer.equals(authority.subject)) return foreign
  const algorithm = signatureAlgorithmOf(issue.algorithm)
  const digest = algorithm.ok ? algorithm.value.digest : null
  const strength = digest === null ? null : strengthOf(digest, authority.key, [])
  if (!algorithm.ok || digest === null || strength?.ok !== true)
    return `certificate ${fingerprint} was issued with an algorithm that is too weak or not supported; pin it itself`
  return signatureHolds({ ...issue, algorithm: algorithm.value, digest, key: authority.key }) ? null : foreign
}

const authorityProblem = ({ authority, file, receivedAt }: Issue): string | null => {
  const { isAuthority, usage, purposes, unknownCritical } = authority.extensions
  if (!isAuthority || usage?.certificates === false) return `the certificate in ${file} may not issue others`
  // What an authority is for bounds what it may issue: openssl and others ask this of each certificate on the path.
  if (purposes !== null && !purposes.includes(OID.emailProtection))
    return `the authority in ${file} is not one for mail`
  if (unknownCritical.length > 0)
    return `the authority in ${file} has the critical extension ${unknownCritical[0]}, which is not understood`
  return validityProblem(authority, receivedAt)
}

const useProblem = (certificate: Certificate): string | null => {
  const { fingerprint, extensions } = certificate
  const { isAuthority, purposes, unknownCritical } = extensions
  if (isAuthority) return `certificate ${fingerprint} is itself that of an authority`
  if (unknownCritical.length > 0)
    return `certificate ${fingerprint} has the critical extension ${unknownCritical[0]}, which is not understood`
  if (!purposes?.includes(OID.emailProtection)) return `certificate ${fingerprint} is not one for mail`
  return usageProblem(certificate)
}

/** Why a certificate's key signs no mails, whoever pinned it; null where nothing in it speaks against that. */
export const usageProblem = ({ fingerprint, extensions: { usage } }: Certificate): string | null =>
  usage?.documents === false ? `certificate ${fingerprint} may not sign mails` : null

const nameProblem = ({ certificate, names }: Issue): string | null => {
  const { fingerprint, extensions } = certificate
  const isNamed = extensions.addresses.some((address) => names.some((name) => isSameAddress(address, name)))
  return isNamed ? null : `certificate ${fingerprint} is for none of the addresses ${names.join(', ')}`
}

/** The domain in any case, the rest octet by octet (RFC 5280, 7.5): what a mail server makes of it is its own affair. */
const isSameAddress = (one: string, other: string): boolean => withLowerDomain(one) === withLowerDomain(other)

const withLowerDomain = (address: string): string => {
  const at = address.lastIndexOf('@')
  return address.slice(0, at) + address.slice(at).replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}
