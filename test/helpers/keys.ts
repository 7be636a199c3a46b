import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { generateKey, type PrivateKey, readPrivateKey, reformatKey } from 'openpgp'

const USER = [{ name: 'Sealpost test key', email: 'test@test.example' }]

/** A key of its own for one test, private and without a passphrase, that ends so many seconds after it was made. */
export const newKey = async (options: { at: Date; seconds: number }): Promise<PrivateKey> => {
  const { privateKey } = await generateKey({
    ...{ type: 'ecc', curve: 'ed25519Legacy', userIDs: USER, format: 'object' },
    ...{ date: options.at, keyExpirationTime: options.seconds },
  })
  return privateKey
}

/** The same key with another end, as its owner would extend it. */
export const extendKey = async (key: PrivateKey, options: { at: Date; until: Date }): Promise<PrivateKey> => {
  const seconds = (options.until.getTime() - key.getCreationTime().getTime()) / 1_000
  const privateKey = await readPrivateKey({ armoredKey: key.armor() })
  const { privateKey: extended } = await reformatKey({
    ...{ privateKey, userIDs: USER, format: 'object', date: options.at, keyExpirationTime: seconds },
  })
  return extended
}

/** Puts a key into the keys folder: the private part for us, the public one for the registry. */
export const putKey = (keysDir: string, file: string, key: PrivateKey, part: 'private' | 'public'): void => {
  const at = path.join(keysDir, file)
  if (part === 'private') writePrivately(at, key.armor())
  else writeFileSync(at, key.toPublic().armor())
}

/** For us alone, whatever a file that was there let others do. */
const writePrivately = (at: string, content: string | Buffer): void => {
  writeFileSync(at, content)
  chmodSync(at, 0o600)
}

const SMIME = path.resolve(import.meta.dirname, '../fixtures/smime/keys')

/** A file of ours out of fixtures: a private key and its certificate one after the other, or a PKCS#12. */
export const putSmimeKey = (keysDir: string, file: string, ...names: string[]): void => {
  const parts = names.map((name) => readFileSync(path.join(SMIME, name)))
  writePrivately(path.join(keysDir, file), Buffer.concat(parts))
}
