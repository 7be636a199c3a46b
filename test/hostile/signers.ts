import { readFileSync } from 'node:fs'
import * as path from 'node:path'
import {
  type Config,
  createCleartextMessage,
  createMessage,
  enums,
  type PrivateKey,
  readPrivateKey,
  sign,
  config as standard,
} from 'openpgp'

const KEYS = path.join(import.meta.dirname, '../fixtures/openpgp/keys')

export type SignOptions = { key?: string; at: Date; hash?: 'sha1' | 'sha256' | 'sha512' }

const opened = new Map<string, Promise<PrivateKey>>()

const openKey = (name: string): Promise<PrivateKey> => {
  const known = opened.get(name)
  if (known !== undefined) return known
  const key = readPrivateKey({ armoredKey: readFileSync(path.join(KEYS, `${name}.sec.asc`), 'utf8'), config: LENIENT })
  opened.set(name, key)
  return key
}

/** An attacker is bound by no policy: short keys, old digests and old algorithms sign like any other. */
const LENIENT: Config = {
  ...standard,
  minRSABits: 512,
  rejectHashAlgorithms: new Set(),
  rejectMessageHashAlgorithms: new Set(),
  rejectPublicKeyAlgorithms: new Set(),
}

const configFor = ({ hash = 'sha512' }: SignOptions): Config => ({
  ...LENIENT,
  preferredHashAlgorithm: enums.hash[hash],
})

/** A text as a clear-signed message, by the library's own way, which the gateway does not use. */
export const clearSign = async (text: string, options: SignOptions): Promise<string> =>
  sign({
    message: await createCleartextMessage({ text }),
    signingKeys: await openKey(options.key ?? 'rsa2048'),
    date: options.at,
    config: configFor(options),
  })

/** An armored signature over the octets as they travel. */
export const detachedSign = async (octets: Buffer, options: SignOptions): Promise<string> =>
  sign({
    message: await createMessage({ binary: new Uint8Array(octets) }),
    signingKeys: await openKey(options.key ?? 'rsa2048'),
    date: options.at,
    detached: true,
    config: configFor(options),
  })

/** A signed message in one armored block, as `gpg --sign` makes it. */
export const inlineSign = async (text: string, options: SignOptions): Promise<string> =>
  sign({
    message: await createMessage({ text }),
    signingKeys: await openKey(options.key ?? 'rsa2048'),
    date: options.at,
    config: configFor(options),
  })
