import { describe, expect, test } from 'vitest'
import { authenticate } from '../../src/signing/authenticate.js'
import { detachedSign } from '../hostile/signers.js'
import { MAX_AGE, pin, RECEIVED_AT, SIGNED_AT } from './fixtures.js'

const TEXT = 'Content-Type: text/plain\n\nReference: 1\nFrom Köln\n'
const MACHINE =
  'Content-Type: text/x-robot; charset=us-ascii\nContent-Transfer-Encoding: quoted-printable\n\nresult=3D1\n'
const RETURNED = `Content-Type: multipart/signed; protocol="application/pgp-signature"; boundary=in

--in
Content-Type: text/plain

Order: 1

--in
Content-Type: application/pgp-signature

(a signature of ours)
--in--
`
const MAIL = 'Content-Type: message/rfc822\n\nSubject: x\n\nOrder: 1\n'

const mixed = (...parts: string[]): string =>
  `Content-Type: multipart/mixed; boundary=mix\n\n${parts.map((part) => `--mix\n${part}\n`).join('')}--mix--\n`

const signed = async (part: string): Promise<Buffer> => {
  const octets = Buffer.from(part.replaceAll('\n', '\r\n'))
  const signature = await detachedSign(octets, { at: SIGNED_AT })
  const head = 'Content-Type: multipart/signed; protocol="application/pgp-signature"; boundary=out\r\n\r\n--out\r\n'
  const rest = `\n--out\nContent-Type: application/pgp-signature\n\n${signature.trimEnd()}\n--out--\n`
  return Buffer.concat([Buffer.from(head), octets, Buffer.from(rest.replace(/\r?\n/g, '\r\n'))])
}

const receive = async (raw: Buffer, several = true) =>
  authenticate({
    ...{ raw, several, keys: [pin('rsa2048')], registryAddresses: [], receivedAt: RECEIVED_AT },
    trust: { schemes: ['openpgp-mime'], maxAge: MAX_AGE, weak: [] },
  })

describe('several texts that are signed as one', () => {
  test('come out one by one, in their order, and all together', async () => {
    const { content } = await receive(await signed(mixed(TEXT, MACHINE, RETURNED)))
    expect(content?.parts).toEqual([
      { type: 'text/plain', text: 'Reference: 1\nFrom Köln\n' },
      { type: 'text/x-robot', text: 'result=1\n' },
      { type: 'multipart/signed', text: 'Order: 1\n' },
    ])
    expect(content?.text).toBe('Reference: 1\nFrom Köln\n\nresult=1\n\nOrder: 1\n')
    expect(Object.isFrozen(content?.parts) && content?.parts.every((part) => Object.isFrozen(part))).toBe(true)
  })

  test('a mail that is given back is the text of its octets', async () => {
    const { content } = await receive(await signed(mixed(TEXT, MAIL)))
    expect(content?.parts[1]).toEqual({ type: 'message/rfc822', text: 'Subject: x\n\nOrder: 1\n' })
  })

  test('one text is one part', async () => {
    const { content } = await receive(await signed(TEXT))
    expect(content?.parts).toEqual([{ type: 'text/plain', text: content?.text }])
  })

  test('are not read where the registry signs one text', async () => {
    const { stage, verdict } = await receive(await signed(mixed(TEXT)), false)
    expect([stage, verdict.reason]).toEqual(['quarantined', 'its signed part is multipart/mixed, not text/plain'])
  })

  test('with one octet changed are nobody’s word', async () => {
    const raw = (await signed(mixed(TEXT, RETURNED))).toString('latin1').replace('Order: 1', 'Order: 2')
    const { stage, content } = await receive(Buffer.from(raw, 'latin1'))
    expect([stage, content]).toEqual(['untrusted', null])
  })

  test.each<[what: string, part: string, reason: RegExp]>([
    ['no part', 'Content-Type: multipart/mixed; boundary=mix\n\n--mix--\n', /before any part|no parts/],
    ['six parts', mixed(TEXT, TEXT, TEXT, TEXT, TEXT, TEXT), /more than 5 parts/],
    ['something behind its last part', `${mixed(TEXT)}more\n`, /after its last part/],
    [
      'parts that are encoded as a whole',
      mixed(TEXT).replace('\n\n', '\nContent-Transfer-Encoding: base64\n\n'),
      /7bit/,
    ],
    [
      'parts within parts',
      mixed(TEXT, mixed(TEXT).replace('boundary=mix', 'boundary=in').replaceAll('--mix', '--in')),
      /multipart\/mixed, which is not read/,
    ],
    ['a program', mixed(TEXT, 'Content-Type: application/octet-stream\n\nx\n'), /application\/octet-stream/],
    ['a text with a header that may be text', mixed('Reference: 1\n\nx\n'), /header or text/],
    [
      'a text in a character set that hides ASCII',
      mixed(TEXT.replace('plain', 'plain; charset=utf-7')),
      /character set/,
    ],
    [
      'a signed mail of one part',
      mixed(TEXT, RETURNED.replace(/--in\nContent-Type: app[\s\S]*?(?=--in--)/, '')),
      /two parts/,
    ],
    ['HTML that was signed', mixed(TEXT, RETURNED.replace('text/plain', 'text/html')), /text\/html signed/],
    ['a control character in a code', mixed(MACHINE.replace('=3D', '=00')), /control character/],
    ['another kind of parts', mixed(TEXT).replace('mixed', 'alternative'), /multipart\/alternative, not text\/plain/],
  ])('%s: is quarantined', async (_, part, reason) => {
    const { stage, verdict } = await receive(await signed(part))
    expect(stage).toBe('quarantined')
    expect(verdict.reason).toMatch(reason)
  })
})
