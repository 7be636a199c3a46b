import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { decryptKey, type Key, type PrivateKey } from 'openpgp'
import type { Pin, Trust } from '../core/connection.js'
import { Fault, messageOf } from '../core/errors.js'
import { OPENPGP } from './openpgp-config.js'
import {
  algorithmOf,
  expiryOf,
  fingerprintOf,
  isPrivate,
  isRevoked,
  readKeyFile,
  signingExpiry,
} from './openpgp-keys.js'
import type { PinnedKey, SigningKey } from './scheme.js'

export type KeyDescription = {
  file: string
  fingerprint: string
  userIds: string[]
  /** Null where the key never expires, or where it is revoked or not valid at all: then `usable` is false. */
  expiresAt: Date | null
  algorithm: string
  secret: boolean
  usable: boolean
}

/**
 * The key files of one folder. Every method throws a `Fault` that names the file and says what to do: `key-missing`,
 * `key-mode` (others can read a private key), `key-locked` (passphrase missing or wrong), `key-expired`, `key-unusable`.
 */
export type Keyring = {
  /** A private key, unlocked, that can sign at that time. */
  signingKey(file: string, passphrase: string | null, at: Date): Promise<SigningKey>
  /** The registry's public keys of a connection. Expired and revoked ones too: the verdict on a mail says so. */
  pinnedKeys(entries: Trust['keys']): Promise<PinnedKey[]>
  describe(file: string): Promise<KeyDescription>
}

type KeyFile = { bytes: Buffer; key: Key; unlocked: Map<string, Promise<PrivateKey>> }

/** A file is read again when its time or size has changed, so a key that is replaced or added while we run is found. */
export const openKeyring = (folder: string): Keyring => {
  const cache = new Map<string, { stamp: string; loaded: Promise<KeyFile> }>()

  const load = async (file: string): Promise<KeyFile> => {
    const handle = await openFile(folder, file)
    try {
      const { size, mtimeMs, ctimeMs, ino, mode } = await handle.stat()
      const stamp = [size, mtimeMs, ctimeMs, ino].join(' ')
      const known = cache.get(file)
      const loaded = known?.stamp === stamp ? known.loaded : readFrom(handle, file, size)
      // A read that failed is repeated by the next call: the cache keeps what worked.
      const result = await loaded
      cache.set(file, { stamp, loaded })
      if (isPrivate(result.key)) checkMode(file, mode)
      return result
    } finally {
      await handle.close()
    }
  }

  return {
    signingKey: async (file, passphrase, at) => unlock(file, await load(file), passphrase, at),
    pinnedKeys: (entries) => Promise.all(entries.map(async (entry) => pin(entry, await load(entry.file)))),
    describe: async (file) => describe(file, (await load(file)).key),
  }
}

const fault = (code: string, message: string, cause?: unknown): Fault =>
  new Fault(code, message, { temporary: false, cause })

const openFile = async (folder: string, file: string): Promise<FileHandle> => {
  if (!/^[^/\\\0]+$/.test(file) || file.includes('..') || file === '.') {
    throw fault(
      'key-missing',
      `Key file "${file}" is not a file name: give the name of a file in the keys folder, without a path.`,
    )
  }
  try {
    return await open(join(folder, file), 'r')
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    const text = absent
      ? `Key file ${file} is not in the keys folder ${folder}: put it there, or name another file.`
      : `Key file ${file} cannot be opened (${messageOf(error)}): let this program's user read it.`
    throw fault('key-missing', text, error)
  }
}

const MAX_SIZE = 1024 * 1024

const readFrom = async (handle: FileHandle, file: string, size: number): Promise<KeyFile> => {
  if (size > MAX_SIZE) throw fault('key-unusable', `Key file ${file} has ${size} octets: export the key alone into it.`)
  const bytes = await handle.readFile().catch((error: unknown) => {
    throw fault('key-unusable', `Key file ${file} cannot be read (${messageOf(error)}).`, error)
  })
  const key = await readKeyFile(bytes)
  if (!key.ok) throw fault('key-unusable', `Key file ${file} is of no use: ${key.reason}.`)
  return { bytes, key: key.value, unlocked: new Map() }
}

const GROUP_AND_OTHERS = 0o077

const checkMode = (file: string, mode: number): void => {
  if ((mode & GROUP_AND_OTHERS) === 0) return
  const shown = (mode & 0o777).toString(8).padStart(4, '0')
  throw fault('key-mode', `Private key file ${file} can be read by others (mode ${shown}): run chmod 600 on it.`)
}

const pin = (entry: Pin, { bytes, key }: KeyFile): PinnedKey => {
  const { file } = entry
  if (isPrivate(key)) {
    throw fault(
      'key-unusable',
      `Key file ${file} holds a private key: a registry's public key belongs there, export that.`,
    )
  }
  return { ...entry, format: 'openpgp', bytes }
}

const unlock = async (file: string, loaded: KeyFile, passphrase: string | null, at: Date): Promise<SigningKey> => {
  const { key } = loaded
  if (!isPrivate(key)) {
    throw fault('key-unusable', `Key file ${file} holds a public key: to sign, export the private key into it.`)
  }
  const expiresAt = await checkUsable(file, key, at)
  const id = createHash('sha256')
    .update(passphrase ?? '')
    .digest('base64')
  const known = loaded.unlocked.get(id)
  const opened = known ?? decrypt(file, key, passphrase)
  const unlocked = await opened
  loaded.unlocked.set(id, opened)
  return { format: 'openpgp', fingerprint: fingerprintOf(unlocked), expiresAt, key: unlocked }
}

/** Throws for a key that cannot sign at that time; otherwise says when it ends. */
const checkUsable = async (file: string, key: PrivateKey, at: Date): Promise<Date | null> => {
  if (isRevoked(key)) throw fault('key-unusable', `Key ${file} is revoked: make a new one and give it to the registry.`)
  const expires = await expiryOf(key)
  if (expires instanceof Date && expires <= at) throw expired(file, expires.toISOString())
  try {
    const signing = await key.getSigningKey(undefined, at, undefined, OPENPGP)
    return await signingExpiry(key, signing)
  } catch (error) {
    const reason = messageOf(error)
    if (/expired/i.test(reason)) throw expired(file, 'its signing subkey')
    const text = `Key ${file} cannot sign at ${at.toISOString()} (${reason}): it needs RSA of 2048 bits or more, or Ed25519, and a valid part that may sign.`
    throw fault('key-unusable', text, error)
  }
}

const expired = (file: string, what: string): Fault =>
  fault('key-expired', `Key ${file} has expired (${what}): extend it or make a new one, and give it to the registry.`)

const decrypt = async (file: string, key: PrivateKey, passphrase: string | null): Promise<PrivateKey> => {
  if (key.isDecrypted()) return key
  if (passphrase === null) {
    throw fault(
      'key-locked',
      `Key ${file} has a passphrase: name the environment variable with it in signing.passphraseEnv.`,
    )
  }
  try {
    return await decryptKey({ privateKey: key, passphrase, config: OPENPGP })
  } catch (error) {
    throw fault(
      'key-locked',
      `The passphrase does not open key ${file}: check the variable that signing.passphraseEnv names.`,
      error,
    )
  }
}

const describe = async (file: string, key: Key): Promise<KeyDescription> => {
  const expires = await expiryOf(key)
  return {
    file,
    fingerprint: fingerprintOf(key),
    userIds: key.getUserIDs(),
    expiresAt: expires ?? null,
    algorithm: algorithmOf(key),
    secret: key.isPrivate(),
    usable: expires !== undefined && !isRevoked(key),
  }
}
