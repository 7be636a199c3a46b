import { describe, expect, test } from 'vitest'
import { carried, detachedMail, opaqueMail, PART, writeCms } from './cms-writer.js'
import { pinned, receiveSmime, smimeMail, smimeVerdict } from './smime-fixtures.js'

/** Replaces, and fails where nothing is found. */
const change = (raw: string, from: string | RegExp, to: string): string => {
  const changed = raw.replace(from, to)
  expect(changed).not.toBe(raw)
  return changed
}

/** As `openssl cms -sign` signs a file that is no MIME part. */
const TEXT_ALONE = Buffer.from('RESULT: failed\r\n\r\nRESULT: success\r\nCTID: 4711\r\n')

const evil = 'Content-Type: text/plain\r\n\r\nCTID: 9\r\n'

describe('a detached S/MIME mail of another shape is put aside', () => {
  const raw = smimeMail('detached-utf8-rsa2048').toString('latin1')
  const boundary = /boundary="([^"]+)"/.exec(raw)?.[1] ?? ''
  const [, signaturePart = ''] = /(Content-Type: application\/pkcs7-signature.*)\r\n\r\n------/s.exec(raw) ?? []
  const cases: [string, () => string | Buffer, RegExp][] = [
    [
      'three parts',
      () => change(raw, `\r\n--${boundary}--`, `\r\n--${boundary}\r\n${evil}\r\n--${boundary}--`),
      /3 parts/,
    ],
    [
      'two signature parts',
      () => change(raw, `\r\n--${boundary}--`, `\r\n--${boundary}\r\n${signaturePart}\r\n--${boundary}--`),
      /3 parts/,
    ],
    ['one part', () => change(raw, `--${boundary}\r\n${signaturePart}\r\n\r\n`, ''), /1 parts/],
    [
      'the parts in the other order',
      () =>
        change(
          raw,
          new RegExp(`--${boundary}\r\n(Content-Type: text.*)--${boundary}\r\n(.*)(?=--${boundary}--)`, 's'),
          `--${boundary}\r\n$2--${boundary}\r\n$1`,
        ),
      /signed part is application\/pkcs7-signature/,
    ],
    ['an epilogue', () => `${raw}CTID: 9\r\n`, /after its last part/],
    ['no closing boundary', () => change(raw, `--${boundary}--`, ''), /closing boundary is missing/],
    ['two boundary parameters', () => change(raw, '; boundary', '; boundary=x; boundary'), /boundary twice/],
    [
      'two protocols',
      () => change(raw, 'protocol=', 'protocol="application/pgp-signature"; protocol='),
      /protocol twice/,
    ],
    ['a split protocol', () => change(raw, 'protocol=', 'protocol*0='), /splits or encodes protocol/],
    [
      'no protocol',
      () => change(raw, 'protocol="application/pkcs7-signature"; ', ''),
      /it is multipart\/signed, not a form/,
    ],
    [
      'an unknown protocol',
      () => change(raw, 'protocol="application/pkcs7-', 'protocol="application/pkcs9-'),
      /it is multipart\/signed, not a form/,
    ],
    [
      'the protocol of PGP/MIME',
      () => change(raw, 'protocol="application/pkcs7-signature"', 'protocol="application/pgp-signature"'),
      /PGP\/MIME, which this connection does not take/,
    ],
    [
      'a signature part of another type',
      () => change(raw, 'Content-Type: application/pkcs7-signature', 'Content-Type: application/octet-stream'),
      /octet-stream, not a signature/,
    ],
    [
      'a signature part of the other name',
      () => change(raw, 'Content-Type: application/pkcs7', 'Content-Type: application/x-pkcs7'),
      /x-pkcs7-signature, not a signature/,
    ],
    [
      'a signature part that is not in base64',
      () => change(raw, 'Content-Transfer-Encoding: base64', 'Content-Transfer-Encoding: 8bit'),
      /not in base64/,
    ],
    [
      'a signature part without an encoding',
      () => change(raw, 'Content-Transfer-Encoding: base64\r\n', ''),
      /not in base64/,
    ],
    ['a signature part with text in it', () => change(raw, '\r\nMII', '\r\n!MII'), /base64 is malformed/],
    ['padding in the middle of the signature', () => change(raw, '\r\nMII', '\r\nAA==\r\nMII'), /base64 is malformed/],
    ['no octets in the signature part', () => detachedMail(Buffer.alloc(0)), /not DER/],
    [
      'a huge signature part',
      () => change(raw, '\r\nMII', `\r\n${'A'.repeat(40_000)}\r\nMII`),
      /more than 16384 octets/,
    ],
    [
      'an opaque message in the signature part',
      () => detachedMail(writeCms({ content: carried() })),
      /content of its own/,
    ],
    ['a signed part that is HTML', () => smimeMail('detached-html'), /text\/html, not text\/plain/],
    [
      'a signed part with another inside',
      () =>
        detachedMail(
          writeCms(),
          Buffer.from(`Content-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\n${evil}\r\n--q--\r\n`),
        ),
      /multipart\/mixed, not text/,
    ],
    [
      'a signed part that is a mail',
      () => detachedMail(writeCms(), Buffer.from(`Content-Type: message/rfc822\r\n\r\n${evil}`)),
      /message\/rfc822, not text/,
    ],
    [
      'a signed part with two types',
      () => change(raw, '8bit\r\n', '8bit\r\nContent-Type: text/html\r\n'),
      /2 content-type fields/,
    ],
    [
      'a signed part of text alone, whose first lines look like a header',
      () => detachedMail(writeCms({ part: TEXT_ALONE }), TEXT_ALONE),
      /begins with lines that may be header or text/,
    ],
    [
      'a transfer encoding of all parts together',
      () => change(raw, 'MIME-Version', 'Content-Transfer-Encoding: quoted-printable\r\nMIME-Version'),
      /Content-Transfer-Encoding is none of/,
    ],
    ['a NUL in the signed part', () => change(raw, '4711', '47\x0011'), /control character/],
    ['a bare CR in the signed part', () => change(raw, '4711', '47\r11'), /control character/],
    ['a hidden character set', () => change(raw, 'charset=utf-8', 'charset=utf-7'), /hides ASCII/],
    ['two signers', () => smimeMail('detached-two-signers'), /2 signers/],
    ['one signer twice', () => smimeMail('detached-same-signer-twice'), /2 signers/],
    ['no signed attributes', () => smimeMail('detached-no-attributes'), /no signed attributes/],
    [
      'nested in multipart/mixed',
      () => `Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n${raw}\r\n--x--\r\n`,
      /multipart\/mixed/,
    ],
    ['forwarded as message/rfc822', () => `Content-Type: message/rfc822\r\n\r\n${raw}`, /message\/rfc822/],
    ['more than 256 KiB', () => change(raw, '\r\n\r\n', `\r\n\r\n${' '.repeat(262_144)}\r\n`), /octets; at most/],
  ]

  test.each(cases)('%s', async (_, mail, reason) => {
    const verdict = await smimeVerdict(mail())
    expect(verdict).toMatch(/^quarantined \(untrusted\): /)
    expect(verdict).toMatch(reason)
  })

  test('changed content, or a changed header of the signed part, does not hold', async () => {
    const changes = [
      change(raw, '4711', '4712'),
      change(raw, 'charset=utf-8', 'charset=latin1'),
      change(raw, 'Content-Transfer-Encoding: 8bit', 'Content-Transfer-Encoding: 7bit'),
      change(raw, 'RESULT: success', 'RESULT: success '),
      change(raw, /(?=Content-Type: text)/, 'X-Added: 1\r\n'),
    ]
    for (const mail of changes) expect(await smimeVerdict(mail)).toMatch(/^untrusted.*it is over another text/)
  })

  test('what is not signed means nothing', async () => {
    const harmless = [
      change(raw, 'This is an S/MIME signed message', 'CTID: 9'),
      change(raw, 'micalg="sha-256"', 'micalg=md5'),
      change(raw, 'Subject: reply', 'Subject: CTID: 9'),
      raw.replaceAll('application/pkcs7-signature', 'application/x-pkcs7-signature'),
      raw.replaceAll('application/pkcs7-signature', 'Application/PKCS7-Signature'),
      change(raw, 'attachment; filename="smime.p7s"', 'inline'),
      `${raw} \r\n\t\r\n`,
      `From robot Mon Jun  1 12:00:00 2026\r\n${raw}`,
    ]
    const original = (await receiveSmime(raw)).content
    expect(original).not.toBeNull()
    for (const mail of harmless) expect((await receiveSmime(mail)).content).toEqual(original)
  })
})

