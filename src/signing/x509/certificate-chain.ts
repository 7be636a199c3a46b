import type { HeldCertificate } from './certificate-file.js'

/**
 * The certificate that goes out with our signatures. One that issued another is none; of several that are left, a signer's
 * comes before an authority's, one that was issued before one that signs itself, and a newer one before an older.
 */
export const chooseOwn = (certificates: readonly HeldCertificate[]): HeldCertificate | null => {
  const ends = certificates.filter((one) => !certificates.some((other) => isIssued(other, one)))
  const [first = null] = [...ends].sort((a, b) => rankOf(a) - rankOf(b) || beginOf(b) - beginOf(a))
  return first
}

const rankOf = (certificate: HeldCertificate): number =>
  Number(certificate.fields.extensions.isAuthority) * 2 + Number(isSelfIssued(certificate))

const beginOf = ({ fields }: HeldCertificate): number => fields.notBefore.getTime()

/** The certificates that lead from this one towards an authority, in their order; others that lie beside it are left out. */
export const chainOf = (own: HeldCertificate, certificates: readonly HeldCertificate[]): HeldCertificate[] => {
  const chain: HeldCertificate[] = []
  for (let last = own; !isSelfIssued(last); ) {
    const next = certificates.find((one) => !chain.includes(one) && isIssued(last, one))
    if (next === undefined) break
    chain.push(next)
    last = next
  }
  return chain
}

/** Whether another certificate's key signed this one. */
const isIssued = (certificate: HeldCertificate, issuer: HeldCertificate): boolean =>
  certificate !== issuer &&
  !isSelfIssued(certificate) &&
  certificate.x509.checkIssued(issuer.x509) &&
  certificate.x509.verify(issuer.x509.publicKey)

const isSelfIssued = ({ fields }: HeldCertificate): boolean => fields.issuer.equals(fields.subject)
