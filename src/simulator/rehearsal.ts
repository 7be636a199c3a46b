import { X509Certificate } from 'node:crypto'
import { simpleParser } from 'mailparser'
import type { PrivateKey } from 'openpgp'
import type { Scheme } from '../core/connection.js'
import { type Body, clearSigned, composeMail, mimeSigned } from './compose.js'
import { sentenceOf } from './errors.js'
import { generateKeyPair, openPrivateKey, openPublicKeys } from './keys.js'
import { type ReadMail, readMail, signedBoundary, splitParts } from './read-mail.js'
import { certificatePem, generateCertifiedKey, smimeProblem, smimeSigned } from './smime.js'

/**
 * Whether a registry that knows these keys (armored, or certificates in PEM) takes a mail at that time, and if not, why. Never
 * throws for what a mail or a key is.
 */
export const takesMail = async (
  mail: Buffer,
  { trusted, at }: { trusted: readonly string[]; at: Date },
): Promise<ReadMail['order']> => {
  try {
    const certificates = trusted.filter((text) => text.includes('-----BEGIN CERTIFICATE-----'))
    return certificates.length > 0
      ? await readSmime(mail, { trusted: certificates.map((pem) => new X509Certificate(pem)), at })
      : (await readMail(mail, await openPublicKeys(trusted.join('\n')), at)).order
  } catch (error) {
    return { ok: false, reason: sentenceOf(error) }
  }
}

const readSmime = async (
  octets: Buffer,
  known: { trusted: readonly X509Certificate[]; at: Date },
): Promise<ReadMail['order']> => {
  const boundary = signedBoundary(await simpleParser(octets, { skipTextToHtml: true, skipHtmlToText: true }))
  if (boundary === null) return { ok: false, reason: 'the mail is not signed' }
  const [signed, second] = splitParts(octets, boundary)
  const signature = second === undefined ? undefined : (await simpleParser(second)).attachments[0]?.content
  if (signed === undefined || signature === undefined) return { ok: false, reason: 'the mail does not have two parts' }
  const problem = smimeProblem(signature, { signed, ...known })
  if (problem !== null) return { ok: false, reason: problem }
  return { ok: true, text: (await simpleParser(signed, { skipTextToHtml: true })).text ?? '' }
}

/** A key of a registry: its public half as the registry would send it (armored, or a certificate in PEM), and its mails. */
export type RegistryKey = {
  publicKey: string
  /** A mail with that text, signed by this key at that time. */
  write(mail: { to: string; text: string; at: Date }): Promise<Buffer>
}

/** A new key of a registry with that address, which signs from then on in that form. */
export const newRegistryKey = async (of: { scheme: Scheme; address: string; at: Date }): Promise<RegistryKey> => {
  const { publicKey, sign } = await SIGNERS[of.scheme](of.address, of.at)
  return {
    publicKey,
    write: async ({ to, text, at }) =>
      composeMail({
        ...{ from: of.address, to, subject: 'Rehearsal', inReplyTo: null, autoSubmitted: 'auto-generated' },
        body: await sign(text, at),
      }),
  }
}

type Signer = { publicKey: string; sign(text: string, at: Date): Promise<Body> }

const openpgp =
  (signed: (text: string, key: PrivateKey, at: Date) => Promise<Body>) =>
  async (email: string, begin: Date): Promise<Signer> => {
    const pair = await generateKeyPair({ name: 'Registry robot', email, at: begin })
    const key = await openPrivateKey(pair.privateKey, undefined)
    return { publicKey: pair.publicKey, sign: (text, at) => signed(text, key, at) }
  }

const SIGNERS: Record<Scheme, (address: string, at: Date) => Promise<Signer>> = {
  'openpgp-clear': openpgp(clearSigned),
  'openpgp-mime': openpgp((text, key, at) => mimeSigned(text, key, null, at)),
  smime: async (email, at) => {
    const key = await generateCertifiedKey({ email, at })
    return { publicKey: certificatePem(key), sign: async (text, signedAt) => smimeSigned(text, key, signedAt) }
  },
}
