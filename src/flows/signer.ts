import { type MailConnection, ownKeyAt, recipientOf } from '../core/connection.js'
import { Fault } from '../core/errors.js'
import type { SigningKey } from '../signing/scheme.js'
import type { Deps } from './deps.js'

/** Who signs the requests of a connection, and where they go. */
export type Signer = {
  to: string
  keyFile: string
  key: SigningKey
  /** All of that in a text, with the form of the signature, the addresses of ours and what signs by DKIM: `Request.signedAs`. */
  signedAs: string
}

/** Throws `Fault`, never temporary in itself, where an operator must mend something first: a key, an address. */
export const signerAt = async (
  deps: Pick<Deps, 'keyring' | 'env'>,
  connection: MailConnection,
  now: Date,
): Promise<Signer> => {
  const to = recipientOf(connection)
  if (to === null)
    throw new Fault('no-test-address', `connection ${connection.title} is in test mode; set registry.test`, HOLD)
  const own = ownKeyAt(connection.signing.keys, now)
  if (own === null)
    throw new Fault(
      'key-unusable',
      `none of the keys of connection ${connection.title} is to be used now; see signing.keys, notBefore and notAfter`,
      HOLD,
    )
  const key = await deps.keyring.signingKey(own.file, passphraseOf(deps, own.passphraseEnv), now)
  const { from, replyTo } = connection.registry
  const dkim = connection.dkim === null ? [] : [connection.dkim.domain, connection.dkim.selector, connection.dkim.key]
  return {
    to,
    keyFile: own.file,
    key,
    signedAs: [connection.signing.scheme, key.fingerprint, from, replyTo, to, ...dkim].join(' '),
  }
}

const HOLD = { temporary: false }

/** The passphrase that a connection names, or null for a key without one. Throws `Fault` where its file cannot be read. */
export const passphraseOf = (deps: Pick<Deps, 'env'>, name: string | null): string | null =>
  name === null || !Object.hasOwn(deps.env, name) ? null : (deps.env[name] ?? null)
