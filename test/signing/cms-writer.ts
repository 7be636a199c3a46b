import { createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { explicit, inside, integer, nothing, octetString, oid, sequence, set, sorted, utcTime } from './der-writer.js'
import { certificateOf, SIGNED_AT, SMIME } from './smime-fixtures.js'

export const PART = Buffer.from(
  'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nRESULT: success\r\nCTID: 4711\r\n',
)
export const TEXT = 'RESULT: success\nCTID: 4711\n'

const DATA = oid('1.2.840.113549.1.7.1')
const SIGNED_DATA = oid('1.2.840.113549.1.7.2')
const SHA256 = '2.16.840.1.101.3.4.2.1'
const RSA = '1.2.840.113549.1.1.1'

export const algorithm = (dotted: string, ...parameters: readonly Buffer[]): Buffer =>
  sequence(oid(dotted), ...parameters)

export const attribute = (dotted: string, ...values: readonly Buffer[]): Buffer => sequence(oid(dotted), set(...values))

export const contentType = (type: Buffer = DATA): Buffer => attribute('1.2.840.113549.1.9.3', type)
export const messageDigest = (digest: Buffer): Buffer => attribute('1.2.840.113549.1.9.4', octetString(digest))
export const signingTime = (time: Buffer = utcTime(SIGNED_AT)): Buffer => attribute('1.2.840.113549.1.9.5', time)

const NONE = Buffer.alloc(0)

/** The parts of a certificate that signatures speak of, as they stand in it. */
export const partsOf = (name: string) => {
  const [tbs = NONE] = inside(certificateOf(name).raw)
  const [, serial = NONE, , issuer = NONE, , subject = NONE] = inside(tbs)
  return { serial, issuer, subject, raw: certificateOf(name).raw }
}

export const privateKeyOf = (name: string): KeyObject =>
  createPrivateKey(readFileSync(join(SMIME, 'keys', `${name}.key.pem`)))

/** What can be wrong about a signature; everything that is not named is right. */
export type Wrong = {
  /** Whose key signs and whose certificate is named; the other parts follow it. */
  signer?: string
  /** The content that is signed. */
  part?: Buffer
  /** What the message carries. */
  content?: Buffer[]
  contentKind?: Buffer
  kind?: Buffer
  version?: Buffer
  digests?: Buffer[]
  certificates?: Buffer[]
  /** After the certificates: revocation lists. */
  lists?: Buffer[]
  signers?: (one: Buffer) => Buffer[]
  signerVersion?: Buffer
  signerId?: Buffer
  signerDigest?: Buffer
  /** In this order; null for none. */
  attributes?: ((right: { type: Buffer; digest: Buffer; time: Buffer }) => Buffer[]) | null
  /** The octets that are signed, where they are not the attributes. */
  signed?: (attributes: Buffer) => Buffer
  by?: (data: Buffer) => Buffer
  signatureAlgorithm?: Buffer
  signature?: (right: Buffer) => Buffer
  after?: Buffer[]
  /** Changes the whole. */
  whole?: (right: Buffer) => Buffer
}

/** A signature in CMS (RFC 5652) with what is wrong about it. Nothing of it comes from the code that reads it. */
export const writeCms = (wrong: Wrong = {}): Buffer => {
  const name = wrong.signer ?? 'rsa2048'
  const { issuer, serial, raw } = partsOf(name)
  const digest = algorithm(SHA256, nothing())
  const right = {
    type: contentType(),
    digest: messageDigest(
      createHash('sha256')
        .update(wrong.part ?? PART)
        .digest(),
    ),
    time: signingTime(),
  }
  const attributes =
    wrong.attributes === null ? [] : (wrong.attributes?.(right) ?? sorted([right.type, right.digest, right.time]))
  const data = wrong.signed?.(set(...attributes)) ?? set(...attributes)
  const signature = wrong.by?.(data) ?? sign('sha256', data, privateKeyOf(name))
  const signer = sequence(
    wrong.signerVersion ?? integer(1),
    wrong.signerId ?? sequence(issuer, serial),
    wrong.signerDigest ?? digest,
    ...(wrong.attributes === null ? [] : [explicit(0, ...attributes)]),
    wrong.signatureAlgorithm ?? algorithm(RSA, nothing()),
    octetString(wrong.signature?.(signature) ?? signature),
    ...(wrong.after ?? []),
  )
  const signedData = sequence(
    wrong.version ?? integer(1),
    set(...(wrong.digests ?? [digest])),
    sequence(wrong.contentKind ?? DATA, ...(wrong.content ?? [])),
    ...((wrong.certificates ?? [raw]).length > 0 ? [explicit(0, ...(wrong.certificates ?? [raw]))] : []),
    ...(wrong.lists ?? []),
    set(...(wrong.signers?.(signer) ?? [signer])),
  )
  const whole = sequence(wrong.kind ?? SIGNED_DATA, explicit(0, signedData))
  return wrong.whole?.(whole) ?? whole
}

const HEADER = 'From: robot@registry.example\r\nTo: gateway@in.hoster.example\r\nMIME-Version: 1.0\r\n'

const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/.{1,64}/g, '$&\r\n')

export const detachedMail = (cms: Buffer, part: Buffer = PART): Buffer =>
  Buffer.concat([
    Buffer.from(
      `${HEADER}Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary="b"\r\n\r\n--b\r\n`,
    ),
    part,
    Buffer.from('\r\n--b\r\nContent-Type: application/pkcs7-signature; name="smime.p7s"\r\n'),
    Buffer.from(`Content-Transfer-Encoding: base64\r\n\r\n${base64(cms)}\r\n--b--\r\n`),
  ])

export const opaqueMail = (cms: Buffer): Buffer =>
  Buffer.from(
    `${HEADER}Content-Type: application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"\r\n` +
      `Content-Transfer-Encoding: base64\r\n\r\n${base64(cms)}`,
  )

/** The content of an opaque message, for `Wrong.content`. */
export const carried = (part: Buffer = PART): Buffer[] => [explicit(0, octetString(part))]
