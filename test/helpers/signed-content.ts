import { createHash } from 'node:crypto'
import type { SignedContent, SignedPart, UnsignedContent } from '../../src/signing/scheme.js'

/**
 * Between the texts of fixtures that were signed as one: `=== TYPE`, the MIME type of the part that follows. What is signed by a
 * registry never has such a line.
 */
const NEXT_PART = /^=== ([a-z]+\/[a-z0-9-]+)\n/m

/**
 * Text as if `authenticate` had found it signed, for tests of what comes after. Only here is the brand forged; nothing
 * under `src` can.
 */
export const signedContent = (text: string, signedAt = new Date('2025-03-01T12:10:00Z')): SignedContent =>
  signedParts(partsIn(text), signedAt)

const partsIn = (text: string): [SignedPart, ...SignedPart[]] => {
  const [first = '', ...rest] = text.replaceAll('\r\n', '\n').split(NEXT_PART)
  if (rest.length === 0) return [{ type: 'text/plain', text }]
  const types = rest.filter((_, index) => index % 2 === 0)
  return [
    { type: 'text/plain', text: first },
    ...types.map((type, index) => ({ type, text: rest[index * 2 + 1] ?? '' })),
  ]
}

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

/** Text as if `authenticate` had found no trace of a signature on it. */
export const unsignedContent = (
  text: string,
  change: Partial<Pick<UnsignedContent, 'subject' | 'from' | 'inReplyTo'>> = {},
): UnsignedContent =>
  ({
    ...{ text, subject: 'Re: your order', from: 'robot@registry.example', inReplyTo: [] },
    sha256: createHash('sha256').update(text).digest('hex'),
    ...change,
  }) as unknown as UnsignedContent
