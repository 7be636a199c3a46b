import { constants, createHash, sign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  algorithm,
  carried,
  detachedMail,
  messageDigest,
  opaqueMail,
  PART,
  partsOf,
  privateKeyOf,
  signingTime,
  TEXT,
  type Wrong,
  writeCms,
} from './cms-writer.js'
import { explicit, integer, nothing, sequence, sorted, tlv, utcTime } from './der-writer.js'
import { mailFixture, pin, RECEIVED_AT, toLf } from './fixtures.js'
import {
  certificateOf,
  minutesLater,
  pinned,
  receiveSmime,
  SIGNED_AT,
  smimeMail,
  smimeVerdict,
} from './smime-fixtures.js'

const OPENSSL_TEXT = 'RESULT: success\nSTID: 1e7d\nCTID: 4711\n-- dash\nINFO: 0 Bücher für Müller\n'
const SHA256 = '2.16.840.1.101.3.4.2.1'
const SHA384 = '2.16.840.1.101.3.4.2.2'
const fingerprintOf = (name: string) => certificateOf(name).fingerprint256.replaceAll(':', '')

describe('what openssl signed is trusted', () => {
  const keys = ['rsa2048', 'rsa3072', 'rsa4096', 'p256'].flatMap((key) =>
    ['detached-utf8', 'detached-latin1', 'opaque-utf8', 'opaque-latin1'].map((kind) => ({
      name: `${kind}-${key}`,
      key,
    })),
  )
  const others = [
    { name: 'detached-p384', key: 'p384' },
    { name: 'detached-p521', key: 'p521' },
    { name: 'detached-rsa-pss', key: 'rsa-pss' },
    { name: 'detached-key-id', key: 'rsa2048' },
    { name: 'detached-sha384', key: 'rsa2048' },
    { name: 'detached-sha512', key: 'p256' },
    { name: 'detached-pss-sha256', key: 'rsa2048' },
    { name: 'detached-pss-sha384', key: 'rsa2048' },
    { name: 'detached-pss-sha512', key: 'rsa2048' },
    { name: 'opaque-pss', key: 'rsa3072' },
  ]

  test.each([...keys, ...others])('$name', async ({ name, key }) => {
    const crlf = smimeMail(name)
    for (const raw of [crlf, toLf(crlf)]) {
      const result = await receiveSmime(raw, { keys: [pinned('stranger'), pinned(key)] })
      expect(result.verdict.reason).toMatch(new RegExp(`^signed by ${fingerprintOf(key)} at .*; key ${key}.crt.pem$`))
      expect(result).toMatchObject({ stage: 'trusted', weak: [], content: { text: OPENSSL_TEXT } })
      expect(result.content?.fingerprint).toBe(fingerprintOf(key))
      expect(result.content?.signedAt).toEqual(result.verdict.signedAt)
    }
  })

  test('with pins of both formats', async () => {
    const keys = [pin('rsa2048'), pinned('rsa2048')]
    expect(await smimeVerdict(smimeMail('detached-utf8-rsa2048'), { keys })).toMatch(/^trusted/)
    const pgp = { keys, receivedAt: RECEIVED_AT, schemes: ['openpgp-mime' as const, 'smime' as const] }
    expect(await smimeVerdict(mailFixture('mime-utf8-rsa2048'), pgp)).toMatch(/^trusted.*pub\.asc$/)
    const wrongFormat = { ...pgp, keys: [pinned('rsa2048'), pin('rsa2048', { format: 'x509' })] }
    expect(await smimeVerdict(mailFixture('mime-utf8-rsa2048'), wrongFormat)).toMatch(/does not pin/)
  })

  test('the digest is of what was signed, whatever carried it', async () => {
    const detached = await receiveSmime(detachedMail(writeCms()))
    const bare = await receiveSmime(
      detachedMail(writeCms({ certificates: [] }))
        .toString('latin1')
        .replaceAll('\r\n', '\n'),
    )
    const opaque = await receiveSmime(opaqueMail(writeCms({ content: carried() })))
    for (const { content } of [detached, bare, opaque]) {
      expect(content?.sha256).toBe(createHash('sha256').update(PART).digest('hex'))
      expect(content?.text).toBe(TEXT)
    }
  })
})

