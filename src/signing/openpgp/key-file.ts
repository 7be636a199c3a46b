import { decryptKey, type Key, type PrivateKey } from 'openpgp'
import { type Fault, messageOf } from '../../core/errors.js'
import { keyFault } from '../keys/folder.js'
import type { KeyDescription, KeyFile } from '../keys/key-file.js'
import { onceOpened } from '../keys/once-opened.js'
import { OPENPGP } from './config.js'
import { algorithmOf, expiryOf, fingerprintOf, isPrivate, isRevoked, readKeyFile, signingExpiry } from './keys.js'
import { strengthOfKey } from './strength.js'

/** One OpenPGP key (RFC 9580, 10), armored or binary, public or private. */
export const readOpenpgpFile = async (file: string, bytes: Buffer): Promise<KeyFile> => {
  const key = await readKeyFile(bytes)
  if (!key.ok) throw keyFault('key-unusable', `Key file ${file} is of no use: ${key.reason}.`)
  return isPrivate(key.value) ? privateFile(file, key.value) : publicFile(file, key.value, bytes)
}

const publicFile = (file: string, key: Key, bytes: Buffer): KeyFile => ({
  format: 'openpgp',
  secret: false,
  unlock: async () => {
    throw keyFault('key-unusable', `Key file ${file} holds a public key: to sign, export the private key into it.`)
  },
  pinned: () => bytes,
  describe: () => describe(file, key),
  publicText: async () => key.armor(),
})

const privateFile = (file: string, key: PrivateKey): KeyFile => {
  const open = onceOpened((passphrase) => decrypt(file, key, passphrase))
  return {
    format: 'openpgp',
    secret: true,
    unlock: async (passphrase, at) => {
      const expiresAt = await checkUsable(file, key, at)
      const unlocked = await open(passphrase)
      return { format: 'openpgp', fingerprint: fingerprintOf(unlocked), expiresAt, key: unlocked }
    },
    pinned: () => {
      throw keyFault(
        'key-unusable',
        `Key file ${file} holds a private key: a registry's public key belongs there, export that.`,
      )
    },
    describe: () => describe(file, key),
    publicText: async () => key.toPublic().armor(),
  }
}

/** Throws for a key that cannot sign at that time; otherwise says when it ends. */
const checkUsable = async (file: string, key: PrivateKey, at: Date): Promise<Date | null> => {
  if (isRevoked(key))
    throw keyFault('key-unusable', `Key ${file} is revoked: make a new one and give it to the registry.`)
  const expires = await expiryOf(key)
  if (expires instanceof Date && expires <= at) throw expired(file, expires.toISOString())
  try {
    const signing = await key.getSigningKey(undefined, at, undefined, OPENPGP)
    return await signingExpiry(key, signing)
  } catch (error) {
    const reason = messageOf(error)
    if (/expired/i.test(reason)) throw expired(file, 'its signing subkey')
    const text = `Key ${file} cannot sign at ${at.toISOString()} (${reason}): it needs RSA of 2048 bits or more, or Ed25519, and a valid part that may sign.`
    throw keyFault('key-unusable', text, error)
  }
}

const expired = (file: string, what: string): Fault =>
  keyFault(
    'key-expired',
    `Key ${file} has expired (${what}): extend it or make a new one, and give it to the registry.`,
  )

const decrypt = async (file: string, key: PrivateKey, passphrase: string | null): Promise<PrivateKey> => {
  if (key.isDecrypted()) return key
  if (passphrase === null) {
    throw keyFault(
      'key-locked',
      `Key ${file} has a passphrase: name the environment variable with it in signing.passphraseEnv, and set that for the gateway.`,
    )
  }
  try {
    return await decryptKey({ privateKey: key, passphrase, config: OPENPGP })
  } catch (error) {
    throw keyFault(
      'key-locked',
      `The passphrase does not open key ${file}: check the variable that signing.passphraseEnv names.`,
      error,
    )
  }
}

const describe = async (file: string, key: Key): Promise<KeyDescription> => {
  const expires = await expiryOf(key)
  const strength = await strengthOfKey(key)
  const weak = strength.ok ? strength.value : []
  return {
    file,
    format: 'openpgp',
    fingerprint: fingerprintOf(key),
    userIds: key.getUserIDs(),
    notBefore: key.getCreationTime(),
    expiresAt: expires ?? null,
    algorithm: algorithmOf(key),
    secret: key.isPrivate(),
    // No setting makes us sign with a weak key of our own.
    usable: expires !== undefined && !isRevoked(key) && strength.ok && (weak.length === 0 || !isPrivate(key)),
    weak,
    ca: false,
  }
}
