/*
 * Versions of signatures (RFC 9580, 5.2): 4 and 6 are read, each by a key of its own version; 3, 5 and others are refused.
 */
import { createMessage, enums, generateKey, type PrivateKey, readSignature, sign } from 'openpgp'
import { beforeAll, describe, expect, test } from 'vitest'
import { pin, SIGNED_AT, verdictOf } from './fixtures.js'
import {
  CREATED,
  craft,
  FINGERPRINT,
  ISSUER,
  packetOf,
  type Signer,
  signersIn,
  signersOf,
  subpacket,
  uint32,
} from './openpgp-craft.js'
import { armored, FORMS, mailWith, TEXTS } from './openpgp-tricks.js'

let by: Signer
beforeAll(async () => {
  const [rsa2048] = await signersOf('keys/rsa2048.sec.asc')
  if (rsa2048 === undefined) throw new Error('no key')
  by = rsa2048
})

const created = () => subpacket(CREATED, uint32(SIGNED_AT.getTime() / 1000))
const keyId = (signer: Signer) => signer.fingerprint.subarray(-8)
const fingerprint = (signer: Signer) => Buffer.concat([Buffer.from([4]), signer.fingerprint])

describe.each(FORMS)('versions of a signature, %s', (form) => {
  // Signatures of version 6 are announced by no Hash header (RFC 9580, 7.1).
  const verdict = (packet: Buffer, keys = [pin('rsa2048')]) =>
    verdictOf(mailWith(form, armored(packet), { hash: '' }), { keys })

  test('3, which states nothing about its digest that is signed, is refused', async () => {
    const time = uint32(SIGNED_AT.getTime() / 1000)
    const body = Buffer.concat([Buffer.from([3, 5, 1]), time, keyId(by), Buffer.from([1, 8, 0, 0, 0, 1, 1])])
    expect(await verdict(packetOf(2, body))).toMatch(/^untrusted .*of version 3; only versions 4 and 6 are read/)
  })

  test.each([0, 1, 2, 5, 7, 255])('%i is refused', async (version) => {
    expect(await verdict(craft({ signed: TEXTS[form], by, version }))).toMatch(/^untrusted .*of version \d+; only/)
  })

  test('6 by a key of version 4 is refused', async () => {
    const salt = Buffer.alloc(16, 1)
    const withFingerprint = (body: Buffer) =>
      craft({ signed: TEXTS[form], by, version: 6, salt, hashed: [created(), subpacket(FINGERPRINT, body)] })
    expect(await verdict(withFingerprint(fingerprint(by)))).toMatch(/^untrusted .*of another version than its own/)
    const padded = Buffer.concat([Buffer.from([6]), keyId(by), Buffer.alloc(24)])
    expect(await verdict(withFingerprint(padded))).toMatch(/^untrusted .*which this connection does not pin/)
  })

  test('4 by a key of version 6 is refused', async () => {
    const options = { type: 'rsa' as const, userIDs: { email: 'new@test.example' }, date: new Date('2026-01-01') }
    const make = (v6Keys: boolean) => generateKey({ ...options, rsaBits: 2048, format: 'object', config: { v6Keys } })
    for (const version of [4, 6]) {
      const { privateKey, publicKey } = await make(version === 6)
      const [signer] = signersIn(privateKey)
      if (signer === undefined) throw new Error('no key')
      const unhashed = [subpacket(ISSUER, version === 6 ? signer.fingerprint.subarray(0, 8) : keyId(signer))]
      const packet = craft({ signed: TEXTS[form], by: signer, hashed: [created()], unhashed })
      const said = version === 6 ? /^untrusted .*which this connection does not pin/ : /^trusted/
      expect(await verdict(packet, [pin('rsa2048', { bytes: publicKey.write() })])).toMatch(said)
    }
  })

  describe('6 by a key of version 6', () => {
    let key: PrivateKey
    let packet: Buffer
    beforeAll(async () => {
      const options = {
        userIDs: { email: 'new@test.example' },
        type: 'curve25519' as const,
        date: new Date('2026-01-01'),
      }
      key = (await generateKey({ ...options, format: 'object', config: { v6Keys: true } })).privateKey
      const message = await createMessage({ binary: new Uint8Array(TEXTS[form]) })
      const signature = await sign({ message, signingKeys: key, date: SIGNED_AT, detached: true, format: 'object' })
      packet = Buffer.from(signature.write())
    })

    const pins = () => [pin('rsa2048', { bytes: key.toPublic().write() })]

    /** Where the salt's length stands: behind the two areas and the first octets of the digest. */
    const saltAt = (): number => {
      const body = packet.indexOf(6)
      const hashed = body + 8 + packet.readUInt32BE(body + 4)
      return hashed + 4 + packet.readUInt32BE(hashed) + 2
    }

    test('is trusted', async () => {
      expect(await verdict(packet, pins())).toMatch(/^trusted \(trusted\): signed by [0-9A-F]{64} /)
      const { packets } = await readSignature({ binarySignature: packet })
      expect([packets[0]?.version, packets[0]?.hashAlgorithm]).toEqual([6, enums.hash.sha512])
    })

    test('with another salt does not hold', async () => {
      const changed = Buffer.from(packet)
      expect(packet[saltAt()]).toBe(32)
      changed.writeUInt8(packet.readUInt8(saltAt() + 1) ^ 1, saltAt() + 1)
      expect(await verdict(changed, pins())).toMatch(/^untrusted .*does not hold/)
    })

    test('with a salt of another length is refused, whatever it hashes to', async () => {
      const at = saltAt()
      const body = Buffer.concat([packet.subarray(packet.indexOf(6), at), Buffer.from([0]), packet.subarray(at + 33)])
      expect(await verdict(packetOf(2, body), pins())).toMatch(/^untrusted .*salt does not have the expected length/)
    })

    test('does not count for the same key material pinned as another key', async () => {
      expect(await verdict(packet, [pin('ed25519')])).toMatch(/^untrusted .*does not pin/)
    })
  })
})