describe('a signature that does not make it trusted', () => {
  const good = 'detached-utf8-rsa2048'
  const wrong: [string, string, Parameters<typeof smimeVerdict>[1], RegExp][] = [
    [
      'by a certificate that is not pinned',
      'detached-stranger',
      {},
      /by certificate [0-9A-F]{64}, which this connection does not pin/,
    ],
    [
      'by one that did not come with the mail either',
      'detached-stranger-nocerts',
      {},
      /with the serial number 10[0-9A-F]{2}, which this/,
    ],
    ['with no certificate pinned', good, { keys: [] }, /does not pin/],
    [
      'with a pin that is no certificate',
      good,
      { keys: [pinned('rsa2048', { bytes: Buffer.from('x') })] },
      /does not pin/,
    ],
    ['with an OpenPGP pin', good, { keys: [pin('rsa2048')] }, /does not pin/],
    ["by a renewed certificate's key, the old one pinned", 'detached-renewed', {}, /does not pin/],
    ['with SHA-1', 'detached-sha1', {}, /uses a SHA-1 digest; SHA-256 or better is required/],
    ['with SHA-1 and P-256', 'detached-sha1-ec', { keys: [pinned('p256')] }, /uses a SHA-1 digest/],
    ['with SHA-1, RSA-1024 allowed', 'detached-sha1', { weak: ['rsa1024', 'dsa'] }, /uses a SHA-1 digest/],
    ['with SHA-224', 'detached-sha224', { weak: ['sha1'] }, /uses SHA-224; SHA-256 or better/],
    ['with MD5', 'detached-md5', { weak: ['sha1'] }, /uses MD5; SHA-256 or better/],
    ['by RSA of 1024 bits', 'detached-rsa1024', { keys: [pinned('rsa1024')] }, /RSA key of fewer than 2048 bits/],
    [
      'by RSA of 1024 bits, SHA-1 allowed',
      'detached-rsa1024',
      { keys: [pinned('rsa1024')], weak: ['sha1', 'dsa'] },
      /fewer than 2048/,
    ],
    [
      'by a certificate that has expired',
      'detached-expired',
      { keys: [pinned('expired')] },
      /expired at 2026-02-01T00:00:00.000Z/,
    ],
    [
      'made before its certificate expired, come after',
      'detached-expiring',
      { keys: [pinned('expiring')], receivedAt: minutesLater(31 * 24 * 60), maxAge: 1e12 },
      /expired at/,
    ],
    ['from the future', good, { receivedAt: minutesLater(-6) }, /after the mail came/],
    ['too old', good, { receivedAt: minutesLater(8 * 24 * 60) }, /longer ago than this connection accepts/],
    [
      'by a pin that is not valid yet',
      good,
      { keys: [pinned('rsa2048', { notBefore: minutesLater(60) })] },
      /pinned only from/,
    ],
    [
      'by a pin that is over',
      good,
      { keys: [pinned('rsa2048', { notAfter: minutesLater(0) })] },
      /was pinned only until/,
    ],
  ]

  test.each(wrong)('%s', async (_, name, options, reason) => {
    const verdict = await smimeVerdict(smimeMail(name), options)
    expect(verdict).toMatch(/^untrusted \(untrusted\): /)
    expect(verdict).toMatch(reason)
  })

  test('the same mails are fine a little earlier, or with the right pin', async () => {
    const fine = [
      smimeVerdict(smimeMail('detached-stranger'), { keys: [pinned('stranger')] }),
      smimeVerdict(smimeMail('detached-renewed'), { keys: [pinned('renewed')] }),
      smimeVerdict(smimeMail('detached-expiring'), { keys: [pinned('expiring')] }),
      smimeVerdict(smimeMail(good), { receivedAt: minutesLater(-4) }),
      smimeVerdict(smimeMail(good), { receivedAt: minutesLater(6.9 * 24 * 60) }),
      smimeVerdict(smimeMail(good), {
        keys: [pinned('rsa2048', { notAfter: minutesLater(0) }), pinned('rsa2048', { notBefore: minutesLater(1) })],
      }),
    ]
    for (const verdict of await Promise.all(fine)) expect(verdict).toMatch(/^trusted/)
  })

  test('a weakness that the connection allows is named', async () => {
    const sha1 = await receiveSmime(smimeMail('detached-sha1'), { weak: ['sha1'] })
    expect(sha1).toMatchObject({
      stage: 'trusted',
      weak: ['sha1'],
      verdict: { reason: expect.stringMatching(/SHA-1.*trust\.weak allows/) },
    })
    const small = await receiveSmime(smimeMail('detached-rsa1024'), {
      keys: [pinned('rsa1024')],
      weak: ['sha1', 'rsa1024'],
    })
    expect(small).toMatchObject({ stage: 'trusted', weak: ['rsa1024'] })
    const strong = await receiveSmime(smimeMail(good), { weak: ['sha1', 'rsa1024', 'dsa'] })
    expect(strong).toMatchObject({ stage: 'trusted', weak: [] })
  })

  test('of which nothing holds names no signer; one that holds names it, trusted or not', async () => {
    const forged = await receiveSmime(smimeMail(good).toString('latin1').replace('4711', '4712'))
    expect(forged).toMatchObject({ stage: 'untrusted', content: null, verdict: { fingerprint: null, signedAt: null } })
    const old = await receiveSmime(smimeMail(good), { receivedAt: minutesLater(8 * 24 * 60) })
    expect(old.verdict.fingerprint).toBe(fingerprintOf('rsa2048'))
    expect(old.verdict.signedAt).toBeInstanceOf(Date)
    const stranger = await receiveSmime(smimeMail('detached-stranger'))
    expect(stranger.verdict.fingerprint).toBe(fingerprintOf('stranger'))
    const borrowed = writeCms({ signer: 'stranger', by: (data) => sign('sha256', data, privateKeyOf('rsa3072')) })
    const { verdict } = await receiveSmime(detachedMail(borrowed))
    expect(verdict).toMatchObject({
      fingerprint: null,
      signedAt: null,
      reason: expect.stringMatching(/serial number .* does not pin/),
    })
    const weak = await receiveSmime(smimeMail('detached-sha1'))
    expect(weak.verdict.fingerprint).toBeNull()
  })
})

