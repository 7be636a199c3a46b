import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_SIGNATURE, readSignedData } from '../../src/signing/smime/cms.js'
import { readCertificate } from '../../src/signing/x509/certificate.js'
import {
  algorithm,
  attribute,
  carried,
  contentType,
  detachedMail,
  messageDigest,
  opaqueMail,
  PART,
  partsOf,
  signingTime,
  TEXT,
  type Wrong,
  writeCms,
} from './cms-writer.js'
import {
  explicit,
  generalizedTime,
  integer,
  nothing,
  octetString,
  oid,
  sequence,
  set,
  sorted,
  tlv,
  utcTime,
  withIndefiniteLength,
  withLongLength,
} from './der-writer.js'
import { certificateOf, receiveSmime, SIGNED_AT, smimeVerdict } from './smime-fixtures.js'

const SHA256 = '2.16.840.1.101.3.4.2.1'
const SHA512 = '2.16.840.1.101.3.4.2.3'
const CAPABILITIES = attribute('1.2.840.113549.1.9.15', sequence())
const { issuer, serial, raw } = partsOf('rsa2048')
const utf8 = (text: string): Buffer => tlv(0x0c, Buffer.from(text))

type Right = { type: Buffer; digest: Buffer; time: Buffer }
const withAttributes = (change: (right: Right) => Buffer[]): Wrong => ({
  attributes: (right) => sorted(change(right)),
})

describe('a signature that is right is taken', () => {
  const right: [string, Wrong][] = [
    ['as it is', {}],
    ['without certificates', { certificates: [] }],
    ['with certificates of others', { certificates: [certificateOf('stranger').raw, raw, certificateOf('ca').raw] }],
    ['with certificates that cannot be read', { certificates: [sequence(), sequence(integer(1))] }],
    ['with revocation lists', { lists: [explicit(1, sequence())] }],
    ['with unsigned attributes', { after: [explicit(1, CAPABILITIES, CAPABILITIES)] }],
    ['with one more signed attribute', withAttributes((r) => [...Object.values(r), CAPABILITIES])],
    ['with digests that have no parameters', { digests: [algorithm(SHA256)], signerDigest: algorithm(SHA256) }],
    ['with a time in the long form', withAttributes((r) => [r.type, r.digest, signingTime(longTime(SIGNED_AT))])],
  ]

  test.each(right)('%s', async (_, wrong) => {
    const detached = await receiveSmime(detachedMail(writeCms(wrong)))
    const opaque = await receiveSmime(opaqueMail(writeCms({ ...wrong, content: carried() })))
    for (const { stage, content, verdict } of [detached, opaque]) {
      expect([stage, content?.text, verdict.signedAt, verdict.reason]).toEqual([
        'trusted',
        TEXT,
        SIGNED_AT,
        expect.stringContaining('key rsa2048.crt.pem'),
      ])
    }
    expect(detached.content?.sha256).toBe(opaque.content?.sha256)
  })

  test('by the key identifier that the pinned certificate has', async () => {
    const byKey = { version: integer(3), signerVersion: integer(3), signerId: tlv(0x80, keyIdentifier('rsa2048')) }
    expect(await smimeVerdict(detachedMail(writeCms(byKey)))).toMatch(/^trusted/)
  })
})

