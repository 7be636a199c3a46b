import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { unarmor } from 'openpgp'
import type { PinnedKey } from '../../src/signing/scheme.js'
import { FIXTURES, pin } from './fixtures.js'

/** The two forms that an OpenPGP signature comes in; mails of one trick are named after them. */
export const FORMS = ['clear', 'mime'] as const
export type Form = (typeof FORMS)[number]

/** A mail that gpg made and that is odd in one thing: scripts/fixtures-openpgp-tricks.sh. */
export const trick = (name: string): Buffer => readFileSync(join(FIXTURES, 'tricks/mails', `${name}.eml`))

export const trickPin = (name: string, window: Partial<PinnedKey> = {}): PinnedKey => {
  const file = `${name}.pub.asc`
  return { ...pin('rsa2048'), file, bytes: readFileSync(join(FIXTURES, 'tricks/keys', file)), ...window }
}

/** The armored signature in a mail, from its first line to its last. */
export const armorOf = (raw: Buffer): string =>
  /-----BEGIN PGP SIGNATURE-----.*-----END PGP SIGNATURE-----\r?\n/s.exec(raw.toString('latin1'))?.[0] ?? ''

/** The octets in the first armor of a mail, of whatever kind. */
export const octetsOfArmor = async (raw: Buffer | string): Promise<Buffer> => {
  const text = raw.toString('latin1')
  const { data } = await unarmor(text.slice(text.indexOf('-----BEGIN PGP ')))
  return Buffer.from(data instanceof Uint8Array ? data : [])
}

/** These octets as a detached signature, whatever they are. */
export const armored = (packet: Buffer): string =>
  `-----BEGIN PGP SIGNATURE-----\r\n\r\n${packet.toString('base64').replace(/.{1,64}/g, '$&\r\n')}-----END PGP SIGNATURE-----\r\n`

/** What the mails here are signed over: a clear-signed text without its last line end, and a part of a multipart. */
export const TEXTS: Record<Form, Buffer> = {
  clear: Buffer.from('RESULT: success\r\nCTID: 4711'),
  mime: Buffer.from('Content-Type: text/plain\r\n\r\nRESULT: success\r\nCTID: 4711\r\n'),
}

/** A mail in that form over the text of TEXTS, with any signature; a header announces its digest, as gpg wants it. */
export const mailWith = (
  form: Form,
  signature: string,
  { hash = 'Hash: SHA256\r\n', part = TEXTS.mime } = {},
): Buffer => {
  const clear = [
    `Subject: reply\r\n\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\n${hash}\r\n`,
    TEXTS.clear,
    '\r\n',
    signature,
  ]
  const head = 'Content-Type: multipart/signed; protocol="application/pgp-signature"; boundary=b\r\n\r\n--b\r\n'
  const second = '\r\n--b\r\nContent-Type: application/pgp-signature\r\n\r\n'
  const pieces = form === 'clear' ? clear : [head, part, second, signature, '\r\n--b--\r\n']
  return Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece)))
}
