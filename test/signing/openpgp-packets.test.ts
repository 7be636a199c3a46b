/*
 * What a signature packet may say of itself (RFC 9580, 5.2.3), put together by hand where gpg makes no such thing:
 * subpackets that are critical, doubled, unsigned or contradict each other. The number in each is true, so that only what the
 * test names can be the reason.
 */
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { signatureProblem } from '../../src/signing/openpgp/packet.js'
import { later, pin, receive, SIGNED_AT, verdictOf } from './fixtures.js'
import {
  CREATED,
  type Crafted,
  craft,
  EXPIRES,
  FINGERPRINT,
  ISSUER,
  packetOf,
  type Signer,
  signersOf,
  subpacket,
  uint32,
  usual,
} from './openpgp-craft.js'
import { armored, FORMS, mailWith, TEXTS, trick } from './openpgp-tricks.js'

let by: Signer
let stranger: Signer
beforeAll(async () => {
  const [[rsa2048], [rsa3072]] = await Promise.all([
    signersOf('keys/rsa2048.sec.asc'),
    signersOf('keys/rsa3072.sec.asc'),
  ])
  if (rsa2048 === undefined || rsa3072 === undefined) throw new Error('no keys')
  by = rsa2048
  stranger = rsa3072
})

const NOTATION = 20
const EMBEDDED = 32
const UNKNOWN = 127

const created = (at: Date = SIGNED_AT) => subpacket(CREATED, uint32(at.getTime() / 1000))
const keyId = (signer: Signer) => signer.fingerprint.subarray(-8)
const fingerprint = (signer: Signer, version = 4) => Buffer.concat([Buffer.from([version]), signer.fingerprint])
const notation = (critical: boolean) =>
  subpacket(NOTATION, Buffer.concat([Buffer.from([0x80, 0, 0, 0, 0, 3, 0, 1]), Buffer.from('a@b1')]), { critical })

