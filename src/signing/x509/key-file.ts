import type { KeyObject } from 'node:crypto'
import { keyFault } from '../keys/folder.js'
import type { KeyDescription, KeyFile } from '../keys/key-file.js'
import { onceOpened } from '../keys/once-opened.js'
import type { CertifiedKey } from '../smime/sign.js'
import { chainOf, chooseOwn } from './certificate-chain.js'
import { type CertificateFile, type HeldCertificate, readCertificateFile } from './certificate-file.js'
import { algorithmOfKey, canVouch, signingProblem, weaknessesOf } from './certificate-use.js'
import { openPemKey, openPkcs12Key } from './open-private-key.js'

/** Certificates (RFC 5280), alone or with a private key: PEM, DER or PKCS#12. */
export const readX509File = async (file: string, bytes: Buffer): Promise<KeyFile> => {
  const found = readCertificateFile(bytes)
  if (!found.ok) throw unusable(file, `is of no use: ${found.reason}`)
  const { value } = found
  return value.kind === 'certificates' ? publicFile(file, value.certificates) : privateFile(file, value)
}

const unusable = (file: string, what: string) => keyFault('key-unusable', `Key file ${file} ${what}.`)

/** One certificate of a registry, or of an authority. Which of several was meant would be a guess. */
const publicFile = (file: string, certificates: readonly HeldCertificate[]): KeyFile => {
  const [only] = certificates
  if (only === undefined || certificates.length > 1)
    throw unusable(
      file,
      `is of no use: it holds ${certificates.length} certificates and no private key; keep the one that is meant`,
    )
  return {
    format: 'x509',
    secret: false,
    unlock: async () => {
      throw unusable(file, 'holds a certificate alone: to sign, put its private key into the file too')
    },
    pinned: () => new Uint8Array(only.x509.raw),
    describe: async () => ({ ...describe(file, only), secret: false, usable: canVouch(only.fields) }),
    publicText: async () => only.x509.toString(),
  }
}

/** What is in a file once it is open: a private key, its certificate, and the others. */
type Opened = { privateKey: KeyObject; own: HeldCertificate; chain: HeldCertificate[] }

const privateFile = (file: string, found: Exclude<CertificateFile, { kind: 'certificates' }>): KeyFile => {
  const open = onceOpened(async (passphrase): Promise<Opened> => {
    const { privateKey, certificates } =
      found.kind === 'pem' ? openPemKey(file, found, passphrase) : openPkcs12Key(file, found.bytes, passphrase)
    const own = chooseOwn(certificates.filter(({ x509 }) => x509.checkPrivateKey(privateKey)))
    if (own === null) throw unusable(file, 'is of no use: none of its certificates belongs to its private key')
    return { privateKey, own, chain: chainOf(own, certificates) }
  })
  const certificate = async (passphrase: string | null): Promise<HeldCertificate> => {
    const own = found.kind === 'pem' && found.locked ? chooseOwn(found.certificates) : (await open(passphrase)).own
    if (own === null) throw unusable(file, 'is of no use: it holds a private key without its certificate')
    return own
  }
  return {
    format: 'x509',
    secret: true,
    unlock: async (passphrase, at) => {
      const { privateKey, own, chain } = await open(passphrase)
      checkUsable(file, own, at)
      const { fingerprint, notAfter } = own.fields
      const key: CertifiedKey = { privateKey, certificate: own.x509, chain: chain.map(({ x509 }) => x509) }
      return { format: 'x509', fingerprint, expiresAt: notAfter, key }
    },
    pinned: () => {
      throw unusable(file, "holds a private key: a registry's certificate belongs there, export that")
    },
    describe: async (passphrase) => {
      const own = await certificate(passphrase)
      return { ...describe(file, own), secret: true, usable: signingProblem(own.fields) === null }
    },
    publicText: async (passphrase) => (await certificate(passphrase)).x509.toString(),
  }
}

const checkUsable = (file: string, { fields }: HeldCertificate, at: Date): void => {
  const { notBefore, notAfter } = fields
  if (at > notAfter)
    throw keyFault(
      'key-expired',
      `Key ${file} has expired (its certificate ended ${notAfter.toISOString()}): get a new certificate, and give it to the registry.`,
    )
  if (at < notBefore)
    throw keyFault(
      'key-unusable',
      `Key ${file} cannot sign at ${at.toISOString()}: its certificate is valid only from ${notBefore.toISOString()}.`,
    )
  const problem = signingProblem(fields)
  if (problem !== null) throw keyFault('key-unusable', `Key ${file} cannot sign: ${problem}. Get another certificate.`)
}

const describe = (file: string, { x509, fields }: HeldCertificate): Omit<KeyDescription, 'secret' | 'usable'> => {
  const { fingerprint, notBefore, notAfter, key, extensions } = fields
  const subject = (x509.subject ?? '').split('\n').filter((part) => part !== '')
  return {
    ...{ file, format: 'x509', fingerprint, notBefore, expiresAt: notAfter },
    userIds: [...(subject.length === 0 ? [] : [subject.join(', ')]), ...extensions.addresses],
    algorithm: algorithmOfKey(key),
    weak: weaknessesOf(fields),
    ca: extensions.isAuthority,
  }
}
