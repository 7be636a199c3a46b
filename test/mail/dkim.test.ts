import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { composeMail, type MailContent } from '../../src/mail/compose.js'
import { signDkim } from '../../src/mail/dkim.js'
import { judgeDkim, makeDkimPair } from '../helpers/dkim.js'
import { needs } from '../helpers/needs.js'

const pair = makeDkimPair()
const signer = { domain: 'hoster.example', selector: 's1', privateKey: pair.privateKey }
const GOOD = 'pass hoster.example'

const mailOf = (content: MailContent): Buffer =>
  composeMail({
    ...{ from: 'domains@hoster.example', to: 'robot@registry.example', replyTo: 'denic@in.hoster.example' },
    ...{ subject: 'CREATE müller.de, a subject that is so long that it has to be folded at least once', content },
    ...{ date: new Date('2026-07-01T10:00:00Z'), messageId: '<sp-1@hoster.example>' },
  })

const signature = Buffer.from('-----BEGIN PGP SIGNATURE-----\r\n\r\nabc=\r\n-----END PGP SIGNATURE-----\r\n')
const signedPart = Buffer.from('Content-Type: text/plain\r\n\r\nDomain: example.de\r\n')
const MAILS: [string, MailContent][] = [
  ['a text', { kind: 'text', text: Buffer.from('Domain: example.de\r\n\r\n- -- \r\n.\r\nend\r\n\r\n\r\n') }],
  ['a text in UTF-8', { kind: 'text', text: Buffer.from('Holder: Jürgen Müller 東京\r\n') }],
  ['PGP/MIME', { kind: 'pgp-mime', signedPart, signature, micalg: 'pgp-sha512' }],
  ['S/MIME', { kind: 'smime', signedPart, signature: Buffer.alloc(900, 7), micalg: 'sha-256' }],
]

test.each(MAILS)('%s is signed above its octets, which stay, and another verifier agrees', async (_, content) => {
  const mail = mailOf(content)
  const signed = await signDkim(mail, signer)
  expect(signed.subarray(-mail.length).equals(mail)).toBe(true)
  expect(await judgeDkim(signed, pair)).toEqual([GOOD])
  const header = signed.toString('latin1', 0, signed.length - mail.length)
  expect(header).toMatch(/^DKIM-Signature: v=1; a=rsa-sha256; c=relaxed\/relaxed; (?:.|\r\n[ \t])+\r\n$/)
  expect(header.split('\r\n').every((line) => line.length <= 130)).toBe(true)
  expect(header).not.toMatch(/[ ;]x=/)
})

test('all fields that the gateway writes are covered', async () => {
  const signed = await signDkim(mailOf({ kind: 'text', text: Buffer.from('x\r\n') }), signer)
  const [, fields = ''] = /[ ;]h=([^;]+);/.exec(signed.toString('latin1').replace(/\r\n[ \t]+/g, '')) ?? []
  const written =
    signed
      .toString('latin1')
      .split('\r\n\r\n')[0]
      ?.match(/^[A-Za-z-]+(?=:)/gm) ?? []
  expect(fields.split(':').sort()).toEqual(
    written
      .slice(1)
      .map((name) => name.toLowerCase())
      .sort(),
  )
})

test.each([
  ['the body', 'example.de', 'example.dk'],
  ['the subject', 'Q1JFQVRF', 'REVMRVRF'],
  ['the recipient', 'To: robot', 'To: nobody'],
  ['the mark of a machine', 'auto-generated', 'no'],
])('%s changed: another verifier says so', async (_, from, to) => {
  const signed = (
    await signDkim(mailOf({ kind: 'text', text: Buffer.from('Domain: example.de\r\n') }), signer)
  ).toString()
  expect(signed).toContain(from)
  expect(await judgeDkim(Buffer.from(signed.replace(from, to)), pair)).not.toEqual([GOOD])
})

test('a key that does not sign: an error, never a mail without a signature', async () => {
  const mail = mailOf({ kind: 'text', text: Buffer.from('x\r\n') })
  await expect(signDkim(mail, { ...signer, privateKey: 'no key' })).rejects.toThrow('hoster.example')
})

const withOpenssl = await needs('openssl')
withOpenssl('openssl', () => {
  test('verifies the signature over what RFC 6376, 3.7 says that it is over', async () => {
    const signed = (await signDkim(mailOf({ kind: 'text', text: Buffer.from('x\r\n') }), signer)).toString('latin1')
    const [header = ''] = signed.split('\r\n\r\n')
    const fields = header.replace(/\r\n[ \t]+/g, ' ').split('\r\n')
    const relaxed = (field: string): string => {
      const colon = field.indexOf(':')
      return `${field.slice(0, colon).toLowerCase()}:${field
        .slice(colon + 1)
        .replace(/[ \t]+/g, ' ')
        .trim()}`
    }
    const [own = '', ...others] = fields.map(relaxed)
    const [, names = ''] = /[ ;]h=([^;]+);/.exec(own.replaceAll(' ', '')) ?? []
    const [unsigned = '', value = ''] = own.split(/(?<=; b=)/)
    const covered = names.split(':').map((name) => others.find((field) => field.startsWith(`${name}:`)) ?? '')
    const folder = mkdtempSync(join(tmpdir(), 'sealpost-dkim-'))
    try {
      const put = (name: string, octets: string | Buffer) => writeFileSync(join(folder, name), octets)
      put('data', Buffer.from([...covered, unsigned].join('\r\n'), 'latin1'))
      put('signature', Buffer.from(value.replaceAll(' ', ''), 'base64'))
      put('key.pem', pair.publicKey.export({ type: 'spki', format: 'pem' }))
      const words = ['dgst', '-sha256', '-verify', 'key.pem', '-signature', 'signature', 'data']
      expect(execFileSync('openssl', words, { cwd: folder }).toString()).toContain('Verified OK')
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