describe.each(FORMS)('subpackets of a signature, %s', (form) => {
  const verdict = (over: Partial<Crafted>, options: Parameters<typeof verdictOf>[1] = {}) =>
    verdictOf(mailWith(form, armored(craft({ signed: TEXTS[form], by, ...over }))), options)

  const trusted: [what: string, over: () => Partial<Crafted>][] = [
    ['when and by whom, signed', () => ({})],
    [
      'the key id alone, not signed, as old programs do',
      () => ({ hashed: [created()], unhashed: [subpacket(ISSUER, keyId(by))] }),
    ],
    [
      'the fingerprint alone, not signed',
      () => ({ hashed: [created()], unhashed: [subpacket(FINGERPRINT, fingerprint(by))] }),
    ],
    ['key id and fingerprint that agree', () => ({ unhashed: [subpacket(ISSUER, keyId(by))] })],
    ['an unknown one', () => ({ hashed: [...usual(by), subpacket(UNKNOWN, Buffer.from('x'))] })],
    ['an unknown one that is not signed', () => ({ unhashed: [subpacket(UNKNOWN, Buffer.from('x'))] })],
    ['a long one', () => ({ hashed: [...usual(by), subpacket(UNKNOWN, Buffer.alloc(300))] })],
    ['a notation', () => ({ hashed: [...usual(by), notation(false)] })],
    ['an expiry that is not signed, and so means nothing', () => ({ unhashed: [subpacket(EXPIRES, uint32(1))] })],
    ['a time that is not signed, and so means nothing', () => ({ unhashed: [created(later(-24 * 365))] })],
    ['an expiry of zero, which is never', () => ({ hashed: [...usual(by), subpacket(EXPIRES, uint32(0))] })],
  ]

  test.each(trusted)('trusted: %s', async (_, over) => {
    expect(await verdict(over())).toMatch(/^trusted/)
  })

  const refused: [what: string, over: () => Partial<Crafted>, reason: RegExp][] = [
    [
      'a critical one that is unknown',
      () => ({ hashed: [...usual(by), subpacket(UNKNOWN, Buffer.from('x'), { critical: true })] }),
      /Unknown critical signature subpacket type 127/,
    ],
    [
      'a critical one that is unknown and not signed',
      () => ({ unhashed: [subpacket(UNKNOWN, Buffer.from('x'), { critical: true })] }),
      /critical part \(subpacket 127\) that is not signed/,
    ],
    [
      'a critical expiry that is not signed',
      () => ({ unhashed: [subpacket(EXPIRES, uint32(1), { critical: true })] }),
      /critical part \(subpacket 3\) that is not signed/,
    ],
    ['a critical notation', () => ({ hashed: [...usual(by), notation(true)] }), /Unknown critical notation: a@b/],
    [
      'a critical notation that is not signed',
      () => ({ unhashed: [notation(true)] }),
      /critical part \(subpacket 20\)/,
    ],
    [
      'an expiry that is over',
      () => ({ hashed: [...usual(by), subpacket(EXPIRES, uint32(599))] }),
      /Signature is expired/,
    ],
    [
      'two expiries, the last of them open',
      () => ({ hashed: [...usual(by), subpacket(EXPIRES, uint32(1)), subpacket(EXPIRES, uint32(0))] }),
      /not say once when it expires/,
    ],
    [
      'an expiry cut short',
      () => ({ hashed: [...usual(by), subpacket(EXPIRES, Buffer.from([1]))] }),
      /when it expires/,
    ],
    ['two times', () => ({ hashed: [...usual(by), created(later(-1))] }), /not say once when it was made/],
    ['no time', () => ({ hashed: usual(by).slice(1) }), /not say once when it was made/],
    ['a time that is not signed', () => ({ hashed: usual(by).slice(1), unhashed: [created()] }), /when it was made/],
    [
      'a time cut short',
      () => ({ hashed: [subpacket(CREATED, Buffer.from([1])), ...usual(by).slice(1)] }),
      /when it was/,
    ],
    ['no key', () => ({ hashed: [created()] }), /names no key/],
    [
      "a stranger's fingerprint against the key id",
      () => ({ hashed: usual(stranger), unhashed: [subpacket(ISSUER, keyId(by))] }),
      /names several keys as its own/,
    ],
    [
      "a stranger's fingerprint that is not signed",
      () => ({ unhashed: [subpacket(FINGERPRINT, fingerprint(stranger))] }),
      /names several keys as its own/,
    ],
    [
      "a stranger's key id that is not signed",
      () => ({ unhashed: [subpacket(ISSUER, keyId(stranger))] }),
      /names several keys as its own/,
    ],
    [
      'two fingerprints with one key id',
      () => ({ unhashed: [subpacket(FINGERPRINT, Buffer.concat([Buffer.alloc(13, 4), keyId(by)]))] }),
      /names several keys as its own/,
    ],
    [
      'a fingerprint that shares its end, the key id, with a pinned key',
      () => ({ hashed: [created(), subpacket(FINGERPRINT, Buffer.concat([Buffer.alloc(13, 4), keyId(by)]))] }),
      /by key 0404[0-9A-F]{36}, which this connection does not pin/,
    ],
    [
      'a fingerprint of another version',
      () => ({ hashed: [created(), subpacket(FINGERPRINT, fingerprint(by, 5))] }),
      /of another version than its own/,
    ],
    [
      'a fingerprint cut short',
      () => ({ hashed: [created(), subpacket(FINGERPRINT, fingerprint(by).subarray(0, 9))] }),
      /of another version than its own/,
    ],
    ["only a stranger's fingerprint", () => ({ hashed: usual(stranger) }), /which this connection does not pin/],
    [
      'one that runs over the end of its area',
      () => ({ hashed: [...usual(by), Buffer.from([9, UNKNOWN, 1])] }),
      /malformed/,
    ],
    ['one without a type', () => ({ hashed: [...usual(by), Buffer.from([0])] }), /malformed/],
    ['one whose length is cut off', () => ({ unhashed: [Buffer.from([255, 0])] }), /malformed/],
    ['octets after its number', () => ({ trailing: Buffer.from([0]) }), /cannot be read/],
    [
      'a signature inside that cannot be read',
      () => ({ hashed: [...usual(by), subpacket(EMBEDDED, Buffer.from([4, 0, 1]))] }),
      /cannot be read/,
    ],
  ]

  test.each(refused)('untrusted: %s', async (_, over, reason) => {
    const said = await verdict(over())
    expect(said).toMatch(/^untrusted \(untrusted\): /)
    expect(said).toMatch(reason)
  })

  test('an expiry is measured from the time of receipt', async () => {
    const hashed = [...usual(by), subpacket(EXPIRES, uint32(3_600))]
    expect(await verdict({ hashed }, { receivedAt: later(0.9) })).toMatch(/^trusted/)
    expect(await verdict({ hashed }, { receivedAt: later(1) })).toMatch(/^untrusted .*Signature is expired/)
  })

  test('every length that a packet can state but its own is refused', async () => {
    const packet = craft({ signed: TEXTS[form], by })
    const cut = [packet.subarray(0, -1), packet.subarray(0, 40), packet.subarray(0, 5), packetOf(2, Buffer.alloc(0))]
    const partial = Buffer.concat([Buffer.from([0xc2, 0xe9]), packet.subarray(3)])
    const indeterminate = Buffer.concat([Buffer.from([0x8b]), packet.subarray(3)])
    for (const octets of [...cut, partial, indeterminate])
      expect(await verdictOf(mailWith(form, armored(octets)))).toMatch(/^(quarantined|untrusted) /)
    const renewed = Buffer.concat([Buffer.from([0xc2, 0xff]), uint32(packet.length - 3), packet.subarray(3)])
    expect(await verdictOf(mailWith(form, armored(renewed)))).toMatch(/^trusted/)
  })

  const fromGpg: [name: string, key: string, verdict: RegExp][] = [
    ['notation', 'rsa2048', /^trusted/],
    ['notation-critical', 'rsa2048', /^untrusted .*Unknown critical notation: order@registry\.example/],
    ['policy-critical', 'rsa2048', /^trusted/],
    ['key-block', 'ed25519', /^trusted/],
  ]

  test.each(fromGpg)('made by gpg: %s', async (name, key, said) => {
    expect(await verdictOf(trick(`${form}-${name}`), { keys: [pin(key)] })).toMatch(said)
  })
})

