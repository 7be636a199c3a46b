import { createHash, generateKeyPair, randomBytes, verify, type X509Certificate } from 'node:crypto'
import { promisify } from 'node:util'
import forge from 'node-forge'
import { type Body, multipart, textPart } from './compose.js'

/** A key of a registry with a certificate that it issued itself. */
export type CertifiedKey = { key: forge.pki.rsa.PrivateKey; certificate: forge.pki.Certificate }

/** A rehearsal plays times to come. */
const YEARS = 20

/** A new RSA key of 2048 bits, and a certificate for signing mails from that address. */
export const generateCertifiedKey = async ({ email, at }: { email: string; at: Date }): Promise<CertifiedKey> => {
  const pair = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  })
  const key = forge.pki.privateKeyFromPem(pair.privateKey)
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = forge.pki.publicKeyFromPem(pair.publicKey)
  certificate.serialNumber = `01${randomBytes(8).toString('hex')}`
  certificate.validity.notBefore = new Date(Math.floor(at.getTime() / 1_000) * 1_000)
  certificate.validity.notAfter = new Date(certificate.validity.notBefore)
  certificate.validity.notAfter.setUTCFullYear(at.getUTCFullYear() + YEARS)
  const name = [{ name: 'commonName', value: 'Registry robot' }]
  certificate.setSubject(name)
  certificate.setIssuer(name)
  certificate.setExtensions([
    { name: 'basicConstraints', cA: false },
    { name: 'keyUsage', digitalSignature: true },
    { name: 'extKeyUsage', emailProtection: true },
    { name: 'subjectAltName', altNames: [{ type: RFC822_NAME, value: email }] },
  ])
  certificate.sign(key, forge.md.sha256.create())
  return { key, certificate }
}

/** RFC 5280, 4.2.1.6. */
const RFC822_NAME = 1

export const certificatePem = ({ certificate }: CertifiedKey): string => forge.pki.certificateToPem(certificate)

/** Text beside its signature (RFC 8551, section 3.5.3). */
export const smimeSigned = (text: string, { key, certificate }: CertifiedKey, at: Date): Body => {
  const part = textPart(text)
  const signed = forge.pkcs7.createSignedData()
  signed.content = forge.util.createBuffer(part)
  signed.addCertificate(certificate)
  const { contentType, data, messageDigest, signingTime, sha256 } = forge.pki.oids
  signed.addSigner({
    ...{ key, certificate, digestAlgorithm: String(sha256) },
    // In the order of DER, in which the library does not put them itself.
    authenticatedAttributes: [
      { type: String(contentType), value: String(data) },
      { type: String(signingTime), value: at.toISOString() },
      { type: String(messageDigest) },
    ],
  })
  signed.sign({ detached: true })
  const der = Buffer.from(forge.asn1.toDer(signed.toAsn1()).getBytes(), 'latin1')
  return multipart('signed; micalg=sha-256; protocol="application/pkcs7-signature"', [
    part,
    [
      'Content-Type: application/pkcs7-signature; name="smime.p7s"',
      'Content-Transfer-Encoding: base64',
      '',
      ...(der.toString('base64').match(/.{1,76}/g) ?? []),
    ].join('\r\n'),
  ])
}

/**
 * Why a detached CMS signature over these octets is none of one of the trusted certificates at that time; null where it is.
 * Throws where it is no CMS at all.
 */
export const smimeProblem = (
  signature: Buffer,
  { signed, trusted, at }: { signed: Buffer; trusted: readonly X509Certificate[]; at: Date },
): string | null => {
  const signer = readSigner(signature)
  const signerIs = ({ raw }: X509Certificate): boolean => signer.issuerAndSerial === issuerAndSerialOf(raw)
  const certificate = trusted.find(signerIs)
  if (certificate === undefined) return 'the signature is of no certificate that the registry knows'
  if (at < new Date(certificate.validFrom) || at > new Date(certificate.validTo))
    return 'the certificate of the signature is not valid at this time'
  const digest = createHash(signer.digest).update(signed).digest()
  if (!digest.equals(signer.messageDigest)) return 'the text is another than the one that was signed'
  return verify(signer.digest, signer.attributes, certificate.publicKey, signer.signature)
    ? null
    : 'the signature does not fit the certificate'
}

const DIGESTS: ReadonlyMap<string, string> = new Map(
  ['sha256', 'sha384', 'sha512'].map((name) => [String(forge.pki.oids[name]), name]),
)

/** The one SignerInfo of a SignedData (RFC 5652, section 5.3), with signed attributes. */
const readSigner = (der: Buffer) => {
  const [, signedData] = children(forge.asn1.fromDer(forge.util.createBuffer(der.toString('latin1'))))
  const fields = children(children(signedData)[0])
  const signers = children(fields.at(-1))
  if (signers.length !== 1) throw new Error('the signature has not exactly one signer')
  const [, sid, digestAlgorithm, attributes, , signature] = children(signers[0])
  const digest = DIGESTS.get(oidOf(children(digestAlgorithm)[0]))
  if (digest === undefined) throw new Error('the signature has a digest that the registry does not take')
  const messageDigest = children(attributes).find((one) => oidOf(children(one)[0]) === forge.pki.oids['messageDigest'])
  return {
    ...{ digest, issuerAndSerial: encoded(sid).toString('hex'), signature: octetsOf(signature) },
    messageDigest: octetsOf(children(children(messageDigest)[1])[0]),
    attributes: asSet(attributes),
  }
}

/** TBSCertificate (RFC 5280, section 4.1): version, serial, signature, issuer. */
const issuerAndSerialOf = (certificate: Buffer): string => {
  const [body] = children(forge.asn1.fromDer(forge.util.createBuffer(certificate.toString('latin1'))))
  const [, serial, , issuer] = children(body)
  const { Class, Type, create } = forge.asn1
  if (serial === undefined || issuer === undefined) throw new Error('a trusted certificate is none')
  return encoded(create(Class.UNIVERSAL, Type.SEQUENCE, true, [issuer, serial])).toString('hex')
}

/** What is signed are the attributes as a SET, whose tag they do not have where they stand (RFC 5652, section 5.4). */
const asSet = (attributes: forge.asn1.Asn1 | undefined): Buffer => {
  const { Class, Type, create } = forge.asn1
  return encoded(create(Class.UNIVERSAL, Type.SET, true, children(attributes)))
}

const encoded = (node: forge.asn1.Asn1 | undefined): Buffer =>
  node === undefined ? Buffer.alloc(0) : Buffer.from(forge.asn1.toDer(node).getBytes(), 'latin1')

const children = (node: forge.asn1.Asn1 | undefined): forge.asn1.Asn1[] =>
  node !== undefined && Array.isArray(node.value) ? node.value : []

const octetsOf = (node: forge.asn1.Asn1 | undefined): Buffer =>
  Buffer.from(typeof node?.value === 'string' ? node.value : '', 'latin1')

const oidOf = (node: forge.asn1.Asn1 | undefined): string =>
  typeof node?.value === 'string' ? forge.asn1.derToOid(node.value) : ''