describe('a signature of another structure is put aside', () => {
  const wrong: [string, Wrong, RegExp][] = [
    ['an octet after it', { whole: (all) => Buffer.concat([all, Buffer.from([0])]) }, /something follows it/],
    ['another signature after it', { whole: (all) => Buffer.concat([all, all]) }, /something follows it/],
    ['the last octet missing', { whole: (all) => all.subarray(0, -1) }, /not DER/],
    ['an indefinite length around it', { whole: withIndefiniteLength }, /not strict DER/],
    ['a length that is longer than it need be', { whole: withLongLength }, /not strict DER/],
    ['a long length inside', { signers: (one) => [withLongLength(one)] }, /not strict DER/],
    [
      'more than 16 KiB',
      { certificates: [sequence(octetString(Buffer.alloc(MAX_SIGNATURE)))] },
      /more than 16384 octets/,
    ],
    [
      'eleven certificates',
      { certificates: Array.from({ length: 11 }, () => sequence()) },
      /more than 10 certificates/,
    ],
    ['something else among the certificates', { certificates: [explicit(1, sequence())] }, /CertificateSet/],

    [
      'another kind of content around it',
      { kind: oid('1.2.840.113549.1.7.5') },
      /a digest \(digested-data\), not signed/,
    ],
    ['encrypted content', { kind: oid('1.2.840.113549.1.7.3') }, /encrypted \(enveloped-data\), not signed data/],
    ['compressed content', { kind: oid('1.2.840.113549.1.9.16.1.9') }, /compressed \(compressed-data\), not/],
    ['an unknown kind', { kind: oid('1.2.3.4') }, /its S\/MIME is 1\.2\.3\.4, not signed data/],
    ['no kind', { kind: nothing() }, /ContentInfo/],
    ['something that is no SignedData', { whole: () => octetString(Buffer.from('x')) }, /ContentInfo/],
    ['another kind of signed content', { contentKind: oid('1.2.840.113549.1.7.2') }, /not plain data/],
    ['a signed receipt', { contentKind: oid('1.2.840.113549.1.9.16.1.1') }, /not plain data/],

    ['version 3 of a message for version 1', { version: integer(3) }, /version of SignedData/],
    ['version 5', { version: integer(5) }, /version of SignedData/],
    ['no version', { version: nothing() }, /version of SignedData/],
    ['version 3 of a signer by serial number', { signerVersion: integer(3) }, /SignerInfo/],
    ['version 1 of a signer by key identifier', { signerId: tlv(0x80, Buffer.from('x')) }, /SignerInfo/],
    ['no signer', { signers: () => [] }, /0 signers; exactly one/],
    ['two signers', { signers: (one) => [one, one] }, /2 signers; exactly one/],
    ['no signers at all', { signers: () => [], digests: [] }, /0 signers; exactly one/],
    ['a list of signers that is no list', { signers: (one) => [one], lists: [set(), set()] }, /SignedData/],
    ['no digest algorithm', { digests: [] }, /0 digest algorithms; exactly one/],
    ['two digest algorithms', { digests: [algorithm(SHA256), algorithm(SHA512)] }, /2 digest algorithms; exactly one/],
    ['two digests in the two places', { digests: [algorithm(SHA512)] }, /names two digests/],
    ['a digest with parameters', { digests: [algorithm(SHA256, integer(1))] }, /DigestAlgorithmIdentifier/],
    ['a digest that is none', { digests: [sequence()] }, /DigestAlgorithmIdentifier/],
    ['something after the signature', { after: [nothing()] }, /SignerInfo/],
    ['a signer without a name', { signerId: sequence(issuer) }, /SignerInfo/],
    ['a signer with more than a name', { signerId: sequence(issuer, serial, serial) }, /SignerInfo/],
    ['a signer whose serial number is text', { signerId: sequence(issuer, utf8('1')) }, /SignerInfo/],
    ['a signature algorithm that is none', { signatureAlgorithm: nothing() }, /SignerInfo/],

    ['no signed attributes', { attributes: null }, /no signed attributes/],
    [
      'attributes in another order',
      { attributes: (r) => sorted(Object.values(r)).reverse() },
      /not in the order of DER/,
    ],
    ['no contentType', withAttributes((r) => [r.digest, r.time]), /contentType is missing/],
    ['no messageDigest', withAttributes((r) => [r.type, r.time]), /messageDigest is missing/],
    ['no signingTime', withAttributes((r) => [r.type, r.digest]), /signingTime is missing/],
    ['no attribute in the list', withAttributes(() => []), /contentType is missing/],
    [
      'another contentType',
      withAttributes((r) => [contentType(oid('1.2.3')), r.digest, r.time]),
      /not that of plain data/,
    ],
    ['contentType twice', withAttributes((r) => [r.type, ...Object.values(r)]), /1\.2\.840\.113549\.1\.9\.3 twice/],
    ['messageDigest twice', withAttributes((r) => [...Object.values(r), messageDigest(PART)]), /1\.9\.4 twice/],
    [
      'signingTime twice',
      withAttributes((r) => [...Object.values(r), signingTime(utcTime(new Date('2030-01-01')))]),
      /1\.2\.840\.113549\.1\.9\.5 twice/,
    ],
    [
      'an unknown attribute twice',
      withAttributes((r) => [...Object.values(r), CAPABILITIES, CAPABILITIES]),
      /9\.15 twice/,
    ],
    [
      'an attribute with two values',
      withAttributes((r) => [
        r.type,
        r.digest,
        attribute('1.2.840.113549.1.9.5', utcTime(SIGNED_AT), utcTime(SIGNED_AT)),
      ]),
      /not exactly one value/,
    ],
    [
      'an attribute without a value',
      withAttributes((r) => [...Object.values(r), attribute('1.2.3')]),
      /not exactly one value/,
    ],
    [
      'an attribute with more than a name and values',
      withAttributes((r) => [...Object.values(r), sequence(oid('1.2.3'), set(nothing()), nothing())]),
      /a signed attribute of it is malformed/,
    ],
    ['an attribute without a name', withAttributes((r) => [...Object.values(r), sequence()]), /is malformed/],
    [
      'a digest that is text',
      withAttributes((r) => [r.type, r.time, attribute('1.2.840.113549.1.9.4', utf8('x'))]),
      /messageDigest is missing or/,
    ],
    [
      'a time that is text',
      withAttributes((r) => [r.type, r.digest, signingTime(utf8('now'))]),
      /signingTime is missing or/,
    ],
    [
      'a time with fractions',
      withAttributes((r) => [r.type, r.digest, signingTime(generalizedTime('20260601120000.5Z'))]),
      /signingTime is missing or/,
    ],
    [
      'a time in another zone',
      withAttributes((r) => [r.type, r.digest, signingTime(tlv(0x17, Buffer.from('260601120000+0200')))]),
      /signingTime is missing or/,
    ],
  ]

  test.each(wrong)('%s', async (_, change, reason) => {
    const detached = await smimeVerdict(detachedMail(writeCms(change)))
    const opaque = await smimeVerdict(opaqueMail(writeCms({ content: carried(), ...change })))
    for (const verdict of [detached, opaque]) {
      expect(verdict).toMatch(/^quarantined \(untrusted\): /)
      expect(verdict).toMatch(reason)
    }
  })

  test.each([
    ['the signed content', carried()],
    ['other content', carried(Buffer.from('Content-Type: text/plain\r\n\r\nCTID: 9\r\n'))],
    ['empty content', carried(Buffer.alloc(0))],
  ])('a detached signature that carries %s', async (_, content) => {
    expect(await smimeVerdict(detachedMail(writeCms({ content })))).toMatch(/^quarantined .*carries content of its own/)
  })

  test.each([
    ['no content', [], /carries no content/],
    ['content in pieces', [explicit(0, tlv(0x24, octetString(PART)))], /not strict DER/],
    ['content that is no octets', [explicit(0, utf8('x'))], /eContent/],
    ['two contents', [...carried(), ...carried()], /EncapsulatedContentInfo/],
    ['two contents in one', [explicit(0, octetString(PART), octetString(PART))], /eContent/],
  ])('an opaque signature with %s', async (_, content, reason) => {
    const verdict = await smimeVerdict(opaqueMail(writeCms({ content })))
    expect(verdict).toMatch(/^quarantined/)
    expect(verdict).toMatch(reason)
  })
})