describe('a forged signature does not hold', () => {
  const { issuer, serial } = partsOf('rsa2048')
  const stranger = partsOf('stranger')
  const byStranger = (data: Buffer) => sign('sha256', data, privateKeyOf('stranger'))
  const md5 = algorithm('1.2.840.113549.2.5', nothing())
  const pss = (salt: number) =>
    algorithm(
      '1.2.840.113549.1.1.10',
      sequence(
        explicit(0, algorithm(SHA256, nothing())),
        explicit(1, algorithm('1.2.840.113549.1.1.8', algorithm(SHA256, nothing()))),
        explicit(2, integer(salt)),
      ),
    )
  const byPss = (saltLength: number) => (data: Buffer) =>
    sign('sha256', data, { key: privateKeyOf('rsa2048'), padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })

  const cases: [string, Wrong, RegExp][] = [
    ["another's key, our pin's name", { by: byStranger }, /by certificate [0-9A-F]{64} does not hold/],
    [
      "another's key and certificate, our pin's name",
      { by: byStranger, certificates: [stranger.raw] },
      /does not hold/,
    ],
    ["our key, another's name", { signerId: sequence(stranger.issuer, stranger.serial) }, /does not pin/],
    ["our key, our issuer, another's serial number", { signerId: sequence(issuer, stranger.serial) }, /does not pin/],
    ["our key, another's issuer", { signerId: sequence(stranger.issuer, serial) }, /does not pin/],
    [
      'a key identifier that is not ours',
      { version: integer(3), signerVersion: integer(3), signerId: tlv(0x80, Buffer.alloc(20)) },
      /key identifier 0{40}, which this connection does not pin/,
    ],
    [
      'a key identifier of no octets',
      { version: integer(3), signerVersion: integer(3), signerId: tlv(0x80) },
      /does not pin/,
    ],
    [
      'a digest of other content',
      { attributes: (r) => sorted([r.type, messageDigest(Buffer.alloc(32)), r.time]) },
      /another text/,
    ],
    [
      'a digest of no octets',
      { attributes: (r) => sorted([r.type, messageDigest(Buffer.alloc(0)), r.time]) },
      /another text/,
    ],
    ['a signature of no octets', { signature: () => Buffer.alloc(0) }, /does not hold/],
    ['a signature of zeros', { signature: ({ length }) => Buffer.alloc(length) }, /does not hold/],
    ['an octet before the signature', { signature: (all) => Buffer.concat([Buffer.from([0]), all]) }, /does not hold/],
    ['an octet after the signature', { signature: (all) => Buffer.concat([all, Buffer.from([0])]) }, /does not hold/],
    [
      'a signature over the attributes as they stand in the message',
      { signed: (all) => Buffer.concat([Buffer.from([0xa0]), all.subarray(1)]) },
      /does not hold/,
    ],
    ['a signature over the content', { signed: () => PART }, /does not hold/],
    ['a time that was not signed', { signed: (all) => changed(all, SIGNED_AT, minutesLater(1)) }, /does not hold/],
    ['MD5 in both places', { digests: [md5], signerDigest: md5 }, /uses MD5/],
    [
      'an unknown digest',
      { digests: [algorithm('1.2.3')], signerDigest: algorithm('1.2.3') },
      /uses the digest 1\.2\.3;/,
    ],
    ['a digest with parameters', { signerDigest: algorithm(SHA256, integer(1)) }, /malformed parameters/],
    [
      'RSA with a digest of its own that is another',
      { signatureAlgorithm: algorithm('1.2.840.113549.1.1.12', nothing()) },
      /names two digests/,
    ],
    [
      'RSA with parameters',
      { signatureAlgorithm: algorithm('1.2.840.113549.1.1.1', integer(1)) },
      /malformed parameters/,
    ],
    [
      'RSA encryption of another kind',
      { signatureAlgorithm: algorithm('1.2.840.113549.1.1.7') },
      /uses the algorithm 1\.2\.840\.113549\.1\.1\.7;/,
    ],
    [
      'DSA',
      { signatureAlgorithm: algorithm('2.16.840.1.101.3.4.3.2') },
      /uses the algorithm 2\.16\.840\.1\.101\.3\.4\.3\.2;/,
    ],
    ['Ed25519', { signatureAlgorithm: algorithm('1.3.101.112') }, /uses the algorithm 1\.3\.101\.112;/],
    ['ECDSA by an RSA key', { signatureAlgorithm: algorithm('1.2.840.10045.4.3.2') }, /does not hold/],
    ['RSA by a P-256 key', { signer: 'p256' }, /does not hold/],
    ['PSS by a P-256 key', { signer: 'p256', signatureAlgorithm: pss(32) }, /does not hold/],
    ['PSS that is not', { signatureAlgorithm: pss(32) }, /does not hold/],
    ['PSS under another name', { by: byPss(32) }, /does not hold/],
    ['PSS with another salt', { by: byPss(20), signatureAlgorithm: pss(32) }, /does not hold/],
    ['PSS with a salt that has no room', { by: byPss(20), signatureAlgorithm: pss(127) }, /does not hold/],
    [
      'PSS without parameters',
      { by: byPss(20), signatureAlgorithm: algorithm('1.2.840.113549.1.1.10') },
      /malformed parameters/,
    ],
    [
      'PSS with no digest named, which is SHA-1',
      { by: byPss(20), signatureAlgorithm: algorithm('1.2.840.113549.1.1.10', sequence()) },
      /names two digests/,
    ],
    [
      'PSS with two digests',
      {
        by: byPss(20),
        signatureAlgorithm: algorithm(
          '1.2.840.113549.1.1.10',
          sequence(explicit(0, algorithm(SHA256)), explicit(1, algorithm('1.2.840.113549.1.1.8', algorithm(SHA384)))),
        ),
      },
      /names two digests/,
    ],
    [
      'PSS with another mask',
      {
        by: byPss(20),
        signatureAlgorithm: algorithm(
          '1.2.840.113549.1.1.10',
          sequence(explicit(0, algorithm(SHA256)), explicit(1, algorithm('1.2.3', algorithm(SHA256)))),
        ),
      },
      /malformed parameters/,
    ],
    [
      'PSS with another trailer',
      {
        by: byPss(20),
        signatureAlgorithm: algorithm(
          '1.2.840.113549.1.1.10',
          sequence(explicit(0, algorithm(SHA256)), explicit(3, integer(2))),
        ),
      },
      /malformed parameters/,
    ],
    [
      'a certificate by Ed25519',
      { signer: 'ed25519', by: (data) => sign(null, data, privateKeyOf('ed25519')) },
      /key that is not supported/,
    ],
  ]

  test.each(cases)('%s', async (_, wrong, reason) => {
    const keys = [pinned(wrong.signer ?? 'rsa2048')]
    const verdict = await smimeVerdict(detachedMail(writeCms(wrong)), { keys })
    expect(verdict).toMatch(/^untrusted \(untrusted\): /)
    expect(verdict).toMatch(reason)
  })

  test('PSS as it should be, by the same writer', async () => {
    const mail = detachedMail(writeCms({ by: byPss(32), signatureAlgorithm: pss(32) }))
    expect(await smimeVerdict(mail)).toMatch(/^trusted/)
  })

  test('changed certificates in the mail change nothing: the key comes from the pin', async () => {
    const der = certificateOf('rsa2048').raw
    const evil = Buffer.from(der)
    // The modulus of the key, somewhere in its middle.
    evil.writeUInt8(evil.readUInt8(300) ^ 1, 300)
    expect(await smimeVerdict(detachedMail(writeCms({ certificates: [evil, stranger.raw] })))).toMatch(/^trusted/)
  })
})

