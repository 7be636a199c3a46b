import { sign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { SignedContent } from '../../src/signing/scheme.js'
import { algorithm, carried, detachedMail, opaqueMail, privateKeyOf, writeCms } from './cms-writer.js'
import { explicit, octetString, oid, sequence, set } from './der-writer.js'
import { certificateOf, pinned, receiveSmime, smimeMail } from './smime-fixtures.js'

const keys = [pinned('p256')]

const flipped = (bytes: Buffer, at: number, bit: number): Buffer => {
  const copy = Buffer.from(bytes)
  copy.writeUInt8(copy.readUInt8(at) ^ (1 << bit), at)
  return copy
}

/** A place by its name, its first octet, and the one after its last. */
type Place = [name: string, start: number, end: number]

const place = (name: string, whole: Buffer, part: Buffer | string): Place => {
  const start = whole.indexOf(part)
  expect(start).toBeGreaterThan(-1)
  return [name, start, start + part.length]
}

const nameOf = (places: readonly Place[], at: number): string =>
  places.find(([, start, end]) => at >= start && at < end)?.[0] ?? `octet ${at}`

type Change = { name: () => string; raw: Buffer }

/** How many changes are still trusted, by the names of their places; with another content none is. Printed too. */
const tally = async (original: SignedContent | null, changes: readonly Change[]): Promise<Map<string, number>> => {
  expect(original).not.toBeNull()
  const counts = new Map<string, number>()
  for (const { name, raw } of changes) {
    const { content } = await receiveSmime(raw, { keys })
    if (content === null) continue
    expect(content).toEqual(original)
    counts.set(name(), (counts.get(name()) ?? 0) + 1)
  }
  const shown = [...counts].map(([where, count]) => `${count} in ${where}`)
  console.info(`${changes.length} mails with one bit flipped: accepted with the same content ${shown.join(', ')}`)
  return counts
}

describe('every bit of a signature, changed once', () => {
  const certificates = [sequence(octetString(Buffer.from('a certificate')))]
  const lists = explicit(1, sequence(octetString(Buffer.from('a list'))))
  const unsigned = explicit(1, sequence(oid('1.2.3.4'), set(octetString(Buffer.from('not signed')))))

  test.each([
    ['detached', detachedMail, []],
    ['opaque', opaqueMail, carried()],
  ])(
    '%s: nothing may change but what is not signed',
    async (_, mail, content) => {
      const cms = writeCms({
        ...{ signer: 'p256', signatureAlgorithm: algorithm('1.2.840.10045.4.3.2') },
        by: (data) => sign('sha256', data, privateKeyOf('p256')),
        ...{ content, certificates, lists: [lists], after: [unsigned] },
      })
      const places = [
        place('certificates', cms, explicit(0, ...certificates)),
        place('lists', cms, lists),
        place('unsigned attributes', cms, unsigned),
      ]
      const changes = Array.from({ length: cms.length * 8 }, (_, bit): Change => {
        const at = bit >> 3
        return { name: () => nameOf(places, at), raw: mail(flipped(cms, at, bit & 7)) }
      })
      const counts = await tally((await receiveSmime(mail(cms), { keys })).content, changes)
      // Where the text in a place changes, and the elements around it stay what they are.
      expect(Object.fromEntries(counts)).toEqual({ certificates: 111, lists: 59, 'unsigned attributes': 124 })
    },
    60_000,
  )
})

describe('every octet of a mail by openssl, changed once', () => {
  const base64Of = (raw: Buffer): [start: number, end: number] => {
    const text = raw.toString('latin1')
    const start = text.indexOf('\r\n\r\n', text.indexOf('Transfer-Encoding: base64')) + 4
    const end = text.indexOf('\r\n------', start)
    return [start, end === -1 ? text.length : end]
  }
  const derOf = (raw: Buffer): Buffer => Buffer.from(raw.toString('latin1', ...base64Of(raw)), 'base64')

  /** In a signature the place of what changes in it, not of the character of base64. */
  const inSignature = (raw: Buffer, changed: Buffer): string => {
    const [der, other] = [derOf(raw), derOf(changed)]
    const at = der.findIndex((octet, index) => octet !== other[index])
    return at === -1 ? 'line ends of the signature' : nameOf([place('certificate', der, certificateOf('p256').raw)], at)
  }

  test.each([
    ['detached-utf8-p256', ['certificate', 'header', 'header of the signature', 'preamble']],
    ['opaque-utf8-p256', ['certificate', 'header']],
  ])(
    '%s',
    async (name, allowed) => {
      const raw = smimeMail(name)
      const [start, end] = base64Of(raw)
      const boundary = raw.indexOf('\r\n------')
      const signature = raw.indexOf('Content-Type: application/pkcs7-signature')
      const header = raw.indexOf('\r\n\r\n') + 4
      const places: Place[] = [
        ['header', 0, header],
        ...(boundary === -1 ? [] : [['preamble', header, boundary] satisfies Place]),
        ...(signature === -1 ? [] : [['header of the signature', signature, start] satisfies Place]),
        ['after the signature', end, raw.length],
      ]
      const changes = Array.from(raw, (_, at): Change => {
        const changed = flipped(raw, at, at % 8)
        const isInside = at >= start && at < end
        return { name: () => (isInside ? inSignature(raw, changed) : nameOf(places, at)), raw: changed }
      })
      const counts = await tally((await receiveSmime(raw, { keys })).content, changes)
      expect([...counts.keys()].sort()).toEqual(allowed)
    },
    60_000,
  )
})
