import { createHash, type KeyObject, randomBytes, sign } from 'node:crypto'
import type { UserId } from '../keys/user-id.js'
import { type Der, encodingOf, readDer } from './der.js'
import {
  bitString,
  boolean,
  integer,
  nothing,
  octetString,
  oid,
  sequence,
  setOf,
  tagged,
  taggedOctets,
  time,
  utf8String,
} from './der-write.js'
import { OID } from './oid.js'

export type KeyPair = { privateKey: KeyObject; publicKey: KeyObject }

const COMMON_NAME = '2.5.4.3'
const EXTENSION_REQUEST = '1.2.840.113549.1.9.14'
const V3 = 2

/** A certificate that signs itself, for signing mails and nothing else (RFC 5280, 4; RFC 8550, 4.4), in DER. */
export const writeSelfSigned = (
  keys: KeyPair,
  { user, notBefore, notAfter }: { user: UserId; notBefore: Date; notAfter: Date },
): Buffer => {
  const name = nameOf(user)
  const toBeSigned = sequence(
    tagged(0, number(V3)),
    integer(newSerial()),
    algorithmOf(keys.privateKey),
    name,
    sequence(time(notBefore), time(notAfter)),
    name,
    publicKeyOf(keys),
    tagged(3, extensionsOf(keys, user)),
  )
  return encodingOf(signed(keys, toBeSigned))
}

/** A request to an authority for such a certificate (RFC 2986), in DER. */
export const writeRequest = (keys: KeyPair, user: UserId): Buffer => {
  const attributes = tagged(0, sequence(oid(EXTENSION_REQUEST), setOf(extensionsOf(keys, user))))
  return encodingOf(signed(keys, sequence(number(0), nameOf(user), publicKeyOf(keys), attributes)))
}

const number = (value: number): Der => integer(Buffer.from([value]))

/** 127 random bits, positive, never 0 (RFC 5280, 4.1.2.2). */
const newSerial = (): Buffer => {
  const serial = randomBytes(16)
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40
  return serial
}

const nameOf = ({ name, email }: UserId): Der =>
  sequence(setOf(sequence(oid(COMMON_NAME), utf8String(name === '' ? email : name))))

const publicKeyOf = ({ publicKey }: KeyPair): Der => {
  const der = readDer(publicKey.export({ format: 'der', type: 'spki' }))
  if (!der.ok) throw new Error(der.reason)
  return der.value
}

const algorithmOf = ({ asymmetricKeyType }: KeyObject): Der =>
  asymmetricKeyType === 'rsa' ? sequence(oid(OID.sha256WithRsa), nothing()) : sequence(oid(OID.ecdsaWithSha256))

const signed = ({ privateKey }: KeyPair, content: Der): Der =>
  sequence(content, algorithmOf(privateKey), bitString(sign('sha256', encodingOf(content), privateKey)))

const DIGITAL_SIGNATURE = bitString(Buffer.from([0x80]), 7)
const RFC822_NAME = 1

const extensionsOf = (keys: KeyPair, { email }: UserId): Der =>
  sequence(
    extension(OID.basicConstraints, sequence(), { critical: true }),
    extension(OID.keyUsage, DIGITAL_SIGNATURE, { critical: true }),
    extension(OID.extendedKeyUsage, sequence(oid(OID.emailProtection))),
    extension(OID.subjectAltName, sequence(taggedOctets(RFC822_NAME, Buffer.from(email)))),
    extension(OID.subjectKeyIdentifier, octetString(identifierOf(keys))),
  )

const extension = (name: string, value: Der, { critical } = { critical: false }): Der =>
  sequence(oid(name), ...(critical ? [boolean(true)] : []), octetString(encodingOf(value)))

/** 160 bits of the digest over the whole public key (RFC 7093, 2, method 4). */
const identifierOf = (keys: KeyPair): Buffer =>
  createHash('sha256')
    .update(encodingOf(publicKeyOf(keys)))
    .digest()
    .subarray(0, 20)