const changed = (attributes: Buffer, from: Date, to: Date): Buffer => {
  const at = attributes.indexOf(utcTime(from))
  expect(at).toBeGreaterThan(0)
  return Buffer.concat([attributes.subarray(0, at), utcTime(to), attributes.subarray(at + utcTime(from).length)])
}

test('a certificate counts from its beginning to its end, both included', async () => {
  const dated = (at: string) => {
    const time = signingTime(utcTime(new Date(at)))
    const mail = detachedMail(writeCms({ attributes: (r) => sorted([r.type, r.digest, time]) }))
    return smimeVerdict(mail, { receivedAt: new Date(at) })
  }
  expect(await dated('2025-12-31T23:59:59Z')).toMatch(/^untrusted.*is valid only from 2026-01-01T00:00:00.000Z/)
  expect(await dated('2026-01-01T00:00:00Z')).toMatch(/^trusted/)
  expect(await dated('2036-01-01T00:00:00Z')).toMatch(/^trusted/)
  expect(await dated('2036-01-01T00:00:01Z')).toMatch(/^untrusted.*expired at 2036-01-01T00:00:00.000Z/)
})

test('the time that a signature states is the one it is judged by', async () => {
  const dated = (at: Date): Wrong => ({ attributes: (r) => sorted([r.type, r.digest, signingTime(utcTime(at))]) })
  const verdicts = [minutesLater(10 + 6), minutesLater(10 + 4), minutesLater(10 - 8 * 24 * 60)].map((at) =>
    smimeVerdict(detachedMail(writeCms(dated(at)))),
  )
  expect(await Promise.all(verdicts)).toEqual([
    expect.stringMatching(/^untrusted.*after the mail came/),
    expect.stringMatching(/^trusted/),
    expect.stringMatching(/^untrusted.*longer ago than this connection accepts/),
  ])
})
