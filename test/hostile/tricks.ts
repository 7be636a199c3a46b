import type { MailStage } from '../../src/core/mail.js'
import { BOUNDARY, multipart, octets, render, textPart } from './crafted-mail.js'
import { type Format, HEADER, type Kit, PGP_SIGNED, signaturePart, signedMail } from './kit.js'
import { clearSign, detachedSign, inlineSign } from './signers.js'

/** One way to lie, the formats that it can be played on, and what must be said of the mail. */
export type Trick = {
  name: string
  formats: readonly Format[]
  stage: MailStage
  reason: RegExp
  craft(kit: Kit): Promise<Buffer>
}

const DAY = 86_400_000
const CLEAR = ['clear'] as const
const PGP_MIME = ['pgp-mime'] as const
const PGP = ['clear', 'pgp-mime'] as const
const ANY = ['clear', 'pgp-mime', 'smime-detached', 'smime-opaque'] as const
const READABLE = ['clear', 'pgp-mime', 'smime-detached'] as const
const MULTIPART = ['pgp-mime', 'smime-detached'] as const
const ENTITY = ['pgp-mime', 'smime-detached', 'smime-opaque'] as const

/** Changes a valid mail after it was signed. */
const after = (change: (raw: string) => string) => async (kit: Kit) => {
  const raw = render(await signedMail(kit)).toString('latin1')
  const changed = change(raw)
  if (changed === raw) throw new Error('the trick changes nothing')
  return Buffer.from(changed, 'latin1')
}

const ago = ({ at }: Kit, ms: number): Date => new Date(at.getTime() - ms)

/** Header and body of a mail, apart. */
const split = (raw: string): [string, string] => {
  const end = raw.indexOf('\r\n\r\n')
  return [raw.slice(0, end), raw.slice(end + 4)]
}

const inBody = (change: (body: string) => string) =>
  after((raw) => {
    const [header, body] = split(raw)
    return `${header}\r\n\r\n${change(body)}`
  })

const inHeader = (change: (header: string) => string) =>
  after((raw) => {
    const [header, body] = split(raw)
    return `${change(header)}\r\n\r\n${body}`
  })

const nested = (type: string, part: (raw: string) => string) => async (kit: Kit) => {
  const raw = render(await signedMail(kit)).toString('latin1')
  const body = multipart([part(raw.replaceAll('\r\n', '\n'))], 'outer')
  return render({ header: HEADER, contentType: `${type}; boundary=outer`, encoding: null, body })
}

/** Who signs, when, and whether at all. */
const signers: Trick[] = [
  {
    name: 'no signature at all',
    formats: CLEAR,
    ...{ stage: 'untrusted', reason: /no signature/ },
    craft: async ({ text }) => render({ header: HEADER, contentType: 'text/plain', encoding: null, body: text }),
  },
  {
    name: 'no signature, but a DKIM-Signature that says everything is well',
    formats: CLEAR,
    ...{ stage: 'untrusted', reason: /no signature/ },
    craft: async ({ text }) =>
      render({
        header: ['DKIM-Signature: v=1; a=rsa-sha256; d=registry.example; s=a; h=from; bh=; b=', ...HEADER],
        ...{ contentType: 'text/plain', encoding: null, body: text },
      }),
  },
  {
    name: 'signed by a stranger',
    formats: ANY,
    ...{ stage: 'untrusted', reason: /does not pin|was not issued by/ },
    craft: async (kit) => render(await signedMail(kit, { key: 'stranger' })),
  },
  {
    name: 'signed with RSA of 1024 bits',
    formats: ANY,
    ...{ stage: 'untrusted', reason: /1024|rsa1024|does not pin/i },
    craft: async (kit) => render(await signedMail(kit, { key: 'rsa1024' })),
  },
  {
    name: 'signed with DSA',
    formats: PGP,
    ...{ stage: 'untrusted', reason: /dsa|does not pin/i },
    craft: async (kit) => render(await signedMail(kit, { key: 'dsa' })),
  },
  {
    name: 'signed a day from now',
    formats: ANY,
    ...{ stage: 'untrusted', reason: /after the mail came/ },
    craft: async (kit) => render(await signedMail(kit, { at: ago(kit, -DAY) })),
  },
  {
    name: 'signed a month ago',
    formats: ANY,
    ...{ stage: 'untrusted', reason: /longer ago/ },
    craft: async (kit) => render(await signedMail(kit, { at: ago(kit, 30 * DAY) })),
  },
  {
    name: 'signed as one message that only a decoder can read',
    formats: CLEAR,
    ...{ stage: 'quarantined', reason: /before its signed message|not a form|signed message/ },
    craft: async ({ text, at }) =>
      render({ header: HEADER, contentType: 'text/plain', encoding: null, body: await inlineSign(text, { at }) }),
  },
]

