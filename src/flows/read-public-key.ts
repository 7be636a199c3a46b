import type { Connection } from '../core/connection.js'
import type { Deps } from './deps.js'
import { passphraseOf } from './signer.js'

export type PublicFile = { name: string; content: string }

/**
 * The public half of a key file as text, under a name of its own: what a registry is given. A private key is opened with
 * the passphrase of a connection that signs with it where its form needs that. Throws `Fault` as the keyring does.
 */
export const readPublicKey = async (
  deps: Pick<Deps, 'keyring' | 'env' | 'store'>,
  file: string,
): Promise<PublicFile> => {
  const passphrase = passphraseOf(deps, passphraseEnvOf(await deps.store.connections.list(), file))
  const { secret } = await deps.keyring.describe(file, passphrase)
  const { format, text } = await deps.keyring.publicKey(file, passphrase)
  const ending = format === 'x509' ? '.crt.pem' : '.pub.asc'
  const name = secret ? `${file.replace(/\.[^.]+$/, '')}${ending}` : file
  return { name, content: text }
}

const passphraseEnvOf = (connections: readonly Connection[], file: string): string | null =>
  connections
    .flatMap((connection) => (connection.channel === 'mail' ? connection.signing.keys : []))
    .find((key) => key.file === file && key.passphraseEnv !== null)?.passphraseEnv ?? null
