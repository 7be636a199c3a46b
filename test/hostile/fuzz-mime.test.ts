import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { classify } from '../../src/mail/classify.js'
import { composeMail, textPart } from '../../src/mail/compose.js'
import { readContentType } from '../../src/mail/content-type.js'
import { readDeliveryStatus } from '../../src/mail/dsn.js'
import { linesOf, withCrlf } from '../../src/mail/lines.js'
import { readEntity, readHeader, withoutMboxLine } from '../../src/mail/mime.js'
import { readMultipart } from '../../src/mail/multipart.js'
import type { Read } from '../../src/mail/read.js'
import { decodeLeaf, encodeQuotedPrintable } from '../../src/mail/transfer-encoding.js'
import { mutants } from './corpus/mutations.js'
import { ALL_MAILS, UNSIGNED_MAILS } from './corpus/seeds.js'
import { limited, worstCase } from './limited.js'
import { must } from './must.js'
import { watchRejections } from './unhandled.js'

watchRejections()
afterAll(() => console.info('MIME readers, worst:', worstCase()))

const options = (numRuns: number) => ({ seed: 20260301, numRuns })

/** A value, or a sentence that says what is wrong. */
const checkRead = <T>(found: Read<T>): T | null => {
  if (found.ok) return found.value
  must(/^\w[^\r\n\0]{8,}$/.test(found.reason), () => `this is no reason: ${found.reason}`)
  return null
}

/** Every reader of mails, as deep as they go together. What they give is a slice of the mail and no copy of it. */
const readAll = (raw: Buffer): void => {
  const mail = withoutMboxLine(raw)
  checkRead(readHeader(mail))
  must(/\w{2,}/.test(classify({ raw, envelopeFrom: '' }).reason), () => 'it is classified without a reason')
  const report = readDeliveryStatus(raw)
  for (const { status } of report ?? []) must(/^[245]\.\d{1,3}\.\d{1,3}$/.test(status), () => `its status is ${status}`)
  const entity = checkRead(readEntity(mail))
  if (entity === null) return
  must(isSliceOf(entity.body, raw), () => 'its body is a copy')
  checkRead(decodeLeaf(entity))
  for (const part of checkRead(readMultipart(entity))?.parts ?? []) {
    must(isSliceOf(part, entity.body), () => 'a part is a copy')
    const inner = checkRead(readEntity(part))
    if (inner !== null) checkRead(decodeLeaf(inner))
  }
}

const isSliceOf = (part: Buffer, whole: Buffer): boolean =>
  part.buffer === whole.buffer &&
  part.byteOffset >= whole.byteOffset &&
  part.byteOffset + part.length <= whole.byteOffset + whole.length

describe('spoilt mails', () => {
  test('6,000 of them: each is read or refused with a reason', () => {
    fc.assert(
      fc.property(mutants(ALL_MAILS), ({ say, raw }) => limited(say, () => readAll(raw))),
      options(6_000),
    )
  })

  test('cut off at every octet', () => {
    let cuts = 0
    for (const { name, raw } of [...UNSIGNED_MAILS, ...ALL_MAILS.slice(0, 2), ...ALL_MAILS.slice(-20, -18)])
      for (let end = 0; end <= raw.length; end += 1, cuts += 1)
        limited(`${name} cut at ${end}`, () => readAll(raw.subarray(0, end)))
    expect(cuts).toBeGreaterThan(4_000)
  })

  test('octets at random', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (octets) =>
        limited('octets', () => readAll(Buffer.from(octets))),
      ),
      options(1_000),
    )
  })
})

describe('fields', () => {
  const piece = fc.constantFrom(
    ...['text/plain', 'multipart/signed', ';', ' ', '\t', '=', '"', '\\', 'boundary', 'charset', '*', '0', "''", 'b'],
    ...['(', ')', ',', 'protocol=', '"a b"', 'utf-8', '\xff', 'boundary=b', 'charset*0='],
  )

  test('a Content-Type of any pieces is read or refused; what decides how a mail is read is there once', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('')
        const found = checkRead(limited(`readContentType, ${text}`, () => readContentType(text)))
        if (found === null) return
        expect(found.type).toMatch(/^[^\s;"]+\/[^\s;"]+$/)
        for (const name of found.parameters.keys()) expect(name).not.toMatch(/^(boundary|protocol|charset)\*/)
        const named = text.match(/(?<![\w*-])boundary[ \t]*=/g) ?? []
        if (found.parameters.has('boundary') && !text.includes('"')) expect(named).toHaveLength(1)
      }),
      options(5_000),
    )
  })

  test('lines cover every octet once, and CRLF is a fixed point', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('\r', '\n', '\r\n', 'a', ' ', ''), { maxLength: 40 }), (pieces) => {
        const raw = Buffer.from(pieces.join(''))
        const lines = [...linesOf(raw)]
        for (const [at, { start }] of lines.entries()) expect(start).toBe(lines[at - 1]?.next ?? 0)
        expect(lines.at(-1)?.next ?? 0).toBe(raw.length)
        const canonical = withCrlf(raw)
        expect(withCrlf(canonical).equals(canonical)).toBe(true)
        expect(canonical.toString().replaceAll('\r\n', '\n')).toBe(raw.toString().replaceAll('\r\n', '\n'))
      }),
      options(2_000),
    )
  })
})

describe('there and back', () => {
  const line = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 120 }),
    fc.constantFrom('', ' ', 'a ', 'a\t', '=', 'From here', '.', '--b', '\xa0', 'x'.repeat(200), '-----BEGIN PGP'),
  )
  const text = fc
    .array(line, { maxLength: 12 })
    .map((lines) => Buffer.from(lines.map((one) => one.replace(/[\r\n\0]/g, '')).join('\r\n')))

  test('what is written in quoted-printable is read as it was, in lines of 76 octets at most', () => {
    fc.assert(
      fc.property(text, (body) => {
        const encoded = encodeQuotedPrintable(body)
        for (const { bytes } of linesOf(encoded)) expect(bytes.length).toBeLessThanOrEqual(76)
        const back = checkRead(decodeLeaf({ encoding: 'quoted-printable', body: encoded }))
        expect(back?.toString('hex')).toBe(body.toString('hex'))
      }),
      options(2_000),
    )
  })

  test('a mail that is composed is read as it was', () => {
    const fields = {
      ...{ from: 'a@hoster.example', to: 'b@registry.example', replyTo: null, subject: 'Grüße' },
      ...{ date: new Date(0), messageId: '<a@b>' },
    }
    fc.assert(
      fc.property(text, (body) => {
        for (const raw of [composeMail({ ...fields, content: { kind: 'text', text: body } }), textPart(body)]) {
          const entity = checkRead(readEntity(raw))
          const back = entity === null ? null : checkRead(decodeLeaf(entity))
          expect(back?.toString('hex')).toBe(body.toString('hex'))
        }
      }),
      options(1_000),
    )
  })
})
