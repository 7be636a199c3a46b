/*
 * The security table "OpenPGP clear-signed", as far as it is about the signature and its key, in both forms that a signature
 * comes in: a clear-signed text and PGP/MIME. Mails are made by gpg; what gpg does not make is put together by hand.
 *
 * | row of the table                        | test (each clear-signed and as PGP/MIME)                                  |
 * |-----------------------------------------|---------------------------------------------------------------------------|
 * | 2 signers, one unknown                  | 2 signers, one unknown; the pinned one alone, twice                       |
 * | unknown key only                        | unknown key only; no key pinned; a pin that is no key                     |
 * | zero signatures                         | zero signatures: an armor without any packet                              |
 * | SHA1, MD5, RIPEMD160                    | SHA1, MD5, RIPEMD160, SHA-224                                             |
 * | RSA-1024                                | RSA-1024; DSA; a weak primary key, a weak subkey                          |
 * | signature in the future                 | signature in the future; five minutes ahead are let pass                  |
 * | signature expiry subpacket              | signature expiry subpacket, before and after                              |
 * | expired key, dated inside its validity  | expired key, expired subkey, and both while they are valid; renewed key   |
 * | revoked compromised, superseded         | revoked as compromised, as superseded; a revoked subkey                   |
 * | signing subkey                          | signing subkey; a subkey that may only encrypt                            |
 * | ISO-8859-1 text                         | ISO-8859-1 text                                                           |
 * | packets, decompression bomb             | inline PGP MESSAGE of each kind; packets in the signature's place         |
 * | signature types other than 0/1          | signature types other than 0/1                                            |
 * | 5,000 copies of the signature           | 5,000 copies of the signature; two copies                                 |
 * | 10 MB before the block                  | 10 MB before the block                                                    |
 *
 * Weak signatures that a connection allows: openpgp-weak.test.ts. Subpackets: openpgp-packets.test.ts. Versions: openpgp-versions.test.ts.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PacketList, readKey } from 'openpgp'
import { describe, expect, test } from 'vitest'
import { FIXTURES, later, mailFixture, pin, receive, toCrlf, verdictOf } from './fixtures.js'
import { craft, packetOf, signersOf } from './openpgp-craft.js'
import { armored, armorOf, FORMS, mailWith, octetsOfArmor, TEXTS, trick, trickPin } from './openpgp-tricks.js'

type Options = Parameters<typeof verdictOf>[1]

describe.each(FORMS)('security table, %s: who signed, how and when', (form) => {
  const good = mailFixture(`${form}-utf8-rsa2048`)
  const past = { receivedAt: later(24 * 31), maxAge: 1e12 }

  const refused: [row: string, mail: () => Buffer, options: Options, verdict: RegExp][] = [
    [
      '2 signers, one unknown',
      () => mailFixture(`${form}-two-signers`),
      { keys: [pin('rsa2048')] },
      /^quarantined .*not exactly one signature packet/,
    ],
    [
      '2 signers, both pinned',
      () => mailFixture(`${form}-two-signers`),
      { keys: [pin('rsa2048'), pin('stranger')] },
      /^quarantined .*not exactly one signature packet/,
    ],
    [
      'unknown key only',
      () => mailFixture(`${form}-stranger`),
      {},
      /^untrusted .*by key [0-9A-F]{40}, which this connection does not pin/,
    ],
    ['unknown key only: no key is pinned', () => good, { keys: [] }, /^untrusted .*does not pin/],
    [
      'unknown key only: a pin that is no key',
      () => good,
      { keys: [pin('rsa2048', { bytes: Buffer.from('x') })] },
      /^untrusted .*does not pin/,
    ],
    [
      'unknown key only: a pin of S/MIME',
      () => good,
      { keys: [pin('rsa2048', { format: 'x509' })] },
      /^untrusted .*does not pin/,
    ],
    [
      'zero signatures',
      () => mailWith(form, armored(Buffer.alloc(0))),
      {},
      /^quarantined .*not exactly one signature packet/,
    ],
    ['SHA1', () => trick(`${form}-sha1`), {}, /^untrusted .*SHA-1 digest; SHA-256 or better is required/],
    ['MD5', () => trick(`${form}-md5`), {}, /^untrusted .*uses MD5; SHA-256 or better is required/],
    ['RIPEMD160', () => trick(`${form}-ripemd160`), {}, /^untrusted .*uses RIPEMD; SHA-256 or better is required/],
    ['SHA-224', () => trick(`${form}-sha224`), {}, /^untrusted .*uses SHA224; SHA-256 or better is required/],
    ['RSA-1024', () => trick(`${form}-rsa1024`), { keys: [pin('rsa1024')] }, /^untrusted .*fewer than 2048 bits/],
    [
      'RSA-1024: a primary key, and a strong subkey that signs',
      () => trick(`${form}-rsa1024-primary`),
      { keys: [trickPin('rsa1024-primary')] },
      /^untrusted .*fewer than 2048 bits/,
    ],
    [
      'RSA-1024: a subkey that signs, and a strong primary key',
      () => trick(`${form}-rsa1024-subkey`),
      { keys: [trickPin('rsa1024-subkey')] },
      /^untrusted .*fewer than 2048 bits/,
    ],
    ['DSA', () => trick(`${form}-dsa`), { keys: [pin('dsa')] }, /^untrusted .*a DSA key/],
    ['signature in the future', () => trick(`${form}-future`), {}, /^untrusted .*T13:00.*, after the mail came/],
    ['signature too old', () => good, { receivedAt: later(24 * 8) }, /^untrusted .*longer ago than this connection/],
    [
      'signature expiry subpacket: over when the mail comes',
      () => trick(`${form}-signature-expires`),
      { receivedAt: later(25) },
      /^untrusted .*Signature is expired/,
    ],
    [
      'expired key, signature dated inside its validity',
      () => trick(`${form}-expiring`),
      { keys: [pin('expiring')], ...past },
      /^untrusted .*expired at 2026-07-01/,
    ],
    [
      'expired subkey, signature dated inside its validity',
      () => trick(`${form}-subkey-expiring`),
      { keys: [trickPin('subkey-expiring')], ...past },
      /^untrusted .*was not valid when the mail came \(.*Subkey is expired/,
    ],
    [
      'revoked "compromised"',
      () => mailFixture(`${form}-utf8-ed25519`),
      { keys: [pin('revoked-compromised')] },
      /^untrusted .*revoked/,
    ],
    [
      'revoked "superseded" after signing',
      () => mailFixture(`${form}-utf8-ed25519`),
      { keys: [pin('revoked-superseded')] },
      /^untrusted .*is revoked; remove it from trust\.keys/,
    ],
    [
      'revoked subkey, "superseded" after signing',
      () => mailFixture(`${form}-utf8-subkey`),
      { keys: [trickPin('subkey-revoked')] },
      /^untrusted .*is revoked; remove it from trust\.keys/,
    ],
    ['pin that is not valid yet', () => good, { keys: [pin('rsa2048', { notBefore: later(1) })] }, /pinned only from/],
    ['pin that is over', () => good, { keys: [pin('rsa2048', { notAfter: later(0) })] }, /was pinned only until/],
    ['10 MB before the block', () => tenMegabytesBefore(good), {}, /^quarantined .*octets; at most/],
  ]

  test.each(refused)('%s', async (_, mail, options, verdict) => {
    expect(await verdictOf(mail(), options)).toMatch(verdict)
  })

  const accepted: [row: string, mail: () => Buffer, options?: Options][] = [
    ['the mail that tricks are played on', () => good],
    ['signature in the future: five minutes ahead', () => good, { receivedAt: later(-5 / 60) }],
    ['signature almost too old', () => good, { receivedAt: later(24 * 7) }],
    ['signature expiry subpacket: not yet over', () => trick(`${form}-signature-expires`), { receivedAt: later(23) }],
    ['expiring key that is valid', () => trick(`${form}-expiring`), { keys: [pin('expiring')] }],
    ['expiring subkey that is valid', () => trick(`${form}-subkey-expiring`), { keys: [trickPin('subkey-expiring')] }],
    ['key that was renewed after the mail came', () => trick(`${form}-renewed`), { keys: [trickPin('renewed')] }],
    [
      'expired key that was renewed after signing',
      () => trick(`${form}-renewed`),
      { keys: [trickPin('renewed')], ...past },
    ],
    [
      'pins that overlap while a registry changes its key',
      () => good,
      { keys: [pin('rsa2048', { notAfter: later(0) }), pin('rsa2048', { notBefore: later(0) })] },
    ],
    ['signing subkey', () => mailFixture(`${form}-utf8-subkey`), { keys: [pin('subkey')] }],
    ['ISO-8859-1 text', () => mailFixture(`${form}-latin1-rsa2048`)],
  ]

  test.each(accepted)('trusted: %s', async (_, mail, options = {}) => {
    expect(await verdictOf(mail(), options)).toMatch(/^trusted \(trusted\): signed by /)
  })

  test('signing subkey: the verdict carries the fingerprint of the primary key', async () => {
    const fingerprint = (await keyIn('keys/subkey.pub.asc')).getFingerprint().toUpperCase()
    const { verdict, content } = await receive(mailFixture(`${form}-utf8-subkey`), { keys: [pin('subkey')] })
    expect([verdict.fingerprint, content?.fingerprint]).toEqual([fingerprint, fingerprint])
  })

  test('subkey that may only encrypt', async () => {
    const [primary, encrypting] = await signersOf('tricks/keys/encrypting.sec.asc')
    const keys = [trickPin('encrypting')]
    const by = (signer: typeof primary) =>
      signer === undefined ? '' : armored(craft({ signed: TEXTS[form], by: signer }))
    expect(await verdictOf(mailWith(form, by(primary)), { keys })).toMatch(/^trusted/)
    expect(await verdictOf(mailWith(form, by(encrypting)), { keys })).toMatch(/^untrusted .*does not hold/)
  })

  test.each([
    ['2 standalone', 0x02],
    ['16 certification', 0x10],
    ['24 subkey binding', 0x18],
    ['31 direct key', 0x1f],
    ['32 key revocation', 0x20],
    ['64 timestamp', 0x40],
    ['80 third party', 0x50],
    ['255 unknown', 0xff],
  ])('signature types other than 0/1: %s', async (_, type) => {
    const [by] = await signersOf('keys/rsa2048.sec.asc')
    if (by === undefined) throw new Error('no key')
    const mail = (type: number) => mailWith(form, armored(craft({ signed: TEXTS[form], by, type })))
    expect(await verdictOf(mail(type))).toMatch(/^untrusted .*not one over a document/)
    expect(await verdictOf(mail(0))).toMatch(/^trusted/)
    expect(await verdictOf(mail(1))).toMatch(/^trusted/)
  })

  test("signature types other than 0/1: gpg's own, by which the pinned key vouches for its name", async () => {
    const { users } = await keyIn('keys/rsa2048.pub.asc')
    const packets = new PacketList()
    packets.push(...users.flatMap(({ selfCertifications }) => selfCertifications))
    expect(packets).toHaveLength(1)
    const mail = mailWith(form, armored(Buffer.from(packets.write())))
    expect(await verdictOf(mail)).toMatch(/^untrusted .*not one over a document/)
  })

  test.each([
    ['5,000 copies of the signature', 5_000, /^quarantined .*octets; at most/],
    ['100 copies of the signature', 100, /^quarantined .*more than 8192 octets/],
    ['two copies of the signature', 2, /^quarantined .*not exactly one signature packet/],
    ['one copy of the signature, as it should be', 1, /^trusted/],
  ])('%s', async (_, copies, verdict) => {
    const small = mailFixture(`${form}-utf8-ed25519`)
    const signature = await octetsOfArmor(armorOf(small))
    const many = armored(Buffer.concat(Array.from({ length: copies }, () => signature)))
    const mail = Buffer.from(small.toString('latin1').replace(armorOf(small), many), 'latin1')
    expect(await verdictOf(toCrlf(mail), { keys: [pin('ed25519')] })).toMatch(verdict)
  })

  const MESSAGES = ['packed', 'plain', 'unsigned', 'encrypted', 'bomb']

  test.each(MESSAGES)('packets: a message (%s) in the place of the signature', async (name) => {
    const octets = await octetsOfArmor(trick(`message-${name}`))
    expect(await verdictOf(mailWith(form, armored(octets)))).toMatch(/^quarantined .*not exactly one signature packet/)
  })

  test.each([
    ['a literal instead of the signature', (_: Buffer, evil: Buffer) => [evil]],
    ['a marker instead of the signature', () => [packetOf(10, Buffer.from('PGP'))]],
    ['a literal before the signature', (signature: Buffer, evil: Buffer) => [evil, signature]],
    ['a literal after the signature', (signature: Buffer, evil: Buffer) => [signature, evil]],
    ['a marker before the signature', (signature: Buffer) => [packetOf(10, Buffer.from('PGP')), signature]],
    ['padding after the signature', (signature: Buffer) => [signature, Buffer.from([0xd5, 3, 1, 2, 3])]],
    ['an unknown packet after the signature', (signature: Buffer) => [signature, Buffer.from([0xfc, 1, 0])]],
    ['one octet after the signature', (signature: Buffer) => [signature, Buffer.from([0])]],
  ])('packets: %s', async (_, arrange) => {
    const [by] = await signersOf('keys/rsa2048.sec.asc')
    if (by === undefined) throw new Error('no key')
    const literal = packetOf(11, Buffer.concat([Buffer.from('b\0\0\0\0\0'), Buffer.from('CTID: 9')]))
    const packets = arrange(craft({ signed: TEXTS[form], by }), literal)
    const mail = mailWith(form, armored(Buffer.concat(packets)))
    expect(await verdictOf(mail)).toMatch(/^quarantined .*not exactly one signature packet/)
  })
})

describe('security table: inline PGP MESSAGE is not accepted at all', () => {
  test.each(['packed', 'plain', 'unsigned', 'encrypted', 'bomb'])('%s', async (name) => {
    const keys = [pin('rsa2048'), pin('ed25519')]
    expect(await verdictOf(trick(`message-${name}`), { keys })).toMatch(
      /^quarantined \(untrusted\): something stands before its signed message/,
    )
  })

  test('nothing at the door can unpack or decrypt: a bomb of 1 GiB stays the 3 KB that it is', () => {
    const sources = ['signing', 'mail', 'reading'].flatMap(sourcesIn)
    const imported = sources.flatMap((text) =>
      [...text.matchAll(/import (?:type )?\{([^}]*)\} from '([^']+)'/g)].map(
        ([, names = '', from = '']) => `${from}: ${names}`,
      ),
    )
    expect(imported.filter((line) => line.startsWith('openpgp: ')).join()).toContain('readSignature')
    expect(imported.filter((line) => /^openpgp: .*\b(readMessage|readCleartextMessage|decrypt)\b/s.test(line))).toEqual(
      [],
    )
    expect(imported.filter((line) => /zlib|^(unzip|pako|fflate)/.test(line))).toEqual([])
    expect(trick('message-bomb').length).toBeLessThan(4_096)
  })
})

const keyIn = (file: string) => readKey({ armoredKey: readFileSync(join(FIXTURES, file), 'latin1') })

/** Between the header and the body, where a preamble or an introduction would be. */
const tenMegabytesBefore = (mail: Buffer): Buffer => {
  const text = mail.toString('latin1')
  return Buffer.from(
    text.replace(/\r?\n(\r?\n)/, (found, end) => `${found}${`hello${end}`.repeat(1_700_000)}`),
    'latin1',
  )
}

const SRC = join(import.meta.dirname, '../../src')

const sourcesIn = (folder: string): string[] =>
  readdirSync(join(SRC, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(SRC, folder, name), 'utf8'))
