import type { Scheme } from '../core/connection.js'
import type { Keyring } from '../signing/keyring.js'
import { generateCertifiedKey, generateOpenpgpKey } from '../signing/keys/generate-key.js'
import { readKey } from '../signing/keys/read-key.js'

/** What it is called where a file would be; no file has such a name (`signing/keys/write-key-files.ts`). */
export const THROW_AWAY_KEY = 'a key made for this rehearsal'

/** The same keyring with one key more, which is in no file and is gone with it: one that signs in that form from then on. */
export const withThrowAwayKey = async (
  keyring: Keyring,
  { scheme, email, at }: { scheme: Scheme; email: string; at: Date },
): Promise<Keyring> => {
  const wanted = { user: { name: 'Rehearsal', email }, at, expiresAt: null, passphrase: null }
  const { privateKey } =
    scheme === 'smime'
      ? generateCertifiedKey({ ...wanted, algorithm: 'p256' })
      : await generateOpenpgpKey({ ...wanted, algorithm: 'ed25519' })
  const key = await readKey(THROW_AWAY_KEY, Buffer.from(privateKey))
  return {
    ...keyring,
    signingKey: (file, passphrase, signedAt) =>
      file === THROW_AWAY_KEY ? key.unlock(null, signedAt) : keyring.signingKey(file, passphrase, signedAt),
    publicKey: async (file, passphrase) => {
      if (file !== THROW_AWAY_KEY) return keyring.publicKey(file, passphrase)
      const { format, fingerprint, ca, userIds } = await key.describe(null)
      return { file, format, fingerprint, ca, userIds, text: await key.publicText(null) }
    },
  }
}
