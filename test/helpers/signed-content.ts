import { createHash } from 'node:crypto'
import type { SignedContent, SignedPart } from '../../src/signing/scheme.js'

/**
 * Text as if `authenticate` had found it signed, for tests of what comes after. Only here is the brand forged; nothing
 * under `src` can.
 */
export const signedContent = (text: string, signedAt = new Date('2025-03-01T12:10:00Z')): SignedContent =>
  signedParts([{ type: 'text/plain', text }], signedAt)

/** The same of several texts that were signed as one. */
export const signedParts = (
  parts: readonly [SignedPart, ...SignedPart[]],
  signedAt = new Date('2025-03-01T12:10:00Z'),
): SignedContent => {
  const text = parts.map((part) => part.text).join('\n')
  return {
    text,
    parts,
    sha256: createHash('sha256').update(text).digest('hex'),
    fingerprint: '0123456789ABCDEF0123456789ABCDEF01234567',
    signedAt,
  } as SignedContent
}
