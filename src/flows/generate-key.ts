import { Refusal } from '../core/errors.js'
import { openKeyring } from '../signing/keyring.js'
import {
  type CertificateAlgorithm,
  type GeneratedKey,
  generateCertifiedKey,
  generateOpenpgpKey,
  KEY_ALGORITHMS,
  type OpenpgpAlgorithm,
} from '../signing/keys/generate-key.js'
import { parseUserId, type UserId } from '../signing/keys/user-id.js'
import { checkKeyName, createKeyFiles, type NewFile } from '../signing/keys/write-key-files.js'

export { KEY_ALGORITHMS } from '../signing/keys/generate-key.js'

/** What a key is for: signing with OpenPGP, clear or MIME, or with S/MIME. */
export const KEY_SCHEMES = ['openpgp', 'smime'] as const
export type KeyScheme = (typeof KEY_SCHEMES)[number]

export type GenerateKey = {
  keysDir: string
  /** Of the file with the private key; an ending is added where it has none. */
  name: string
  /** `Hoster domains <domains@hoster.example>`. */
  user: string
  scheme: KeyScheme
  /** Null for the usual one. */
  algorithm: string | null
  at: Date
  /** Null for never. */
  expiresAt: Date | null
  passphrase: string | null
}

export type MadeKey = {
  /** The private key, for `signing.key`. */
  file: string
  /** For the registry. */
  publicFile: string
  /** For an authority that issues certificates; null for an OpenPGP key. */
  requestFile: string | null
  scheme: KeyScheme
  fingerprint: string
  algorithm: string
  user: string
  expiresAt: string | null
}

/**
 * Makes a key of our own and puts it into the keys folder, the private part for its owner's eyes alone, and reads it again
 * as the gateway will. Throws a `Refusal` for a name, user id or algorithm that will not do and for files that are there
 * already, and a `Fault` where the folder cannot be written to.
 */
export const generateKey = async (input: GenerateKey): Promise<MadeKey> => {
  const { keysDir, scheme, at, expiresAt, passphrase } = input
  const names = namesOf(checkKeyName(input.name), scheme)
  const user = parseUserId(input.user)
  const key = await makeKey(input, user)
  await createKeyFiles(keysDir, filesOf(names, key))
  const { fingerprint } = await openKeyring(keysDir).signingKey(names.file, passphrase, at)
  return {
    ...names,
    requestFile: key.request === null ? null : names.requestFile,
    ...{ scheme, fingerprint, algorithm: key.algorithm, expiresAt: expiresAt?.toISOString() ?? null },
    user: user.name === '' ? user.email : `${user.name} <${user.email}>`,
  }
}

type Names = { file: string; publicFile: string; requestFile: string }

const namesOf = (name: string, scheme: KeyScheme): Names => {
  const ending = scheme === 'smime' ? 'pem' : 'asc'
  const base = name.endsWith(`.${ending}`) ? name.slice(0, -ending.length - 1) : name
  return {
    file: base === name && name.includes('.') ? name : `${base}.${ending}`,
    publicFile: scheme === 'smime' ? `${base}.crt.pem` : `${base}.pub.asc`,
    requestFile: `${base}.csr.pem`,
  }
}

const makeKey = async ({ scheme, algorithm, at, expiresAt, passphrase }: GenerateKey, user: UserId) => {
  const known = { user, at, expiresAt, passphrase }
  if (scheme === 'smime') return generateCertifiedKey({ ...known, algorithm: choose(CERTIFICATE, scheme, algorithm) })
  return generateOpenpgpKey({ ...known, algorithm: choose(OPENPGP, scheme, algorithm) })
}

const OPENPGP: readonly OpenpgpAlgorithm[] = KEY_ALGORITHMS.openpgp
const CERTIFICATE: readonly CertificateAlgorithm[] = KEY_ALGORITHMS.x509

const choose = <Algorithm extends string>(
  all: readonly Algorithm[],
  scheme: KeyScheme,
  wanted: string | null,
): Algorithm => {
  const chosen = wanted === null ? all[0] : all.find((algorithm) => algorithm === wanted)
  if (chosen !== undefined) return chosen
  throw new Refusal('invalid', `${wanted} is no algorithm for ${scheme}: choose one of ${all.join(', ')}.`)
}

const filesOf = ({ file, publicFile, requestFile }: Names, key: GeneratedKey): NewFile[] => [
  { name: file, content: key.privateKey, mode: 0o600 },
  { name: publicFile, content: key.publicKey, mode: 0o644 },
  ...(key.request === null ? [] : [{ name: requestFile, content: key.request, mode: 0o644 } as const]),
]