test('what is not signed may be as long as it likes, the signature itself may not', () => {
  const part = Buffer.concat([PART, Buffer.alloc(100_000, 'x')])
  expect(readSignedData(writeCms({ part, content: carried(part) })).ok).toBe(true)
  const long = writeCms({ after: [explicit(1, attribute('1.2.3', octetString(Buffer.alloc(MAX_SIGNATURE))))] })
  expect(readSignedData(long)).toEqual({ ok: false, reason: `its signature has more than ${MAX_SIGNATURE} octets` })
})

test('whatever was done to a signature or a certificate, reading it does not throw', () => {
  const cms = writeCms({ content: carried(), lists: [explicit(1, sequence())], after: [explicit(1, CAPABILITIES)] })
  const position = fc.nat(cms.length)
  const edits = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('set' as const), at: position, octet: fc.nat(255) }),
      fc.record({ kind: fc.constant('cut' as const), at: position, length: fc.integer({ min: 1, max: 40 }) }),
      fc.record({
        kind: fc.constant('copy' as const),
        at: position,
        from: position,
        length: fc.integer({ min: 1, max: 40 }),
      }),
    ),
    { minLength: 1, maxLength: 4 },
  )
  const outcomes = { read: 0, refused: 0 }
  fc.assert(
    fc.property(fc.constantFrom(cms, raw), edits, (bytes, changes) => {
      const edited = changes.reduce((all, change) => {
        const [before, after] = [all.subarray(0, change.at), all.subarray(change.at)]
        if (change.kind === 'set') return Buffer.concat([before, Buffer.from([change.octet]), after.subarray(1)])
        if (change.kind === 'cut') return Buffer.concat([before, after.subarray(change.length)])
        return Buffer.concat([before, all.subarray(change.from, change.from + change.length), after])
      }, bytes)
      for (const result of [readSignedData(edited), readCertificate(edited)])
        outcomes[result.ok ? 'read' : 'refused'] += 1
    }),
    { numRuns: 2_000, seed: 1 },
  )
  expect(outcomes.read).toBeGreaterThan(100)
  expect(outcomes.refused).toBeGreaterThan(1_000)
})

const longTime = (at: Date): Buffer =>
  generalizedTime(
    at
      .toISOString()
      .replace(/\.\d+Z$/, 'Z')
      .replace(/[-:T]/g, ''),
  )

/** The value of the extension subjectKeyIdentifier, found by its object identifier. */
const keyIdentifier = (name: string): Buffer => {
  const der = certificateOf(name).raw
  const at = der.indexOf(oid('2.5.29.14')) + oid('2.5.29.14').length
  return der.subarray(at + 4, at + 4 + 20)
}
