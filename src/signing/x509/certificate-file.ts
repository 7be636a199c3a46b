import { X509Certificate } from 'node:crypto'
import { type Read, read, unreadable } from '../../mail/read.js'
import { decodeBase64 } from '../../mail/transfer-encoding.js'
import { type Certificate, readCertificate } from './certificate.js'

/** A certificate as `node:crypto` has it, and its fields as they are judged. */
export type HeldCertificate = { x509: X509Certificate; fields: Certificate }

/** What a file of certificates and keys holds, before anything in it is opened. */
export type CertificateFile =
  | { kind: 'certificates'; certificates: HeldCertificate[] }
  /** One private key in PEM, with or without a passphrase, and the certificates beside it. */
  | { kind: 'pem'; privateKey: string; locked: boolean; certificates: HeldCertificate[] }
  | { kind: 'pkcs12'; bytes: Buffer }

/**
 * Takes a file apart: PEM (RFC 7468) with blocks in any order and text around them, one certificate in DER, or PKCS#12.
 * At most one private key, and it does not come alone.
 */
export const readCertificateFile = (bytes: Buffer): Read<CertificateFile> =>
  bytes.toString('latin1').includes('-----BEGIN ') ? readPem(bytes.toString('latin1')) : readBinary(bytes)

const SEQUENCE = 0x30
const INTEGER_3 = Buffer.from([0x02, 0x01, 0x03])

/** PKCS#12 begins with its version, which is 3; private keys begin with a version too, and certificates with a sequence. */
const readBinary = (bytes: Buffer): Read<CertificateFile> => {
  const lengthOctets = (bytes[1] ?? 0) > 0x80 ? (bytes[1] ?? 0) - 0x80 : 0
  const inside = bytes.subarray(2 + lengthOctets)
  if (inside.subarray(0, INTEGER_3.length).equals(INTEGER_3)) return read({ kind: 'pkcs12', bytes })
  if (inside[0] !== SEQUENCE)
    return unreadable('it holds a private key in DER without a certificate; put both into one PEM file')
  const certificate = holdCertificate(bytes)
  return certificate.ok ? read({ kind: 'certificates', certificates: [certificate.value] }) : certificate
}

const holdCertificate = (der: Buffer): Read<HeldCertificate> => {
  const fields = readCertificate(der)
  if (!fields.ok) return fields
  try {
    return read({ x509: new X509Certificate(der), fields: fields.value })
  } catch {
    return unreadable('it holds a certificate that cannot be read')
  }
}

type Block = { label: string; text: string }

const BLOCK = /^-----BEGIN ([A-Z0-9 ]+)-----[ \t]*\r?\n([\s\S]*?)^-----END \1-----/gm
const CERTIFICATES = new Set(['CERTIFICATE', 'X509 CERTIFICATE'])
const PRIVATE_KEYS = new Set(['PRIVATE KEY', 'ENCRYPTED PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY'])
/** What openssl writes before a key on a curve; the key names its curve itself. */
const IGNORED = new Set(['EC PARAMETERS'])

/** A key with the longest chain has a tenth of that. */
const MAX_BLOCKS = 100

const readPem = (text: string): Read<CertificateFile> => {
  const begins = text.match(/-----BEGIN /g)?.length ?? 0
  if (begins > MAX_BLOCKS) return unreadable(`it holds ${begins} PEM blocks; keep one key and its certificates`)
  const blocks = [...text.matchAll(BLOCK)].map(([whole, label = '']): Block => ({ label, text: whole }))
  if (blocks.length !== begins) return unreadable('it has a PEM block without its end')
  const other = blocks.find(({ label }) => ![CERTIFICATES, PRIVATE_KEYS, IGNORED].some((set) => set.has(label)))
  if (other !== undefined)
    return unreadable(`it holds a ${other.label}, which is neither a certificate nor a private key`)
  const keys = blocks.filter(({ label }) => PRIVATE_KEYS.has(label))
  if (keys.length > 1) return unreadable(`it holds ${keys.length} private keys; keep one key in a file`)
  const certificates = readCertificates(blocks.filter(({ label }) => CERTIFICATES.has(label)))
  if (!certificates.ok) return certificates
  const [key] = keys
  if (key === undefined) return read({ kind: 'certificates', certificates: certificates.value })
  if (certificates.value.length === 0)
    return unreadable('it holds a private key without its certificate; add the certificate to the file')
  const { text: privateKey } = key
  const locked = key.label === 'ENCRYPTED PRIVATE KEY' || /^Proc-Type: 4,ENCRYPTED/m.test(privateKey)
  return read({ kind: 'pem', privateKey, locked, certificates: certificates.value })
}

const readCertificates = (blocks: readonly Block[]): Read<HeldCertificate[]> => {
  const ders: Buffer[] = []
  for (const { text } of blocks) {
    const der = decodeBase64(Buffer.from(text.replace(/^-----.*$/gm, '')))
    if (!der.ok) return unreadable('it holds a certificate whose base64 is malformed')
    ders.push(der.value)
  }
  return holdCertificates(ders)
}

/** Certificates in DER, each once, however often it stands there. */
export const holdCertificates = (ders: readonly Buffer[]): Read<HeldCertificate[]> => {
  const found = new Map<string, HeldCertificate>()
  for (const der of ders) {
    const certificate = holdCertificate(der)
    if (!certificate.ok) return certificate
    found.set(certificate.value.fields.fingerprint, certificate.value)
  }
  return read([...found.values()])
}