describe('no octets make the reader of packets throw, and none are trusted by chance', () => {
  const octets = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))
  /** A length that fits, so that more than the first check is reached. */
  const packets = fc
    .tuple(fc.constantFrom(3, 4, 5, 6), fc.constantFrom(0, 1, 16), octets)
    .map(([version, type, rest]) => packetOf(2, Buffer.concat([Buffer.from([version, type, 1, 8]), rest])))

  test('packets', () => {
    fc.assert(
      fc.property(fc.oneof(octets, packets), (packet) => {
        const problem = signatureProblem(packet)
        expect(problem === null || problem.startsWith('the signature ')).toBe(true)
      }),
      { numRuns: 5_000, seed: 1 },
    )
  })

  test('packets that were good, with some octets changed', async () => {
    const packet = craft({ signed: TEXTS.clear, by, unhashed: [subpacket(ISSUER, keyId(by))] })
    const edits = fc.array(fc.tuple(fc.nat(packet.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
    const original = await receive(mailWith('clear', armored(packet)))
    expect(original.stage).toBe('trusted')
    await fc.assert(
      fc.asyncProperty(edits, async (list) => {
        const changed = Buffer.from(packet)
        for (const [at, octet] of list) changed.writeUInt8(octet, at)
        const { stage, content } = await receive(mailWith('clear', armored(changed)))
        if (stage === 'trusted') expect(content).toEqual(original.content)
        else expect(content).toBeNull()
      }),
      { numRuns: 1_000, seed: 1 },
    )
  })
})
