/** Writes CMS signed data (RFC 5652) with node:crypto alone, well-formed or not, as an attacker could. */
import { createHash, createPrivateKey, sign, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import * as path from 'node:path'

const KEYS = path.join(import.meta.dirname, '../fixtures/smime/keys')

export const der = (tag: number, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts)
  const size: number[] = []
  for (let rest = body.length; rest > 0; rest = Math.floor(rest / 256)) size.unshift(rest % 256)
  const length = body.length < 128 ? [body.length] : [0x80 + size.length, ...size]
  return Buffer.concat([Buffer.from([tag, ...length]), body])
}

export const sequence = (...parts: Buffer[]): Buffer => der(0x30, ...parts)
export const set = (...parts: Buffer[]): Buffer => der(0x31, ...parts)
export const integer = (value: number): Buffer => der(0x02, Buffer.from([value]))
export const octetString = (bytes: Buffer): Buffer => der(0x04, bytes)
const explicit = (number: number, ...parts: Buffer[]): Buffer => der(0xa0 + number, ...parts)
const NULL = der(0x05)

export const oid = (dotted: string): Buffer => {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return der(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

const base128 = (value: number): number[] => {
  const digits = [value % 128]
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) digits.unshift(128 + (rest % 128))
  return digits
}

const utcTime = (at: Date): Buffer =>
  der(0x17, Buffer.from(`${at.toISOString().replace(/\D/g, '').slice(2, 14)}Z`, 'latin1'))

const HASHES = {
  md5: '1.2.840.113549.2.5',
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha512: '2.16.840.1.101.3.4.2.3',
}
export type Hash = keyof typeof HASHES
const SIGNED_DATA = oid('1.2.840.113549.1.7.2')
export const DATA = oid('1.2.840.113549.1.7.1')
const CONTENT_TYPE = oid('1.2.840.113549.1.9.3')
const MESSAGE_DIGEST = oid('1.2.840.113549.1.9.4')
const SIGNING_TIME = oid('1.2.840.113549.1.9.5')
const RSA = sequence(oid('1.2.840.113549.1.1.1'), NULL)
const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'))

export type Attribute = { type: Buffer; values: Buffer[] }

export type CmsOptions = {
  /** A name among the fixtures' keys. */
  key: string
  at: Date
  hash?: Hash
  /** What the signer's certificate is said to be; the key's own otherwise. */
  certificateOf?: string
  /** Names of the certificates that are put in. */
  embedded?: readonly string[]
  /** Inside the CMS; null for a detached one. */
  eContent: Buffer | null
  /** Changes the attributes; null leaves them out, and the signature is over the content itself. */
  attributes?: ((usual: Attribute[]) => Attribute[]) | null
  /** Writes the attributes backwards, not in the order of DER. */
  backwards?: boolean
  /** The digest that SignerInfo names, where it is to differ from that of SignedData. */
  signerHash?: Hash
  /** How often the signer stands in it. */
  signers?: number
  version?: number
}

const pem = (name: string, kind: 'crt' | 'key'): string => readFileSync(path.join(KEYS, `${name}.${kind}.pem`), 'utf8')
const certificate = (name: string): X509Certificate => new X509Certificate(pem(name, 'crt'))

const algorithm = (hash: Hash): Buffer => sequence(oid(HASHES[hash]), NULL)

export const signedData = (content: Buffer, options: CmsOptions): Buffer => {
  const { key, hash = 'sha256', embedded = [key], eContent, signers = 1, version = 1 } = options
  const certificates = embedded.map((name) => certificate(name).raw)
  const signerInfo = writeSignerInfo(content, options)
  return sequence(
    SIGNED_DATA,
    explicit(
      0,
      sequence(
        integer(version),
        set(algorithm(hash)),
        sequence(DATA, ...(eContent === null ? [] : [explicit(0, octetString(eContent))])),
        ...(certificates.length === 0 ? [] : [der(0xa0, ...certificates)]),
        set(...Array<Buffer>(signers).fill(signerInfo)),
      ),
    ),
  )
}

const writeSignerInfo = (content: Buffer, options: CmsOptions): Buffer => {
  const { key, certificateOf = key, hash = 'sha256', signerHash = hash } = options
  const attributes = attributesOf(content, options)
  const privateKey = createPrivateKey(pem(key, 'key'))
  const over = attributes === null ? content : set(...attributes)
  return sequence(
    integer(1),
    issuerAndSerial(certificate(certificateOf).raw),
    algorithm(signerHash),
    ...(attributes === null ? [] : [der(0xa0, ...attributes)]),
    privateKey.asymmetricKeyType === 'ec' ? ECDSA_SHA256 : RSA,
    octetString(sign(hash, over, privateKey)),
  )
}

const attributesOf = (content: Buffer, { at, hash = 'sha256', attributes, backwards }: CmsOptions): Buffer[] | null => {
  if (attributes === null) return null
  const digest = createHash(hash).update(content).digest()
  const usual: Attribute[] = [
    { type: CONTENT_TYPE, values: [DATA] },
    { type: SIGNING_TIME, values: [utcTime(at)] },
    { type: MESSAGE_DIGEST, values: [octetString(digest)] },
  ]
  const written = (attributes?.(usual) ?? usual).map(({ type, values }) => sequence(type, set(...values)))
  const sorted = written.sort(Buffer.compare)
  return backwards === true ? sorted.reverse() : sorted
}

/** The issuer and the serial number as they stand in the certificate (RFC 5280, 4.1): version, serial, algorithm, issuer. */
const issuerAndSerial = (raw: Buffer): Buffer => {
  const tbs = children(children(raw)[0] ?? Buffer.alloc(0))
  const [, serial = Buffer.alloc(0), , issuer = Buffer.alloc(0)] = tbs
  return sequence(issuer, serial)
}

const children = (bytes: Buffer): Buffer[] => {
  const found: Buffer[] = []
  const { start, end } = header(bytes)
  for (let at = start; at < end; ) {
    const size = header(bytes.subarray(at)).end
    found.push(bytes.subarray(at, at + size))
    at += size
  }
  return found
}

const header = (bytes: Buffer): { start: number; end: number } => {
  const first = bytes[1] ?? 0
  if (first < 128) return { start: 2, end: 2 + first }
  const width = first - 128
  return { start: 2 + width, end: 2 + width + bytes.readUIntBE(2, width) }
}
