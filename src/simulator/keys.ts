import { decryptKey, generateKey, type Key, type PrivateKey, type PublicKey, readKeys, readPrivateKey } from 'openpgp'
import { SimulatorError, sentenceOf } from './errors.js'

/**
 * A new OpenPGP key pair, armored and without a passphrase: Ed25519 in the form that gpg 2.2 reads, or RSA of 3072 bits.
 */
export const generateKeyPair = async (options: {
  name: string
  email: string
  type?: 'rsa' | 'ecc'
  /** When it begins; now unless said. */
  at?: Date
}): Promise<{ privateKey: string; publicKey: string }> => {
  const { privateKey, publicKey } = await generateKey({
    userIDs: [{ name: options.name, email: options.email }],
    ...(options.type === 'rsa' ? { type: 'rsa', rsaBits: 3072 } : { type: 'ecc', curve: 'ed25519Legacy' }),
    ...(options.at === undefined ? {} : { date: options.at }),
    format: 'armored',
  })
  return { privateKey, publicKey }
}

/** The armored private key, unlocked where it needs a passphrase; throws `SimulatorError` (key). */
export const openPrivateKey = async (armored: string, passphrase: string | undefined): Promise<PrivateKey> => {
  const key = await readPrivateKey({ armoredKey: armored }).catch((cause: unknown) => {
    throw new SimulatorError('key', `the simulator's key: no armored OpenPGP private key (${sentenceOf(cause)})`, {
      cause,
    })
  })
  if (key.isDecrypted()) return key
  if (passphrase === undefined || passphrase === '')
    throw new SimulatorError('key', "the simulator's key: it has a passphrase; set SEALPOST_SIMULATOR_PASSPHRASE")
  return decryptKey({ privateKey: key, passphrase }).catch((cause: unknown) => {
    throw new SimulatorError('key', "the simulator's key: SEALPOST_SIMULATOR_PASSPHRASE does not open it", { cause })
  })
}

/** The public keys in one armored text, or in several one after the other; throws `SimulatorError` (key). */
export const openPublicKeys = async (armored: string): Promise<PublicKey[]> => {
  const blocks = armored.match(/-----BEGIN PGP [^-]+-----[\s\S]*?-----END PGP [^-]+-----/g) ?? []
  const keys: Key[] = []
  for (const block of blocks) {
    const read = await readKeys({ armoredKeys: block }).catch((cause: unknown) => {
      throw new SimulatorError('key', `the trusted keys: a block is no OpenPGP key (${sentenceOf(cause)})`, { cause })
    })
    keys.push(...read)
  }
  if (keys.length === 0)
    throw new SimulatorError('key', "the trusted keys: none found; give the gateway's public key, armored")
  return keys.map((key) => key.toPublic())
}