/** What is signed is not what it was, or not what is shown. */
const texts: Trick[] = [
  {
    name: 'the outcome changed after signing',
    formats: READABLE,
    ...{ stage: 'untrusted', reason: /does not hold|digest/ },
    craft: after((raw) => raw.replace('RESULT: ', 'RESULT:  ')),
  },
  {
    name: 'the signature of another text',
    formats: PGP,
    ...{ stage: 'untrusted', reason: /does not hold/ },
    craft: async (kit) => {
      const other = kit.format === 'clear' ? await clearSign('RESULT: info', kit) : await detachedSign(octets('x'), kit)
      const armor = other.slice(other.indexOf('-----BEGIN PGP SIGNATURE'))
      const raw = render(await signedMail(kit)).toString('latin1')
      return Buffer.from(
        raw.replace(/-----BEGIN PGP SIGNATURE[\s\S]*END PGP SIGNATURE-----\r\n/, octets(armor).toString('latin1')),
        'latin1',
      )
    },
  },
  {
    name: 'a NUL in the signed text',
    formats: ANY,
    ...{ stage: 'quarantined', reason: /control character/ },
    craft: async (kit) => render(await signedMail(kit, { text: `${kit.text}\nX: a\0b` })),
  },
  {
    name: 'a form feed in the signed text',
    formats: ANY,
    ...{ stage: 'quarantined', reason: /control character/ },
    craft: async (kit) => render(await signedMail(kit, { text: `${kit.text}\nX: a\fb` })),
  },
  {
    name: 'a control character of Latin-1 in the signed text',
    formats: ANY,
    ...{ stage: 'quarantined', reason: /control character/ },
    craft: async (kit) => render(await signedMail(kit, { text: `${kit.text}\nX: a\u0085b` })),
  },
]

