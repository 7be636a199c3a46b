import { generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  address,
  BASIC,
  type CertificateParts,
  emailProtection,
  extension,
  freshKeys,
  named,
  TRUE,
  writeCertificate,
} from './certificate-writer.js'
import { algorithm, detachedMail, partsOf, privateKeyOf, type Wrong, writeCms } from './cms-writer.js'
import { explicit, integer, nothing, oid, sequence, tlv } from './der-writer.js'
import { certificateOf, minutesLater, pinned, receiveSmime, smimeMail, smimeVerdict } from './smime-fixtures.js'

const keys = [pinned('ca')]
const ROBOT = 'robot@registry.example'
const fingerprintOf = (name: string) => certificateOf(name).fingerprint256.replaceAll(':', '')

describe('a certificate that a pinned authority issued to the registry', () => {
  test.each([
    ['detached', 'detached-issued-good', 'ca'],
    ['opaque', 'opaque-issued-good', 'ca'],
    ['by an authority with P-256', 'detached-issued-p256-good', 'ca-p256'],
    ['that says it is for what cannot be denied', 'detached-issued-non-repudiation', 'ca'],
    ['that does not restrict its key', 'detached-issued-no-usage', 'ca'],
    ['with an extension that need not be understood', 'detached-issued-odd', 'ca'],
  ])('is believed: %s', async (_, name, authority) => {
    const result = await receiveSmime(smimeMail(name), { keys: [pinned('rsa2048'), pinned(authority)] })
    const fingerprint = fingerprintOf(name.replace(/^[a-z]+-/, ''))
    expect(result.verdict.reason).toMatch(new RegExp(`^signed by ${fingerprint} at .*; key ${authority}.crt.pem$`))
    expect(result).toMatchObject({ stage: 'trusted', content: { fingerprint } })
  })

  test.each([
    ["the pin's own names", { keys: [pinned('ca', { names: ['other@registry.example', 'noc@registry.example'] })] }],
    ["the registry's addresses", { keys, registryAddresses: ['x@registry.example', 'noc@registry.example'] }],
    ['a domain in other letters', { keys, registryAddresses: ['noc@REGISTRY.example'] }],
    ['the second name, its domain in other letters', { keys, registryAddresses: ['ROBOT@registry.example'] }],
  ])('is for %s', async (_, options) => {
    expect(await smimeVerdict(smimeMail('detached-issued-two-names'), options)).toMatch(/^trusted/)
  })

  const wrong: [string, string, Parameters<typeof smimeVerdict>[1], RegExp][] = [
    ['is for another domain', 'issued-other-name', { keys }, /is for none of the addresses robot@registry\.example$/],
    ['is for the beginning of our address', 'issued-other-user', { keys }, /is for none of the addresses/],
    ['is for our address and more after a NUL', 'issued-nul-name', { keys }, /is for none of the addresses/],
    ['is for the name of a host', 'issued-dns-name', { keys }, /is for none of the addresses/],
    ['is for nobody', 'issued-no-name', { keys }, /is for none of the addresses/],
    [
      'is for the address in other letters',
      'issued-good',
      { keys, registryAddresses: ['Robot@registry.example'] },
      /none of the addresses/,
    ],
    [
      "is for the registry's address, the pin says another",
      'issued-good',
      { keys: [pinned('ca', { names: ['noc@registry.example'] })] },
      /none of the addresses noc@/,
    ],
    [
      'is for no address at all, and none is asked for',
      'issued-no-name',
      { keys, registryAddresses: [] },
      /none of the addresses/,
    ],
    ['is for web servers', 'issued-server-auth-only', { keys }, /is not one for mail/],
    ['is for any purpose', 'issued-any-purpose', { keys }, /is not one for mail/],
    ['does not say its purpose', 'issued-no-purpose', { keys }, /is not one for mail/],
    ['is for encryption', 'issued-encryption-only', { keys }, /may not sign mails/],
    [
      'has a critical extension',
      'issued-critical',
      { keys },
      /critical extension 1\.2\.3\.4\.5, which is not understood/,
    ],
    ['has expired', 'issued-expired', { keys }, /expired at 2026-02-01/],
    ['is itself an authority', 'issued-authority', { keys }, /is itself that of an authority/],
    ['is the authority, which signs certificates alone', 'ca', { keys }, /may not sign mails/],
    ['was issued with SHA-1', 'sha1-signed', { keys }, /too weak or not supported; pin it itself/],
    [
      'was issued with SHA-1, which is allowed for signatures',
      'sha1-signed',
      { keys, weak: ['sha1'] },
      /too weak or not supported/,
    ],
    [
      'was issued with RSA of 1024 bits',
      'issued-by-rsa1024',
      { keys: [pinned('ca-rsa1024')] },
      /too weak or not supported/,
    ],
    [
      'was issued with RSA of 1024 bits, which is allowed for signatures',
      'issued-by-rsa1024',
      { keys: [pinned('ca-rsa1024')], weak: ['rsa1024'] },
      /too weak or not/,
    ],
    [
      'was issued by another authority of the same name',
      'issued-by-evil',
      { keys },
      /was not issued by the authority in ca\.crt\.pem/,
    ],
    [
      'was issued by another authority',
      'issued-p256-good',
      { keys },
      /was not issued by the authority in ca\.crt\.pem/,
    ],
    ['signed itself', 'stranger', { keys }, /was not issued by the authority in ca\.crt\.pem/],
    ['was issued by an authority below', 'issued-deep', { keys }, /was not issued by the authority in ca\.crt\.pem/],
    [
      'was issued by an authority that has expired',
      'issued-by-expired',
      { keys: [pinned('ca-expired')] },
      /expired at 2026-02-01/,
    ],
    [
      'was issued by an authority that may not',
      'issued-by-no-signing',
      { keys: [pinned('ca-no-signing')] },
      /in ca-no-signing\.crt\.pem may not issue others/,
    ],
    ['did not come with the mail', 'issued-good-nocerts', { keys }, /which this connection does not pin/],
    [
      'came too late',
      'issued-good',
      { keys, receivedAt: minutesLater(8 * 24 * 60) },
      /longer ago than this connection accepts/,
    ],
    [
      'has a pin that is over',
      'issued-good',
      { keys: [pinned('ca', { notAfter: minutesLater(0) })] },
      /key ca\.crt\.pem was pinned only until/,
    ],
  ]

  test.each(wrong)('that %s is not', async (_, name, options, reason) => {
    const verdict = await smimeVerdict(smimeMail(`detached-${name}`), options)
    expect(verdict).toMatch(/^untrusted \(untrusted\): /)
    expect(verdict).toMatch(reason)
  })

  test('of those that are wrong each is fine when it is pinned itself', async () => {
    for (const name of [
      'issued-other-name',
      'issued-server-auth-only',
      'sha1-signed',
      'issued-by-evil',
      'issued-deep',
    ]) {
      expect(await smimeVerdict(smimeMail(`detached-${name}`), { keys: [...keys, pinned(name)] })).toMatch(/^trusted/)
    }
    const strangers = { keys: [pinned('ca-evil')] }
    expect(await smimeVerdict(smimeMail('detached-issued-by-evil'), strangers)).toMatch(/^trusted/)
  })
})

