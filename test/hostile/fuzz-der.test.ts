import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { readEntity } from '../../src/mail/mime.js'
import { readMultipart } from '../../src/mail/multipart.js'
import type { Read } from '../../src/mail/read.js'
import { decodeLeaf } from '../../src/mail/transfer-encoding.js'
import { readSignedData, type SignedData } from '../../src/signing/smime/cms.js'
import { readCertificate } from '../../src/signing/x509/certificate.js'
import { encodingOf, oidOf, readDer, timeOf } from '../../src/signing/x509/der.js'
import { pinned } from '../signing/smime-fixtures.js'
import { mutants } from './corpus/mutations.js'
import { type Seed, SMIME_MAILS } from './corpus/seeds.js'
import { limited, worstCase } from './limited.js'
import { must } from './must.js'
import { watchRejections } from './unhandled.js'

watchRejections()
afterAll(() => console.info('DER, CMS and certificates, worst:', worstCase()))

const options = (numRuns: number) => ({ seed: 20260301, numRuns })

/** The signatures of the mails that openssl signed, as octets. */
const signatures: Seed[] = SMIME_MAILS.flatMap(({ name, raw }) => {
  const mail = readEntity(raw)
  if (!mail.ok) return []
  const parts = readMultipart(mail.value)
  const [, last] = parts.ok ? parts.value.parts : [null, raw]
  const part = last === undefined || last === null ? mail : readEntity(last)
  const body = part.ok ? decodeLeaf(part.value) : part
  return body.ok ? [{ name, raw: body.value }] : []
})

const certificates: Seed[] = ['rsa2048', 'p256', 'ca', 'issued-good'].map((name) => ({
  name,
  raw: Buffer.from(pinned(name).bytes),
}))

const reasonOf = <T>(found: Read<T>): T | null => {
  if (found.ok) return found.value
  must(/^[^\r\n\0]{8,}$/.test(found.reason), () => `this is no reason: ${found.reason}`)
  return null
}

/** What is read as DER is the same when it is written again: there is no second reading of the same octets. */
const checkDer = (raw: Buffer): void => {
  const der = reasonOf(readDer(raw))
  if (der === null) return
  must(encodingOf(der).equals(raw), () => 'it is written otherwise than it was')
  oidOf(der)
  timeOf(der)
}

const checkSigned = (raw: Buffer): SignedData | null => {
  const found = reasonOf(readSignedData(raw))
  if (found === null) return null
  must(found.signer.attributes[0] === 0x31, () => 'the signed attributes are no SET')
  must(!Number.isNaN(found.signer.signingTime.getTime()), () => 'the time is none')
  for (const certificate of found.certificates) reasonOf(readCertificate(encodingOf(certificate)))
  return found
}

/** Elements within elements: any tag, lengths that are right or not, as deep as it goes. */
const { element } = fc.letrec<{ element: Buffer; leaf: Buffer }>((tie) => ({
  leaf: fc
    .tuple(fc.constantFrom(1, 2, 3, 4, 5, 6, 12, 19, 23, 24, 0x80, 0x1f), fc.uint8Array({ maxLength: 12 }))
    .map(([tag, octets]) => tlv(tag, Buffer.from(octets))),
  element: fc.oneof(
    { maxDepth: 6 },
    tie('leaf'),
    fc
      .tuple(fc.constantFrom(0x30, 0x31, 0xa0, 0xa1, 0xbf), fc.array(tie('element'), { maxLength: 4 }))
      .map(([tag, children]) => tlv(tag, Buffer.concat(children))),
  ),
}))

const tlv = (tag: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from([tag, ...lengthOf(content.length)]), content])

const lengthOf = (length: number): number[] =>
  length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff]

test('there are signatures to spoil', () => {
  expect(signatures.length).toBeGreaterThan(50)
  expect(signatures.filter(({ raw }) => readSignedData(raw).ok).length).toBeGreaterThan(30)
})

test('6,000 spoilt signatures are one signature or refused with a reason', () => {
  fc.assert(
    fc.property(mutants(signatures), ({ say, raw }) =>
      limited(say, () => {
        checkDer(raw)
        checkSigned(raw)
      }),
    ),
    options(6_000),
  )
})

test('4,000 spoilt certificates', () => {
  fc.assert(
    fc.property(mutants(certificates), ({ say, raw }) =>
      limited(say, () => {
        checkDer(raw)
        reasonOf(readCertificate(raw))
      }),
    ),
    options(4_000),
  )
})

test('every octet of a signature with one bit flipped, and every cut of it', () => {
  for (const { name, raw } of signatures.filter(({ raw }) => readSignedData(raw).ok).slice(0, 6))
    for (let at = 0; at < raw.length; at += 1) {
      const flipped = Buffer.from(raw)
      flipped[at] = (raw[at] ?? 0) ^ (1 << (at % 8))
      limited(`${name} flipped at ${at}`, () => checkSigned(flipped))
      must(
        limited(`${name} cut at ${at}`, () => checkSigned(raw.subarray(0, at))) === null,
        () => `${name} cut at ${at}`,
      )
    }
})

test('elements of any kind within each other', () => {
  fc.assert(
    fc.property(element, (octets) =>
      limited('elements', () => {
        checkDer(octets)
        checkSigned(octets)
        reasonOf(readCertificate(octets))
      }),
    ),
    options(5_000),
  )
})