describe('an opaque S/MIME mail of another shape is put aside', () => {
  const raw = smimeMail('opaque-utf8-rsa2048').toString('latin1')
  const cases: [string, () => string | Buffer, RegExp][] = [
    ['encrypted', () => smimeMail('opaque-enveloped'), /S\/MIME of enveloped-data, not signed data/],
    [
      'encrypted, said to be signed',
      () => change(smimeMail('opaque-enveloped').toString('latin1'), 'enveloped-data', 'signed-data'),
      /encrypted \(enveloped-data\), not signed/,
    ],
    [
      'encrypted, not said what it is',
      () => change(smimeMail('opaque-enveloped').toString('latin1'), 'smime-type=enveloped-data; ', ''),
      /encrypted \(enveloped-data\), not signed/,
    ],
    [
      'said to be compressed',
      () => change(raw, 'signed-data', 'compressed-data'),
      /S\/MIME of compressed-data, not signed/,
    ],
    [
      'said to be something odd',
      () => change(raw, 'signed-data', '"signed data"'),
      /S\/MIME of an unknown kind, not signed/,
    ],
    [
      'two kinds',
      () => change(raw, 'smime-type=signed-data', 'smime-type=signed-data; smime-type=signed-data'),
      /smime-type twice/,
    ],
    ['certificates alone', () => smimeMail('opaque-certs-only'), /S\/MIME of certs-only, not signed/],
    ['certificates alone, said to be signed', () => smimeMail('opaque-no-signers'), /0 signers/],
    ['bare data', () => smimeMail('opaque-bare-data'), /bare data, not signed/],
    ['in pieces of indefinite length', () => smimeMail('opaque-streamed'), /not strict DER/],
    ['other content', () => smimeMail('opaque-other-content'), /not plain data/],
    ['a signed mail in it', () => smimeMail('opaque-nested'), /multipart\/signed, not text\/plain/],
    ['HTML in it', () => smimeMail('opaque-html'), /text\/html, not text\/plain/],
    ['a detached signature', () => opaqueMail(writeCms()), /carries no content/],
    ['no octets', () => opaqueMail(Buffer.alloc(0)), /not DER/],
    ['not in base64', () => change(raw, 'Encoding: base64', 'Encoding: binary'), /not in base64/],
    ['text after it', () => `${raw}CTID: 9\r\n`, /base64 is malformed/],
    [
      'two types',
      () => change(raw, 'MIME-Version', 'Content-Type: text/plain\r\nMIME-Version'),
      /2 content-type fields/,
    ],
    [
      'a control character in it',
      () => signed(Buffer.from('Content-Type: text/plain\r\n\r\nCTID: 47\x0011\r\n')),
      /control character/,
    ],
    [
      'a control character that a transfer encoding brings in',
      () =>
        signed(
          Buffer.from(
            'Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nCTID: 47=0011\r\n',
          ),
        ),
      /control character/,
    ],
    ['text alone, whose first lines look like a header', () => signed(TEXT_ALONE), /may be header or text/],
    ['a header that is none in it', () => signed(Buffer.from('hello\r\n\r\nCTID: 4711\r\n')), /line that is no field/],
    [
      'a hidden character set in it',
      () => signed(Buffer.from('Content-Type: text/plain; charset=utf-7\r\n\r\nCTID: 4711\r\n')),
      /hides ASCII/,
    ],
  ]
  const signed = (part: Buffer) => opaqueMail(writeCms({ part, content: carried(part) }))

  test.each(cases)('%s', async (_, mail, reason) => {
    const verdict = await smimeVerdict(mail())
    expect(verdict).toMatch(/^quarantined \(untrusted\): /)
    expect(verdict).toMatch(reason)
  })

  test('other content than was signed does not hold', async () => {
    const other = Buffer.from(PART.toString().replace('4711', '4712'))
    expect(await smimeVerdict(opaqueMail(writeCms({ content: carried(other) })))).toMatch(/^untrusted.*another text/)
  })

  test('what is not signed means nothing', async () => {
    const harmless = [
      change(raw, 'smime-type=signed-data; ', ''),
      change(raw, 'smime-type=signed-data', 'smime-type=Signed-Data'),
      change(raw, 'application/pkcs7-mime', 'application/x-pkcs7-mime'),
      change(raw, 'Subject: reply', 'Subject: CTID: 9'),
      change(raw, 'name="smime.p7m"', 'name="smime.p7m"; charset=utf-7'),
    ]
    const original = (await receiveSmime(raw)).content
    expect(original).not.toBeNull()
    for (const mail of harmless) expect((await receiveSmime(mail)).content).toEqual(original)
  })
})

test('a connection that does not take S/MIME puts it aside, and says so', async () => {
  for (const name of ['detached-utf8-rsa2048', 'opaque-utf8-rsa2048']) {
    const options = { schemes: ['openpgp-clear' as const, 'openpgp-mime' as const], keys: [pinned('rsa2048')] }
    expect(await smimeVerdict(smimeMail(name), options)).toBe(
      'quarantined (untrusted): it is S/MIME, which this connection does not take',
    )
  }
})

test('S/MIME that cannot be read still counts as a mail that claims to be signed', async () => {
  const folded = 'Content-Type:\r\n application/pkcs7-mime; smime-type=signed-data\r\nnot a field\r\n\r\n'
  expect(await smimeVerdict(folded)).toMatch(/^quarantined \(untrusted\)/)
  expect(await smimeVerdict('Content-Type: application/pkcs10\r\nnot a field\r\n\r\n')).toMatch(
    /^quarantined \(unsigned\)/,
  )
})
