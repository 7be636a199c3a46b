import type { Trust } from '../core/connection.js'
import { readDkimKey } from './keys/dkim-key.js'
import { checkMode, listKeyFiles, withKeyFile } from './keys/folder.js'
import type { KeyDescription, KeyFile } from './keys/key-file.js'
import { readKey } from './keys/read-key.js'
import type { PinnedKey, SigningKey } from './scheme.js'

export type { KeyDescription } from './keys/key-file.js'

/**
 * The key files of one folder: OpenPGP keys, certificates with or without their private keys (PEM), certificates (DER) and
 * PKCS#12. Every method but `files` throws a `Fault` that names the file and says what to do: `key-missing`, `key-mode`
 * (others can read a private key), `key-locked` (passphrase missing or wrong), `key-expired`, `key-unusable`.
 */
export type Keyring = {
  /** Where the files are. */
  folder: string
  /** A private key, unlocked, that can sign at that time. */
  signingKey(file: string, passphrase: string | null, at: Date): Promise<SigningKey>
  /** An RSA private key for DKIM as PEM. It is no key of the signing schemes: the other methods have no use for it. */
  dkimKey(file: string): Promise<string>
  /** The registry's public keys of a connection. Expired and revoked ones too: the verdict on a mail says so. */
  pinnedKeys(entries: Trust['keys']): Promise<PinnedKey[]>
  /** The passphrase is needed for PKCS#12 alone, where it hides the certificate too. */
  describe(file: string, passphrase?: string | null): Promise<KeyDescription>
  /** What others may have of any key file, for whoever verifies signatures by other programs; passphrases as in `describe`. */
  publicKey(file: string, passphrase?: string | null): Promise<PublicKey>
  /** The names of all files in the folder, keys or not; hidden ones and its README.md left out. */
  files(): Promise<string[]>
}

/** `text` is an OpenPGP key in ASCII armor, or a certificate as PEM. */
export type PublicKey = Pick<KeyDescription, 'file' | 'format' | 'fingerprint' | 'ca' | 'userIds'> & { text: string }

/** A file is read again when its time or size has changed, so a key that is replaced or added while we run is found. */
export const openKeyring = (folder: string): Keyring => {
  const cache = new Map<string, { stamp: string; loaded: Promise<KeyFile> }>()

  const looking = new Map<string, Promise<KeyFile>>()

  /** Those who ask while a look at the file is under way share it. */
  const load = (file: string): Promise<KeyFile> => {
    const shared = looking.get(file) ?? look(file).finally(() => looking.delete(file))
    looking.set(file, shared)
    return shared
  }

  const look = (file: string): Promise<KeyFile> =>
    withKeyFile(folder, file, async ({ stamp, mode, read }) => {
      const known = cache.get(file)
      const loaded = known?.stamp === stamp ? known.loaded : read().then((bytes) => readKey(file, bytes))
      // A read that failed is repeated by the next call: the cache keeps what worked.
      const result = await loaded
      cache.set(file, { stamp, loaded })
      if (result.secret) checkMode(file, mode)
      return result
    })

  const pin = async (entry: Trust['keys'][number]): Promise<PinnedKey> => {
    const key = await load(entry.file)
    return { ...entry, format: key.format, bytes: key.pinned() }
  }

  return {
    folder,
    signingKey: async (file, passphrase, at) => (await load(file)).unlock(passphrase, at),
    dkimKey: (file) => readDkimKey(folder, file),
    pinnedKeys: (entries) => Promise.all(entries.map(pin)),
    describe: async (file, passphrase = null) => (await load(file)).describe(passphrase),
    publicKey: async (file, passphrase = null) => {
      const key = await load(file)
      const { format, fingerprint, ca, userIds } = await key.describe(passphrase)
      return { file, format, fingerprint, ca, userIds, text: await key.publicText(passphrase) }
    },
    files: () => listKeyFiles(folder),
  }
}