describe('a certificate that was made up', () => {
  const own = freshKeys()
  const authority = { issuer: partsOf('ca').subject, issuerKey: privateKeyOf('ca') }
  const good: CertificateParts = {
    ...authority,
    subject: named('made up'),
    publicKey: own.publicKey,
    extensions: [BASIC.signer, emailProtection, address(ROBOT)],
  }
  const mailBy = (parts: CertificateParts, wrong: Wrong = {}) => {
    const certificate = writeCertificate(parts)
    const signerId = sequence(parts.issuer, parts.serial ?? integer(0x12))
    const by = (data: Buffer) => sign('sha256', data, own.privateKey)
    return detachedMail(writeCms({ signerId, by, certificates: [certificate], ...wrong }))
  }

  test('but is right is believed', async () => {
    expect(await smimeVerdict(mailBy(good), { keys })).toMatch(/^trusted/)
    const digests = await Promise.all(
      [
        { name: 'sha384', algorithm: algorithm('1.2.840.113549.1.1.12', nothing()) },
        { name: 'sha512', algorithm: algorithm('1.2.840.113549.1.1.13', nothing()) },
      ].map((digest) => smimeVerdict(mailBy({ ...good, digest }), { keys })),
    )
    expect(digests).toEqual([expect.stringMatching(/^trusted/), expect.stringMatching(/^trusted/)])
    const notCritical = tlv(0x01, Buffer.from([0]))
    const extensions = [extension('2.5.29.19', sequence(), notCritical), emailProtection, address(ROBOT)]
    expect(await smimeVerdict(mailBy({ ...good, extensions }), { keys })).toMatch(/^trusted/)
    const several = [partsOf('issued-other-name').raw, writeCertificate(good), sequence()]
    expect(await smimeVerdict(mailBy(good, { certificates: several }), { keys })).toMatch(/^trusted/)
  })

  const unread: [string, Partial<CertificateParts>][] = [
    ['extensions in version 1', { version: [] }],
    ['extensions in version 2', { version: [explicit(0, integer(1))] }],
    ['two algorithms', { inner: algorithm('1.2.840.113549.1.1.12', nothing()) }],
    ['an extension twice', { extensions: [...good.extensions, emailProtection] }],
    ['two alternative names', { extensions: [...good.extensions, address('noc@registry.example')] }],
    [
      'an extension that is cut off',
      { extensions: [...good.extensions, extension('2.5.29.15', tlv(0x03).subarray(0, 1))] },
    ],
    [
      'basic constraints that are text',
      { extensions: [extension('2.5.29.19', tlv(0x0c)), emailProtection, address(ROBOT)] },
    ],
    [
      'a truth that is not that of DER',
      { extensions: [extension('2.5.29.19', sequence(tlv(0x01, Buffer.from([1])))), emailProtection, address(ROBOT)] },
    ],
    [
      'a critical mark that is not that of DER',
      { extensions: [...good.extensions, extension('1.2.3', nothing(), tlv(0x01, Buffer.from([2])))] },
    ],
    [
      'no purposes in the list of them',
      { extensions: [BASIC.signer, extension('2.5.29.37', sequence()), address(ROBOT)] },
    ],
    [
      'an extension with more than three fields',
      { extensions: [...good.extensions, sequence(oid('1.2.3'), TRUE, tlv(0x04), nothing())] },
    ],
    ['a validity of one time', { validity: sequence(tlv(0x17, Buffer.from('260101000000Z'))) }],
    ['a validity that is text', { validity: sequence(tlv(0x0c, Buffer.from('now')), tlv(0x0c, Buffer.from('then'))) }],
    ['a key that is none', { key: sequence(algorithm('1.2.3'), tlv(0x03, Buffer.from([0, 1]))) }],
    ['something between key and extensions', { between: [nothing()] }],
    ['something after the extensions', { after: [nothing()] }],
    ['something after the signature', { outside: [nothing()] }],
  ]

  test.each(unread)('and has %s is not read', async (_, change) => {
    expect(await smimeVerdict(mailBy({ ...good, ...change }), { keys })).toMatch(/^untrusted.*does not pin$/)
  })

  const refused: [string, Partial<CertificateParts>, RegExp][] = [
    ['is signed by its own key', { issuerKey: own.privateKey }, /was not issued by the authority/],
    ['is signed by another authority', { issuerKey: privateKeyOf('ca-evil') }, /was not issued by the authority/],
    ['names another issuer', { issuer: named('another authority') }, /was not issued by the authority/],
    [
      'says so of itself',
      { extensions: [BASIC.authority, emailProtection, address(ROBOT)] },
      /is itself that of an authority/,
    ],
    [
      'has a critical purpose of its own',
      { extensions: [...good.extensions, extension('2.5.29.30', sequence(), TRUE)] },
      /critical extension 2\.5\.29\.30/,
    ],
    [
      'has its address among its purposes',
      { extensions: [BASIC.signer, emailProtection] },
      /for none of the addresses/,
    ],
    [
      'has its address as another kind of name',
      { extensions: [BASIC.signer, emailProtection, extension('2.5.29.17', sequence(tlv(0x82, Buffer.from(ROBOT))))] },
      /for none of the addresses/,
    ],
    [
      'has no address but a common name',
      { subject: named(ROBOT), extensions: [BASIC.signer, emailProtection] },
      /for none of the addresses/,
    ],
    [
      'has a blank after its address',
      { extensions: [BASIC.signer, emailProtection, address(`${ROBOT} `)] },
      /for none of the addresses/,
    ],
    [
      'has an umlaut in its address',
      { extensions: [BASIC.signer, emailProtection, address('robot@regïstry.example')] },
      /for none of the addresses/,
    ],
    [
      'was issued with an algorithm for keys',
      { digest: { name: 'sha256', algorithm: algorithm('1.2.840.113549.1.1.1', nothing()) } },
      /too weak or not supported/,
    ],
    [
      'has expired',
      { validity: sequence(tlv(0x17, Buffer.from('200101000000Z')), tlv(0x17, Buffer.from('210101000000Z'))) },
      /expired at 2021-01-01/,
    ],
  ]

  test.each(refused)('and %s is refused', async (_, change, reason) => {
    const parts = { ...good, ...change }
    const verdict = await smimeVerdict(mailBy(parts), { keys })
    expect(verdict).toMatch(/^untrusted/)
    expect(verdict).toMatch(reason)
  })

  test('is no pin when it cannot be read, and never an authority without saying so', async () => {
    const bytes = writeCertificate({ ...good, outside: [nothing()] })
    expect(await smimeVerdict(mailBy(good), { keys: [pinned('ca', { bytes })] })).toMatch(/does not pin/)
    // A signer's certificate that is pinned vouches for itself, not for those that its key signed.
    const below = freshKeys()
    const issued: CertificateParts = {
      ...good,
      issuer: good.subject,
      issuerKey: own.privateKey,
      subject: named('below'),
      publicKey: below.publicKey,
    }
    const mail = mailBy(issued, { by: (data) => sign('sha256', data, below.privateKey) })
    const pinnedSigner = [pinned('ca', { bytes: writeCertificate(good) })]
    expect(await smimeVerdict(mail, { keys: pinnedSigner })).toMatch(/^untrusted.*does not pin/)
    const pinnedAuthority = writeCertificate({ ...good, extensions: [BASIC.authority] })
    expect(await smimeVerdict(mail, { keys: [pinned('ca', { bytes: pinnedAuthority })] })).toMatch(/^trusted/)
  })

  test('an authority may issue no more than its own extensions let it', async () => {
    const issuer = freshKeys()
    const mail = mailBy({ ...good, issuer: named('bounded'), issuerKey: issuer.privateKey })
    const bounded = (...extensions: Buffer[]) => {
      const own = { ...good, issuerKey: issuer.privateKey, subject: named('bounded'), publicKey: issuer.publicKey }
      return [pinned('ca', { bytes: writeCertificate({ ...own, extensions: [BASIC.authority, ...extensions] }) })]
    }
    const forServers = extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.1')))
    const forOtherNames = extension(
      '2.5.29.30',
      sequence(explicit(0, sequence(tlv(0x81, Buffer.from('other.example'))))),
    )
    const verdicts = [bounded(), bounded(emailProtection), bounded(forServers), bounded(forOtherNames)].map((keys) =>
      smimeVerdict(mail, { keys }),
    )
    expect(await Promise.all(verdicts)).toEqual([
      expect.stringMatching(/^trusted/),
      expect.stringMatching(/^trusted/),
      expect.stringMatching(/^untrusted .*the authority in ca\.crt\.pem is not one for mail$/),
      expect.stringMatching(/^untrusted .*the authority in ca\.crt\.pem has the critical extension 2\.5\.29\.30,/),
    ])
  })

  test('a key on a curve that is not one of the three is never believed', async () => {
    const odd = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
    const bytes = writeCertificate({ ...good, publicKey: odd.publicKey })
    const by = (data: Buffer) => sign('sha256', data, odd.privateKey)
    const mail = mailBy(good, { by, signatureAlgorithm: algorithm('1.2.840.10045.4.3.2') })
    const options = { keys: [pinned('ca', { bytes })], weak: ['sha1' as const, 'dsa' as const, 'rsa1024' as const] }
    expect(await smimeVerdict(mail, options)).toMatch(/^untrusted.*key that is not supported/)
  })

  test('RSA of fewer than 1024 bits is never believed', async () => {
    const small = freshKeys(768)
    const bytes = writeCertificate({ ...good, publicKey: small.publicKey })
    const mail = mailBy(good, { by: (data) => sign('sha256', data, small.privateKey), certificates: [] })
    const options = { keys: [pinned('ca', { bytes })], weak: ['sha1' as const, 'dsa' as const, 'rsa1024' as const] }
    expect(await smimeVerdict(mail, options)).toMatch(/^untrusted.*RSA key of 768 bits; 2048 or more are required/)
  })
})
