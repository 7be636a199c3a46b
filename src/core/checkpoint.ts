import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'

/** Who vouches for the action log to people outside: Ed25519 (RFC 8032) under a key of this installation. */
export type CheckpointKey = {
  /** The signature over exactly these octets, 64 octets. */
  sign(text: Buffer): Buffer
  /** The public half as PEM (RFC 8410), to be kept where nobody who can change the database can change it too. */
  publicPem: string
}

/** A new private key in the form that `openCheckpointKey` takes: PKCS #8 in DER. */
export const newCheckpointKey = (): Buffer =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'der' })

export const openCheckpointKey = (secret: Buffer): CheckpointKey => {
  const key = createPrivateKey({ key: secret, type: 'pkcs8', format: 'der' })
  return {
    sign: (text) => sign(null, text, key),
    publicPem: createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString(),
  }
}

/** Where the log is at some time, and the digest of what is handed over with that. */
export type Checkpoint = {
  /** The gateway, as events name it. */
  source: string
  /** The last entry, its hash and its time; null where the log is empty. */
  head: { id: string; hash: string; at: Date } | null
  /** SHA-256, lower-case hexadecimal. */
  sums: string
}

/** One fact a line, the word before the first blank saying which. */
export const checkpointText = ({ source, head, sums }: Checkpoint): string =>
  [
    'sealpost-checkpoint 1',
    `source ${source}`,
    ...(head === null ? [] : [`entry ${head.id}`, `hash ${head.hash}`, `at ${head.at.toISOString()}`]),
    `sums ${sums}`,
    '',
  ].join('\n')
