import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { generateKey as generateOpenpgp } from 'openpgp'
import { OPENPGP } from '../openpgp/config.js'
import { algorithmOf, fingerprintOf } from '../openpgp/keys.js'
import type { KeyFormat } from '../scheme.js'
import { algorithmOfKey } from '../x509/certificate-use.js'
import { type KeyPair, writeRequest, writeSelfSigned } from '../x509/write-certificate.js'
import type { UserId } from './user-id.js'

/** What keys can be made of; the first of each is what is made unless another is asked for. */
export const KEY_ALGORITHMS = {
  openpgp: ['ed25519', 'rsa3072', 'rsa4096'],
  x509: ['rsa3072', 'rsa2048', 'rsa4096', 'p256'],
} as const satisfies Record<KeyFormat, readonly string[]>

export type OpenpgpAlgorithm = (typeof KEY_ALGORITHMS.openpgp)[number]
export type CertificateAlgorithm = (typeof KEY_ALGORITHMS.x509)[number]

export type NewKey = {
  user: UserId
  /** When the key begins, to the second. */
  at: Date
  /** Null for never. */
  expiresAt: Date | null
  /** Null to leave the private key unprotected but by its file's mode. */
  passphrase: string | null
}

/** A new key as texts to be kept in files. */
export type GeneratedKey = {
  /** Upper-case hexadecimal: of the primary key, or SHA-256 of the certificate. */
  fingerprint: string
  /** For people. */
  algorithm: string
  /** Armored; or PEM with the certificate. */
  privateKey: string
  /** For the registry: armored; or the certificate in PEM. */
  publicKey: string
  /** For an authority that issues certificates (PKCS #10 in PEM); null where there are none. */
  request: string | null
}

/** A key that signs and does nothing else, of version 4, which all programs read. */
export const generateOpenpgpKey = async (input: NewKey & { algorithm: OpenpgpAlgorithm }): Promise<GeneratedKey> => {
  const { user, algorithm, at, expiresAt, passphrase } = input
  const { name, email } = user
  const key = await generateOpenpgp({
    userIDs: [name === '' ? { email } : { name, email }],
    ...OPENPGP_KINDS[algorithm],
    ...(passphrase === null ? {} : { passphrase }),
    date: wholeSecond(at),
    keyExpirationTime: expiresAt === null ? 0 : Math.round((expiresAt.getTime() - wholeSecond(at).getTime()) / 1_000),
    subkeys: [],
    format: 'object',
    config: OPENPGP,
  })
  return {
    fingerprint: fingerprintOf(key.publicKey),
    algorithm: algorithmOf(key.publicKey),
    privateKey: key.privateKey.armor(OPENPGP),
    publicKey: key.publicKey.armor(OPENPGP),
    request: null,
  }
}

const OPENPGP_KINDS = {
  ed25519: { type: 'ecc', curve: 'curve25519Legacy' },
  rsa3072: { type: 'rsa', rsaBits: 3072 },
  rsa4096: { type: 'rsa', rsaBits: 4096 },
} as const satisfies Record<OpenpgpAlgorithm, object>

/** A certificate that says of itself that it does not end (RFC 5280, 4.1.2.5). */
const NEVER = new Date('9999-12-31T23:59:59Z')

/** A private key, a certificate that it signed itself, and a request for one that an authority signs. */
export const generateCertifiedKey = (input: NewKey & { algorithm: CertificateAlgorithm }): GeneratedKey => {
  const { user, algorithm, at, expiresAt, passphrase } = input
  const keys = newKeyPair(algorithm)
  const certificate = writeSelfSigned(keys, { user, notBefore: wholeSecond(at), notAfter: expiresAt ?? NEVER })
  const publicKey = pem('CERTIFICATE', certificate)
  const lock = passphrase === null ? {} : { cipher: 'aes-256-cbc', passphrase }
  return {
    fingerprint: new X509Certificate(certificate).fingerprint256.replaceAll(':', ''),
    algorithm: algorithmOfKey(keys.publicKey),
    privateKey: keys.privateKey.export({ format: 'pem', type: 'pkcs8', ...lock }).toString() + publicKey,
    publicKey,
    request: pem('CERTIFICATE REQUEST', writeRequest(keys, user)),
  }
}

const newKeyPair = (algorithm: CertificateAlgorithm): KeyPair =>
  algorithm === 'p256'
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('rsa', { modulusLength: Number(algorithm.slice('rsa'.length)) })

const pem = (label: string, der: Buffer): string => {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}

const wholeSecond = (at: Date): Date => new Date(Math.floor(at.getTime() / 1_000) * 1_000)