/** Headers that mail programs read in different ways. */
const headers: Trick[] = [
  {
    name: 'two Content-Type fields',
    formats: ANY,
    ...{ stage: 'quarantined', reason: /2 content-type fields/ },
    craft: inHeader((header) => `${header}\r\nContent-Type: text/plain`),
  },
  {
    name: 'two Content-Transfer-Encoding fields',
    formats: ANY,
    ...{ stage: 'quarantined', reason: /content-transfer-encoding fields/ },
    craft: inHeader(
      (header) =>
        `${header.replace(/\r\nContent-Transfer-Encoding: .*/, '')}\r\nContent-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: base64`,
    ),
  },
  {
    name: 'an unknown Content-Transfer-Encoding',
    formats: ['clear', 'smime-opaque'],
    ...{ stage: 'quarantined', reason: /Content-Transfer-Encoding|not in base64/ },
    craft: inHeader(
      (header) => `${header.replace(/\r\nContent-Transfer-Encoding: .*/, '')}\r\nContent-Transfer-Encoding: x-uuencode`,
    ),
  },
  ...['base64', 'quoted-printable', 'x-uuencode'].map(
    (encoding): Trick => ({
      name: `a transfer encoding (${encoding}) of all parts together`,
      formats: MULTIPART,
      ...{ stage: 'quarantined', reason: /Content-Transfer-Encoding is none of/ },
      craft: inHeader((header) => `${header}\r\nContent-Transfer-Encoding: ${encoding}`),
    }),
  ),
  {
    name: 'an escaped character in the boundary',
    formats: MULTIPART,
    ...{ stage: 'quarantined', reason: /escapes a character of boundary/ },
    craft: inHeader((header) => header.replace('boundary="h', 'boundary="\\h')),
  },
  {
    name: 'a comment in Content-Type',
    formats: ANY,
    ...{ stage: 'quarantined', reason: /comment or is malformed|type\/subtype/ },
    craft: inHeader((header) => header.replace(/(Content-Type: [^;\r]+)/, '$1 (a comment)')),
  },
  {
    name: 'a parameter of Content-Type twice',
    formats: ANY,
    ...{ stage: 'quarantined', reason: /twice/ },
    craft: inHeader((header) => header.replace(/(Content-Type: [^\r]+)/, '$1; x=1; x=2')),
  },
  {
    name: 'an encoded boundary or charset',
    formats: READABLE,
    ...{ stage: 'quarantined', reason: /splits or encodes/ },
    craft: inHeader((header) => header.replace(/(Content-Type: [^\r]+)/, "$1; boundary*=utf-8''a; charset*0=a")),
  },
  {
    name: 'a NUL in the header',
    formats: ANY,
    ...{ stage: 'quarantined', reason: /control character \(NUL/ },
    craft: inHeader((header) => `${header}\r\nX-Odd: a\0b`),
  },
  {
    name: 'a bare CR in the header that hides a second Content-Type',
    formats: ANY,
    ...{ stage: 'quarantined', reason: /control character \(a CR/ },
    craft: inHeader((header) => `${header}\r\nX-Odd: a\rContent-Type: text/plain`),
  },
  {
    name: 'a line in the header that is no field',
    formats: ANY,
    ...{ stage: 'quarantined', reason: /no field/ },
    craft: inHeader((header) => `${header}\r\nthis is prose`),
  },
  {
    name: 'a header that starts with a continuation line',
    formats: ANY,
    ...{ stage: 'quarantined', reason: /continuation/ },
    craft: inHeader((header) => ` folded\r\n${header}`),
  },
  {
    name: 'thousands of header fields',
    formats: ANY,
    ...{ stage: 'quarantined', reason: /more than 1000 fields/ },
    craft: inHeader((header) => `${header}${'\r\nX: y'.repeat(2_000)}`),
  },
  {
    name: 'more octets than are read',
    formats: ANY,
    ...{ stage: 'quarantined', reason: /at most 262144 are read/ },
    craft: inHeader((header) => `${header}\r\nX-Padding: ${'a'.repeat(70)}${`\r\n ${'a'.repeat(70)}`.repeat(4_000)}`),
  },
  {
    name: 'a mail that ran in circles',
    formats: CLEAR,
    ...{ stage: 'quarantined', reason: /went through 5\d servers/ },
    craft: async ({ text }) =>
      render({
        header: [...Array.from({ length: 50 }, (_, hop) => `Received: from a by b; hop ${hop}`), ...HEADER],
        ...{ contentType: 'text/plain', encoding: null, body: text },
      }),
  },
  {
    name: 'an automatic reply without a signature',
    formats: CLEAR,
    ...{ stage: 'auto-reply', reason: /auto-replied/ },
    craft: async ({ text }) =>
      render({
        header: ['Auto-Submitted: auto-replied', ...HEADER],
        ...{ contentType: 'text/plain', encoding: null, body: text },
      }),
  },
  {
    name: 'a report of failed delivery to the reply address',
    formats: CLEAR,
    ...{ stage: 'bounce', reason: /delivery status/ },
    craft: async ({ text }) =>
      render({
        header: HEADER,
        contentType: 'multipart/report; report-type=delivery-status; boundary=outer',
        encoding: null,
        body: multipart(
          [
            textPart(text),
            'Content-Type: message/delivery-status\n\nReporting-MTA: dns; a\n\nFinal-Recipient: rfc822; robot@registry.example\nAction: failed\nStatus: 5.1.1\n',
          ],
          'outer',
        ),
      }),
  },
]

/** Something genuine inside something else. */
const shapes: Trick[] = [
  {
    name: 'wrapped in multipart/mixed',
    formats: ANY,
    ...{ stage: 'quarantined', reason: /multipart\/mixed/ },
    craft: nested('multipart/mixed', (raw) => raw.slice(raw.indexOf('Content-Type:'))),
  },
  {
    name: 'wrapped in multipart/alternative',
    formats: ANY,
    ...{ stage: 'quarantined', reason: /multipart\/alternative/ },
    craft: nested('multipart/alternative', (raw) => raw.slice(raw.indexOf('Content-Type:'))),
  },
  {
    name: 'wrapped in multipart/related',
    formats: ANY,
    ...{ stage: 'quarantined', reason: /multipart\/related/ },
    craft: nested('multipart/related', (raw) => raw.slice(raw.indexOf('Content-Type:'))),
  },
  {
    name: 'forwarded as a message within a mail',
    formats: ANY,
    ...{ stage: 'quarantined', reason: /multipart\/mixed/ },
    craft: nested('multipart/mixed', (raw) => `Content-Type: message/rfc822\n\n${raw}`),
  },
  {
    name: 'forwarded as the mail itself',
    formats: ANY,
    ...{ stage: 'quarantined', reason: /message\/rfc822/ },
    craft: async (kit) =>
      render({
        header: HEADER,
        contentType: 'message/rfc822',
        encoding: null,
        body: render(await signedMail(kit)).toString('latin1'),
      }),
  },
  {
    name: 'a digest of mails',
    formats: ANY,
    ...{ stage: 'quarantined', reason: /multipart\/digest/ },
    craft: nested('multipart/digest', (raw) => `\n${raw}`),
  },
  {
    name: 'called HTML',
    formats: CLEAR,
    ...{ stage: 'quarantined', reason: /HTML/ },
    craft: after((raw) => raw.replace('Content-Type: text/plain', 'Content-Type: text/html')),
  },
  {
    name: 'called an attachment of another kind',
    formats: ANY,
    ...{ stage: 'quarantined', reason: /application\/octet-stream/ },
    craft: after((raw) => raw.replace(/Content-Type: [a-z/0-9-]+/, 'Content-Type: application/octet-stream')),
  },
  ...['utf-7', 'utf-16', 'iso-2022-jp', 'unicode-1-1-utf-7', 'utf-32le', 'hz-gb-2312'].map(
    (charset): Trick => ({
      name: `the character set ${charset}`,
      formats: ANY,
      ...{ stage: 'quarantined', reason: /character set/ },
      craft: async (kit) =>
        kit.format === 'clear'
          ? after((raw) => raw.replace('charset=utf-8', `charset=${charset}`))(kit)
          : render(await signedMail(kit, { part: textPart(kit.text, `text/plain; charset=${charset}`) })),
    }),
  ),
]

const frame = (name: string, reason: RegExp, change: (body: string) => string): Trick => ({
  ...{ name, formats: CLEAR, stage: 'quarantined', reason },
  craft: inBody(change),
})

const NO_ARMOR = /-----END PGP SIGNATURE-----\s*$/
const armorOf = (body: string): string => body.slice(body.indexOf('-----BEGIN PGP SIGNATURE'))

/** Another line, or another text, where only the Hash header may be. */
const hash = (replacement: string) => (body: string) => body.replace('Hash: SHA512', replacement)
const NOT_HASH = /header other than Hash/

/** Text around a clear-signed message, and within its frame. */
const frames: Trick[] = [
  frame('text before the block', /before its signed message/, (body) => `RESULT: success\r\n\r\n${body}`),
  frame('text after the block', /follows it/, (body) => `${body}\r\nRESULT: success\r\n`),
  frame('the block twice', /second signed message/, (body) => `${body}\r\n${body}`),
  frame('a dash before the marker', /before its signed message/, (body) => body.replace('-----BEGIN', '- -----BEGIN')),
  frame('a Comment among the Hash headers', NOT_HASH, hash('Hash: SHA512\r\nComment: RESULT: success')),
  frame('a Version among the Hash headers', NOT_HASH, hash('Version: 1\r\nHash: SHA512')),
  frame('NotDashEscaped', NOT_HASH, hash('Hash: SHA512\r\nNotDashEscaped: You need GnuPG to verify this message')),
  frame('text among the Hash headers', NOT_HASH, hash('Hash: SHA512\r\nRESULT: success')),
  frame('a Hash header with more in it', NOT_HASH, hash('Hash: SHA512 RESULT: success')),
  frame('no empty line after the headers', NOT_HASH, (body) => body.replace('SHA512\r\n\r\n', 'SHA512\r\n')),
  frame('a NUL after the Hash header', /control character/, hash('Hash: SHA512\0')),
  frame('a vertical tab after the Hash header', /control character/, hash('Hash: SHA512\v')),
  frame('a bare CR in the text', /control character/, (body) => body.replace('RESULT: ', 'RESULT: \r')),
  frame('a form feed that hides the rest', /control character/, (body) => body.replace('RESULT: ', '\fRESULT: ')),
  frame('a line with a dash that is not escaped', /starts with a dash/, (body) => body.replace('RESULT:', '-RESULT:')),
  frame('no end of the signature', /does not end/, (body) => body.replace(NO_ARMOR, '')),
  frame('a second signature block', /not well-formed base64/, (body) => `${body}${armorOf(body)}`),
  frame('a malformed header in the signature', /malformed header/, (body) =>
    body.replace('BEGIN PGP SIGNATURE-----', 'BEGIN PGP SIGNATURE-----\r\nx y'),
  ),
  frame('odd octets in the signature', /well-formed base64|control/, (body) =>
    body.replace(/\r\n\r\n([A-Za-z0-9+/]{20})(?=[A-Za-z0-9+/]*\r\n)(?![\s\S]*BEGIN PGP SIGNATURE)/, '\r\n\r\n$1!'),
  ),
  frame('thousands of octets in the signature', /more than 8192 octets/, (body) =>
    body.replace('BEGIN PGP SIGNATURE-----', `BEGIN PGP SIGNATURE-----${'\r\nComment: aaaaaaaaaaaaaaaa'.repeat(500)}`),
  ),
]

const mime = (name: string, reason: RegExp, parts: (part: string, signature: string) => string[]): Trick => ({
  ...{ name, formats: PGP_MIME, stage: 'quarantined', reason },
  craft: async ({ text, at }) => {
    const part = textPart(text)
    const signature = signaturePart(await detachedSign(octets(part), { at }))
    return render({ header: HEADER, contentType: PGP_SIGNED, encoding: null, body: multipart(parts(part, signature)) })
  },
})

/** A part that is genuinely signed and is no plain text. */
const signedPart = (name: string, reason: RegExp, part: (text: string) => string): Trick => ({
  ...{ name, formats: PGP_MIME, stage: 'quarantined', reason },
  craft: async (kit) => render(await signedMail(kit, { part: part(kit.text) })),
})

const LIE = textPart('RESULT: success')
/** What the registry says first, and a reader must not lose. */
const CONTRADICTION = 'DOMAIN: other.example'
const inner = (...parts: string[]): string => multipart(parts, 'inner')

/** Parts beside, before and within the signed one. */
const parts: Trick[] = [
  mime('a third part', /3 parts/, (part, signature) => [part, signature, LIE]),
  mime('a part before the signed one', /3 parts|not a signature/, (part, signature) => [LIE, part, signature]),
  mime('the signature before the text', /not text\/plain|not a signature/, (part, signature) => [signature, part]),
  mime('no signature part', /1 parts/, (part) => [part]),
  mime('no part at all', /before any part/, () => []),
  mime('two signature parts', /3 parts/, (part, signature) => [part, signature, signature]),
  mime('another signature in the signature part', /not well-formed base64/, (part, signature) => [
    part,
    `${signature}${armorOf(signature)}`,
  ]),
  mime('text before the signature in its part', /signature/, (part, signature) => [
    part,
    signature.replace('-----BEGIN', 'RESULT: success\n-----BEGIN'),
  ]),
  mime('a signature part of another type', /not a signature/, (part, signature) => [
    part,
    signature.replace('application/pgp-signature', 'text/plain'),
  ]),
  mime('a part that was encrypted', /application\/pgp-encrypted, not a signature/, (part) => [
    part,
    'Content-Type: application/pgp-encrypted\n\nVersion: 1\n',
  ]),
  {
    ...{
      name: 'something after the last part',
      formats: PGP_MIME,
      stage: 'quarantined',
      reason: /after its last part/,
    },
    craft: inBody((body) => `${body}RESULT: success\r\n`),
  },
  {
    ...{
      name: 'a boundary that begins another',
      formats: PGP_MIME,
      stage: 'quarantined',
      reason: /starts with the boundary and goes on/,
    },
    craft: inBody((body) => `--${BOUNDARY}x\r\n\r\nRESULT: success\r\n${body}`.replace(/--\r\n$/, '--\r\nx')),
  },
  {
    ...{ name: 'no boundary', formats: PGP_MIME, stage: 'quarantined', reason: /boundary/ },
    craft: inHeader((header) => header.replace(/; boundary="[^"]*"/, '')),
  },
  {
    ...{ name: 'an empty boundary', formats: PGP_MIME, stage: 'quarantined', reason: /boundary/ },
    craft: inHeader((header) => header.replace(/boundary="[^"]*"/, 'boundary=""')),
  },
  {
    ...{ name: 'another protocol', formats: PGP_MIME, stage: 'quarantined', reason: /multipart\/signed|not a form/ },
    craft: inHeader((header) => header.replace('application/pgp-signature', 'application/x-other')),
  },
  {
    ...{ name: 'no protocol', formats: PGP_MIME, stage: 'quarantined', reason: /multipart\/signed|not a form/ },
    craft: inHeader((header) => header.replace(' protocol="application/pgp-signature";', '')),
  },
  {
    ...{ name: 'a list footer below', formats: PGP_MIME, stage: 'quarantined', reason: /multipart\/mixed/ },
    craft: async (kit) => {
      const raw = render(await signedMail(kit)).toString('latin1')
      const signed = raw.slice(raw.indexOf('Content-Type:')).replaceAll('\r\n', '\n')
      const body = multipart([signed, textPart('-- \nlist footer')], 'outer')
      return render({ header: HEADER, contentType: 'multipart/mixed; boundary=outer', encoding: null, body })
    },
  },
  {
    name: 'a signed text whose first lines are taken for the header of a part',
    formats: ENTITY,
    ...{ stage: 'quarantined', reason: /may be header or text/ },
    craft: async (kit) => render(await signedMail(kit, { part: `${CONTRADICTION}\n\n${kit.text}` })),
  },
  {
    name: 'a clear-signed text made a part, so that its first lines become a header',
    formats: PGP_MIME,
    ...{ stage: 'quarantined', reason: /may be header or text/ },
    craft: async ({ text, at }) => {
      const part = `${CONTRADICTION}\n\n${Buffer.from(text).toString('latin1')}`
      const clear = await clearSign(`${CONTRADICTION}\n\n${text}`, { at })
      const body = multipart([part, signaturePart(armorOf(clear))])
      return render({ header: HEADER, contentType: PGP_SIGNED, encoding: null, body })
    },
  },
  {
    name: 'a signed part made a clear-signed text, so that it is used up before it comes itself',
    formats: PGP_MIME,
    ...{ stage: 'quarantined', reason: /its signed text is a part of another mail/ },
    craft: async ({ text, at }) => {
      const part = textPart(Buffer.from(text).toString('latin1'))
      const armor = await detachedSign(octets(part), { at })
      const body = `-----BEGIN PGP SIGNED MESSAGE-----\n\n${part}\n${armor}`
      return render({ header: HEADER, contentType: 'text/plain; charset=utf-8', encoding: '8bit', body })
    },
  },
  signedPart('a signed part that is HTML', /text\/html/, (text) => textPart(text, 'text/html')),
  signedPart(
    'a signed part that is a mail',
    /message\/rfc822/,
    (text) => `Content-Type: message/rfc822\n\n${textPart(text)}`,
  ),
  signedPart(
    'two texts in the signed part',
    /multipart\/mixed/,
    (text) => `Content-Type: multipart/mixed; boundary=inner\n\n${inner(textPart(text), LIE)}`,
  ),
  signedPart(
    'two forms of the signed part',
    /multipart\/alternative/,
    (text) =>
      `Content-Type: multipart/alternative; boundary=inner\n\n${inner(textPart(text), textPart(text, 'text/html'))}`,
  ),
  signedPart(
    'two types of the signed part',
    /2 content-type fields/,
    (text) => `Content-Type: text/html\n${textPart(text)}`,
  ),
  signedPart(
    'broken base64 in the signed part',
    /base64/,
    (text) => `Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n${text}`,
  ),
  signedPart(
    'broken quoted-printable in the signed part',
    /quoted-printable/,
    (text) => `Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n${text}\nX: =ZZ`,
  ),
]

const content = (name: string, reason: RegExp, change: (text: string) => string): Trick => ({
  ...{ name, formats: ANY, stage: 'unrecognised', reason },
  craft: async (kit) => render(await signedMail(kit, { text: change(kit.text) })),
})

const OTHER_REFERENCE = `sp-${'z'.repeat(26)}`

/** Signed by the registry, and still no answer to an open request of ours. */
const contents: Trick[] = [
  content('the reference of nobody', /no request of ours has the reference/, (text) =>
    text.replace(/CTID: .*/, `CTID: ${OTHER_REFERENCE}`),
  ),
  content('no reference', /repeats our reference/, (text) => text.replace(/CTID: .*\n?/, '')),
  content('the reference twice', /ctid.* more than once/, (text) => `${text}\nCTID: ${OTHER_REFERENCE}`),
  content('the outcome twice', /result.* more than once/, (text) => `${text}\nRESULT: success`),
  content('the outcome twice, in other case', /result.* more than once/, (text) => `${text}\nResult: failed`),
  content('an outcome that nobody knows', /which is not known/, (text) => text.replace(/RESULT: .*/, 'RESULT: maybe')),
  content('a key that looks like another', /visible ASCII/, (text) => text.replace('RESULT', 'RE\u00dfULT')),
  content('a key of JavaScript', /__proto__.* is not known/, (text) => `${text}\n__proto__: x`),
  content('a very long line', /at most 1000/, (text) => `${text}\nINFO: ${'a'.repeat(2_000)}`),
  content('hundreds of lines', /at most 200/, (text) => `${text}${'\nINFO: 1 a'.repeat(400)}`),
  content('our own order, sent back', /is not known/, (text) => `MODE: create\nDOMAIN: example.de\n${text}`),
  content('prose around it', /is neither/, (text) => `Dear registrar,\n\nyour order was executed.\n\n${text}`),
]

export const TRICKS: readonly Trick[] = [...signers, ...texts, ...headers, ...shapes, ...frames, ...parts, ...contents]
