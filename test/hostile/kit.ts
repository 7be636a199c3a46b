import { type CmsOptions, signedData } from './cms-writer.js'
import { BOUNDARY, type CraftedMail, multipart, octets, textPart } from './crafted-mail.js'
import { clearSign, detachedSign, type SignOptions } from './signers.js'

export const FORMATS = ['clear', 'pgp-mime', 'smime-detached', 'smime-opaque'] as const
export type Format = (typeof FORMATS)[number]

/** What a trick is played on: one valid reply of the registry, in one format. */
export type Kit = {
  format: Format
  /** Lines of the reply, with LF between them. */
  text: string
  /** Now, for the gateway. */
  at: Date
}

export const HEADER = [
  'Received: from robot.registry.example by in.hoster.example; Wed, 01 Jul 2026 11:00:00 +0000',
  'From: Robot <robot@registry.example>',
  'To: denic-main@in.hoster.example',
  'Subject: Re: your order',
  'MIME-Version: 1.0',
]

/** The reply as an honest registry sends it in that format; the options are an attacker's. */
export const signedMail = async (
  kit: Kit,
  options: Partial<FormOptions> & { text?: string } = {},
): Promise<CraftedMail> => {
  const { text = kit.text, ...sign } = options
  return FORMS[kit.format]({ ...kit, text }, { at: kit.at, ...sign })
}

/** What an attacker wants otherwise in a CMS. */
export type CmsChange = Partial<CmsOptions>

type FormOptions = SignOptions & { part?: string; cms?: CmsChange }
type Form = (kit: Kit, options: FormOptions) => Promise<CraftedMail>

const clear: Form = async ({ text }, options) => ({
  header: HEADER,
  contentType: 'text/plain; charset=utf-8',
  encoding: '8bit',
  body: latin1(await clearSign(text, options)),
})

const pgpMime: Form = async ({ text }, { part = textPart(latin1(text)), ...options }) => ({
  header: HEADER,
  contentType: PGP_SIGNED,
  encoding: null,
  body: multipart([part, signaturePart(await detachedSign(octets(part), options))]),
})

export const PGP_SIGNED = `multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha512; boundary="${BOUNDARY}"`

export const signaturePart = (armored: string): string => `Content-Type: application/pgp-signature\n\n${armored}`

/** S/MIME signs with the keys of X.509 that have the names of those of OpenPGP. */
const cms = (content: Buffer, { key = 'rsa2048', at }: SignOptions, change: CmsChange, detached: boolean): string =>
  base64(signedData(content, { key, at, eContent: detached ? null : content, ...change }))

export const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/.{64}/g, '$&\n')

const smimeDetached: Form = async ({ text }, { part = textPart(latin1(text)), cms: change = {}, ...options }) => ({
  header: HEADER,
  contentType: SMIME_SIGNED,
  encoding: null,
  body: multipart([part, smimePart(cms(octets(part), options, change, true))]),
})

export const SMIME_SIGNED = `multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary="${BOUNDARY}"`

export const smimePart = (encoded: string): string =>
  `Content-Type: application/pkcs7-signature; name=smime.p7s\nContent-Transfer-Encoding: base64\n\n${encoded}`

const smimeOpaque: Form = async ({ text }, { part = textPart(latin1(text)), cms: change = {}, ...options }) => ({
  header: HEADER,
  contentType: 'application/pkcs7-mime; smime-type=signed-data; name=smime.p7m',
  encoding: 'base64',
  body: `${cms(octets(part), options, change, false)}\n`,
})

const FORMS: Record<Format, Form> = {
  clear,
  'pgp-mime': pgpMime,
  'smime-detached': smimeDetached,
  'smime-opaque': smimeOpaque,
}

/** UTF-8 as it travels: one character an octet. */
const latin1 = (text: string): string => Buffer.from(text).toString('latin1')
