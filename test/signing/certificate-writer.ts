import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { algorithm } from './cms-writer.js'
import { explicit, integer, nothing, octetString, oid, sequence, set, tlv, utcTime } from './der-writer.js'

const BIT_STRING = 0x03
const SHA256_WITH_RSA = algorithm('1.2.840.113549.1.1.11', nothing())

/** A name of one common name. */
export const named = (text: string): Buffer => sequence(set(sequence(oid('2.5.4.3'), tlv(0x0c, Buffer.from(text)))))

/** An extension; `critical` as it stands there, or left out. */
export const extension = (dotted: string, value: Buffer, ...critical: readonly Buffer[]): Buffer =>
  sequence(oid(dotted), ...critical, octetString(value))

export const TRUE = tlv(0x01, Buffer.from([0xff]))

export const BASIC = {
  signer: extension('2.5.29.19', sequence(), TRUE),
  authority: extension('2.5.29.19', sequence(TRUE), TRUE),
}
export const emailProtection = extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.4')))
export const address = (text: string): Buffer =>
  extension('2.5.29.17', sequence(tlv(0x81, Buffer.from(text, 'latin1'))))

export type CertificateParts = {
  subject: Buffer
  publicKey: KeyObject
  issuer: Buffer
  issuerKey: KeyObject
  extensions: Buffer[]
  version?: Buffer[]
  serial?: Buffer
  validity?: Buffer
  /** The algorithm inside, where it is not the one beside the signature. */
  inner?: Buffer
  key?: Buffer
  /** Between the key and the extensions. */
  between?: Buffer[]
  after?: Buffer[]
  digest?: { name: string; algorithm: Buffer }
  /** Around the signature. */
  outside?: Buffer[]
}

/** A certificate (RFC 5280, 4.1), with what is wrong about it. */
export const writeCertificate = (parts: CertificateParts): Buffer => {
  const { name, algorithm: by } = parts.digest ?? { name: 'sha256', algorithm: SHA256_WITH_RSA }
  const tbs = sequence(
    ...(parts.version ?? [explicit(0, integer(2))]),
    parts.serial ?? integer(0x12),
    parts.inner ?? by,
    parts.issuer,
    parts.validity ?? sequence(utcTime(new Date('2026-01-01T00:00:00Z')), utcTime(new Date('2036-01-01T00:00:00Z'))),
    parts.subject,
    parts.key ?? parts.publicKey.export({ type: 'spki', format: 'der' }),
    ...(parts.between ?? []),
    ...(parts.extensions.length > 0 ? [explicit(3, sequence(...parts.extensions))] : []),
    ...(parts.after ?? []),
  )
  const signature = sign(name, tbs, parts.issuerKey)
  return sequence(tbs, by, tlv(BIT_STRING, Buffer.from([0]), signature), ...(parts.outside ?? []))
}

/** A key pair that nobody else has. */
export const freshKeys = (bits = 2048): { privateKey: KeyObject; publicKey: KeyObject } =>
  generateKeyPairSync('rsa', { modulusLength: bits })
