import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { readEntity } from '../../src/mail/mime.js'
import { readMultipart } from '../../src/mail/multipart.js'
import { type Read, read } from '../../src/mail/read.js'
import { decodeLeaf } from '../../src/mail/transfer-encoding.js'
import { readSignatureArmor } from '../../src/signing/openpgp/armor.js'
import { type ClearSigned, hasArmor, readClearSigned, writeClearSigned } from '../../src/signing/openpgp/clear-text.js'
import { signatureProblem } from '../../src/signing/openpgp/packet.js'
import { mutants } from './corpus/mutations.js'
import { OPENPGP_MAILS, type Seed } from './corpus/seeds.js'
import { limited, worstCase } from './limited.js'
import { must } from './must.js'
import { watchRejections } from './unhandled.js'

watchRejections()
afterAll(() => console.info('armor readers, worst:', worstCase()))

const options = (numRuns: number) => ({ seed: 20260301, numRuns })

/** The clear-signed texts and the armored signatures of the mails that gpg signed. */
const bodies: Seed[] = OPENPGP_MAILS.flatMap(({ name, raw }) => {
  const entity = readEntity(raw)
  if (!entity.ok) return []
  const parts = readMultipart(entity.value)
  const leaves = parts.ok ? parts.value.parts.map(readEntity) : [read(entity.value)]
  return leaves.flatMap((leaf) => {
    const body = leaf.ok ? decodeLeaf(leaf.value) : leaf
    return body.ok && hasArmor(body.value) ? [{ name, raw: body.value }] : []
  })
})
const armored = bodies.map(({ name, raw }) => ({ name, raw: raw.subarray(raw.indexOf('-----BEGIN PGP SIGNATURE')) }))

const reasonOf = <T>(found: Read<T>): T | null => {
  if (found.ok) return found.value
  must(/^\w[^\r\n\0]{8,}$/.test(found.reason), () => `this is no reason: ${found.reason}`)
  return null
}

/** What was read says by its form alone that it is one message: written again it is read as the same. */
const checkClear = ({ signed, signature, hashes }: ClearSigned): void => {
  must(!/(^|[^\r])\n|[ \t](\r\n|$)/.test(signed.toString('latin1')), () => 'the signed text is not canonical')
  must(signature.length > 0, () => 'there is no signature')
  const armor = Buffer.from(
    `-----BEGIN PGP SIGNATURE-----\r\n\r\n${signature.toString('base64')}\r\n-----END PGP SIGNATURE-----\r\n`,
  )
  const again = readClearSigned(writeClearSigned({ text: signed, signature: armor, hash: hashes[0] ?? null }))
  must(again.ok && again.value.signed.equals(signed), () => 'it is not read as it was written')
}

describe('armor and clear-signed texts', () => {
  test('there are some of each', () => {
    expect(bodies.length).toBeGreaterThan(20)
    expect(bodies.filter(({ raw }) => readClearSigned(raw).ok).length).toBeGreaterThan(10)
    expect(armored.filter(({ raw }) => readSignatureArmor(raw).ok).length).toBeGreaterThan(20)
  })

  test('5,000 spoilt clear-signed texts are read as one message or refused with a reason', () => {
    fc.assert(
      fc.property(mutants(bodies), ({ say, raw }) => {
        const found = limited(say, () => reasonOf(readClearSigned(raw)))
        if (found !== null) checkClear(found)
      }),
      options(5_000),
    )
  })

  test('5,000 spoilt signatures are one packet or refused with a reason', () => {
    fc.assert(
      fc.property(mutants(armored), ({ say, raw }) => {
        const packet = limited(say, () => reasonOf(readSignatureArmor(raw)))
        if (packet === null) return
        must(packet.length <= 8 * 1024, () => 'the packet is longer than its armor')
        const problem = limited(say, () => signatureProblem(packet))
        must(problem === null || /\w{4,}/.test(problem), () => 'the problem is no sentence')
      }),
      options(5_000),
    )
  })

  test('every cut of a clear-signed text and of a signature is refused', () => {
    for (const { name, raw } of bodies.slice(0, 12)) {
      const end = raw.lastIndexOf('-----END PGP SIGNATURE-----') + '-----END PGP SIGNATURE-----'.length
      for (let cut = 0; cut < end; cut += 1) {
        const found = limited(`${name} cut at ${cut}`, () => readClearSigned(raw.subarray(0, cut)))
        must(!found.ok, () => `${name} is read though it is cut at ${cut}`)
      }
    }
  })

  test('packets of any octets: the walk over their parts ends', () => {
    const [packet] = armored.flatMap(({ raw }) => {
      const found = readSignatureArmor(raw)
      return found.ok ? [found.value] : []
    })
    if (packet === undefined) throw new Error('there is no signature')
    const octets = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))
    const changed = fc.array(fc.tuple(fc.nat({ max: packet.length - 1 }), fc.nat({ max: 255 })), { maxLength: 6 })
    const spoilt = changed.map((changes) => {
      const copy = Buffer.from(packet)
      for (const [at, octet] of changes) copy[at] = octet
      return copy
    })
    fc.assert(
      fc.property(fc.oneof(octets, spoilt), (bytes) => {
        const problem = limited('packet', () => signatureProblem(bytes))
        must(problem === null || /\w{4,}/.test(problem), () => 'the problem is no sentence')
      }),
      options(5_000),
    )
  })
})

test('what is written clear-signed is read as it was, whatever the text', () => {
  const signature = Buffer.from(
    bodies[0]?.raw.subarray(bodies[0].raw.indexOf('-----BEGIN PGP SIGNATURE')).toString('latin1') ?? '',
    'latin1',
  )
  const line = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.constantFrom('', '-', '- -', '--', '-----BEGIN PGP SIGNED MESSAGE-----', 'From x', 'Hash: SHA1', '\xff'),
  )
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 10 }), (lines) => {
      const text = lines.map((one) => one.replace(/[\r\n\0]/g, '').replace(/[ \t]+$/, ''))
      const signed = Buffer.from(text.join('\r\n'))
      const found = readClearSigned(writeClearSigned({ text: signed, signature, hash: 'SHA512' }))
      expect(found.ok && found.value.signed.toString('hex')).toBe(signed.toString('hex'))
    }),
    options(1_000),
  )
})
