import { X509Certificate } from 'node:crypto'
import { PrivateKey } from 'openpgp'
import type { PinnedKey, SigningKey } from './scheme.js'

/** The public half of a key of ours, as a registry would pin it; null for a key of a kind that this does not know. */
export const publicHalf = ({ format, key }: SigningKey, file: string): PinnedKey | null => {
  const bytes = bytesOf(key)
  return bytes === null ? null : { file, format, bytes, notBefore: null, notAfter: null, names: null }
}

const bytesOf = (key: unknown): Uint8Array | null => {
  if (key instanceof PrivateKey) return key.toPublic().write()
  const certificate: unknown =
    typeof key === 'object' && key !== null && 'certificate' in key ? key.certificate : undefined
  return certificate instanceof X509Certificate ? new Uint8Array(certificate.raw) : null
}
