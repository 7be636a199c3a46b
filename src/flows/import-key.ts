import { Fault, Refusal } from '../core/errors.js'
import type { KeyDescription } from '../signing/keyring.js'
import { readKey } from '../signing/keys/read-key.js'
import { checkKeyName, createKeyFiles, existingKeyFile, replaceKeyFile } from '../signing/keys/write-key-files.js'
import { weakKeyRefused } from '../signing/weakness.js'

export { MAX_KEY_FILE } from '../signing/keys/folder.js'

export type ImportKey = {
  keysDir: string
  /** Of the file in the keys folder. */
  name: string
  bytes: Buffer
  /** To open it with, so that a wrong one is found now; needed for PKCS#12 alone. */
  passphrase: string | null
  at: Date
  /** Whether it may take the place of another key of that name. */
  replace: boolean
}

export type ImportedKey = Pick<
  KeyDescription,
  'file' | 'format' | 'fingerprint' | 'userIds' | 'algorithm' | 'secret' | 'ca'
> & {
  expiresAt: string | null
  /** Why it is of no use as it is, in a sentence; null where nothing speaks against it. */
  problem: string | null
  /** False where the same file was there already. */
  written: boolean
}

/**
 * Puts a key or a certificate that somebody has as a file into the keys folder, if it is one of a form that we take; a
 * private key for its owner's eyes alone. Throws a `Refusal` for another key of that name, and a `Fault` for what is no key
 * or does not open.
 */
export const importKey = async (input: ImportKey): Promise<ImportedKey> => {
  const { keysDir, bytes, passphrase, at, replace } = input
  const name = checkKeyName(input.name)
  const key = await readKey(name, bytes)
  const found = await key.describe(passphrase)
  const problem = await problemOf(key, found, { passphrase, at })
  const written = await put(keysDir, { name, content: bytes, mode: found.secret ? 0o600 : 0o644 }, replace)
  const { file, format, fingerprint, userIds, algorithm, secret, ca, expiresAt } = found
  return {
    ...{ file, format, fingerprint, userIds, algorithm, secret, ca, problem, written },
    expiresAt: expiresAt?.toISOString() ?? null,
  }
}

type Key = Awaited<ReturnType<typeof readKey>>

/** A passphrase that does not fit stops the import; what time or a new certificate may mend is told and kept. */
const problemOf = async (
  key: Key,
  { secret, usable, expiresAt, file, weak: [weakness] }: KeyDescription,
  { passphrase, at }: Pick<ImportKey, 'passphrase' | 'at'>,
): Promise<string | null> => {
  if (!secret) {
    if (!usable) return `${file} is revoked, or of a kind whose signatures are not believed.`
    if (weakness !== undefined) return `${file} ${weakKeyRefused(weakness)}.`
    return expiresAt !== null && expiresAt <= at ? `${file} expired at ${expiresAt.toISOString()}.` : null
  }
  try {
    await key.unlock(passphrase, at)
    return null
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    if (error.code !== 'key-locked') return error.message
    if (passphrase !== null) throw error
    return null // it opens when it is used, with the passphrase that its connection names
  }
}

const put = async (keysDir: string, file: Parameters<typeof replaceKeyFile>[1], replace: boolean): Promise<boolean> => {
  const there = await existingKeyFile(keysDir, file.name)
  if (there === null) {
    await createKeyFiles(keysDir, [file])
    return true
  }
  const isSame = there.equals(Buffer.from(file.content))
  if (!isSame && !replace)
    throw new Refusal(
      'conflict',
      `${file.name} is in the keys folder already and holds something else: choose another name, or say that it is to be replaced.`,
    )
  await replaceKeyFile(keysDir, file)
  return !isSame
}
