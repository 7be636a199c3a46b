import { createHmac, timingSafeEqual } from 'node:crypto'
import forge from 'node-forge'
import { childrenOf, type Der, encodingOf, numberOf, octetsOf, oidOf, onlyChildOf, TAG } from './der.js'
import { octetString, sequence } from './der-write.js'
import { OID } from './oid.js'

/** What a PKCS#12 file holds: private keys as PKCS#8, and certificates, all in DER. */
export type Pkcs12 = { keys: Buffer[]; certificates: Buffer[] }

/** `locked`: the passphrase is missing or wrong; else the file itself is of no use. */
export type Pkcs12Failure = { ok: false; locked: boolean; reason: string }

/**
 * Opens a PKCS#12 file (RFC 7292), in BER or DER. The library deciphers; its own reader is not used, because it knows no
 * keys but RSA and writes certificates anew, which would change the octets that their fingerprints are over.
 */
export const openPkcs12 = (bytes: Buffer, passphrase: string | null): ({ ok: true } & Pkcs12) | Pkcs12Failure => {
  try {
    const [version, authSafe, macData] = inside(ber(bytes))
    if (numberOf(version) !== 3) throw new Error('it is not of version 3')
    const safes = joinedOctets(contentOf(authSafe, OID.data))
    // A file without a passphrase was made with none, or with an empty one.
    const candidates = passphrase === null ? [null, ''] : [passphrase]
    const password = candidates.find((candidate) => macData === undefined || hasMac(macData, safes, candidate))
    if (password === undefined)
      return { ok: false, locked: true, reason: 'its check value does not fit the passphrase, or it is damaged' }
    return { ok: true, ...readSafes(safes, password) }
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'it cannot be read'
    return { ok: false, locked: false, reason }
  }
}

const ber = (bytes: Buffer): Der =>
  forge.asn1.fromDer(bytes.toString('latin1'), {
    ...{ strict: true, parseAllBytes: true, decodeBitStrings: false, maxDepth: 32 },
  })

const inside = (der: Der | undefined, tag: number = TAG.sequence): Der[] => {
  const children = childrenOf(der, tag)
  if (children === null) throw new Error(MALFORMED)
  return children
}

/** The content of a ContentInfo of that kind (RFC 5652, 3). */
const contentOf = (contentInfo: Der | undefined, kind: string): Der => {
  const [type, content] = inside(contentInfo)
  if (content === undefined || oidOf(type) !== kind) throw new Error('it is protected by another way than a passphrase')
  return onlyInside(content)
}

const onlyInside = (der: Der | undefined): Der => {
  const only = onlyChildOf(der, TAG.context(0))
  if (only === undefined) throw new Error(MALFORMED)
  return only
}

const MALFORMED = 'its structure is not that of PKCS#12'

/** An OCTET STRING, or one in pieces as BER allows. */
const joinedOctets = (der: Der | undefined): Buffer => {
  if (der === undefined) throw new Error(MALFORMED)
  return typeof der.value === 'string' ? Buffer.from(der.value, 'latin1') : Buffer.concat(der.value.map(joinedOctets))
}

const { sha1, sha256, sha384, sha512 } = forge.md
const MACS = new Map([
  [OID.sha1 as string, { name: 'sha1', md: sha1, size: 20 }],
  [OID.sha256, { name: 'sha256', md: sha256, size: 32 }],
  [OID.sha384, { name: 'sha384', md: sha384, size: 48 }],
  [OID.sha512, { name: 'sha512', md: sha512, size: 64 }],
])
const MAC_KEY = 3

/** Whether the file's check value was made with this passphrase (RFC 7292, 4 and B). */
const hasMac = (macData: Der, safes: Buffer, passphrase: string | null): boolean => {
  const [digestInfo, salt, iterations] = inside(macData)
  const [algorithm, digest] = inside(digestInfo)
  const hash = MACS.get(oidOf(inside(algorithm)[0]) ?? '')
  const times = iterations === undefined ? 1 : numberOf(iterations)
  const expected = octetsOf(digest, TAG.octetString)
  if (hash === undefined || times === null || times < 1 || expected === null)
    throw new Error('its check value is of a kind that is not known')
  const saltBytes = forge.util.createBuffer(joinedOctets(salt).toString('latin1'))
  const key = forge.pkcs12.generateKey(passphrase, saltBytes, MAC_KEY, times, hash.size, hash.md.create())
  const mac = createHmac(hash.name, Buffer.from(key.getBytes(), 'latin1')).update(safes).digest()
  return mac.length === expected.length && timingSafeEqual(mac, expected)
}

const readSafes = (safes: Buffer, passphrase: string | null): Pkcs12 => {
  const found: Pkcs12 = { keys: [], certificates: [] }
  for (const safe of inside(ber(safes)))
    for (const bag of inside(openSafe(safe, passphrase))) {
      const [type, value] = inside(bag)
      READ_BAG[oidOf(type) ?? '']?.(found, onlyInside(value), passphrase)
    }
  return found
}

const openSafe = (safe: Der, passphrase: string | null): Der => {
  const [type] = inside(safe)
  if (oidOf(type) === OID.data) return ber(joinedOctets(contentOf(safe, OID.data)))
  const [, encrypted] = inside(contentOf(safe, ENCRYPTED_DATA))
  const [, algorithm, octets] = inside(encrypted)
  if (algorithm === undefined) throw new Error(MALFORMED)
  return decipher(sequence(algorithm, octetString(joinedOctets(octets))), passphrase)
}

const ENCRYPTED_DATA = '1.2.840.113549.1.7.6'
const X509_CERTIFICATE = '1.2.840.113549.1.9.22.1'

type ReadBag = (found: Pkcs12, value: Der, passphrase: string | null) => void

/** Bags of other kinds (lists of revoked certificates, secrets) say nothing to us. */
const READ_BAG: Record<string, ReadBag> = {
  '1.2.840.113549.1.12.10.1.1': ({ keys }, value) => void keys.push(encodingOf(value)),
  '1.2.840.113549.1.12.10.1.2': ({ keys }, value, passphrase) =>
    void keys.push(encodingOf(decipher(value, passphrase))),
  '1.2.840.113549.1.12.10.1.3': ({ certificates }, value) => {
    const [type, certificate] = inside(value)
    if (oidOf(type) !== X509_CERTIFICATE) return
    certificates.push(joinedOctets(onlyInside(certificate)))
  },
}

const PBES2 = '1.2.840.113549.1.5.13'

/** Deciphers an EncryptedPrivateKeyInfo (RFC 5958, 3); the encrypted bags have the same two fields. */
const decipher = (encrypted: Der, passphrase: string | null): Der => {
  const algorithm = oidOf(inside(inside(encrypted)[0])[0])
  // Newer algorithms take the passphrase as UTF-8, older ones as UTF-16, which the library makes itself (RFC 7292, B.1).
  const password = algorithm === PBES2 ? Buffer.from(passphrase ?? '').toString('latin1') : (passphrase ?? '')
  const plain = forge.pki.decryptPrivateKeyInfo(encrypted, password)
  if (plain === null) throw new Error('the passphrase does not decipher it')
  return plain
}
