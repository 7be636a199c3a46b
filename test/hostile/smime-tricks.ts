import { type Attribute, type CmsOptions, DATA, der, oid, sequence, signedData } from './cms-writer.js'
import { multipart, octets, render, textPart } from './crafted-mail.js'
import {
  base64,
  type CmsChange,
  type Format,
  HEADER,
  type Kit,
  SMIME_SIGNED,
  signaturePart,
  signedMail,
  smimePart,
} from './kit.js'
import { detachedSign } from './signers.js'
import type { Trick } from './tricks.js'

const DETACHED = ['smime-detached'] as const
const OPAQUE = ['smime-opaque'] as const
const SMIME = ['smime-detached', 'smime-opaque'] as const
const LIE = octets(textPart('RESULT: success'))

const cms = (
  name: string,
  { stage, reason, formats = SMIME }: Pick<Trick, 'stage' | 'reason'> & { formats?: readonly Format[] },
  change: CmsChange | ((kit: Kit) => CmsChange),
): Trick => ({
  ...{ name, formats, stage, reason },
  craft: async (kit) => render(await signedMail(kit, { cms: typeof change === 'function' ? change(kit) : change })),
})

const UNTRUSTED = (reason: RegExp) => ({ stage: 'untrusted' as const, reason })
const ODD = (reason: RegExp) => ({ stage: 'quarantined' as const, reason })

const without = (type: string) => (usual: Attribute[]) => usual.filter((attribute) => !attribute.type.equals(oid(type)))
const twice = (type: string) => (usual: Attribute[]) => [
  ...usual,
  ...usual.filter((attribute) => attribute.type.equals(oid(type))),
]
const SIGNING_TIME = '1.2.840.113549.1.9.5'
const CONTENT_TYPE = '1.2.840.113549.1.9.3'
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4'

/** Who signs, and with what. */
const signers: Trick[] = [
  cms('a certificate of an authority that nobody pins', UNTRUSTED(/was not issued by/), { key: 'issued-by-evil' }),
  cms("the pinned certificate's name over another key", UNTRUSTED(/does not hold/), {
    key: 'stranger',
    certificateOf: 'rsa2048',
    embedded: ['rsa2048'],
  }),
  cms('a SHA-1 digest', UNTRUSTED(/SHA-?1/i), { hash: 'sha1' }),
  cms('an MD5 digest', UNTRUSTED(/MD5/i), { hash: 'md5' }),
  cms('a certificate that has expired', UNTRUSTED(/does not pin|was not issued by/), { key: 'expired' }),
  cms('a certificate for another name, of the pinned authority', UNTRUSTED(/for none of the addresses/), {
    key: 'issued-other-name',
  }),
  cms('a certificate for another purpose, of the pinned authority', UNTRUSTED(/purpose|e-mail|mail/i), {
    key: 'issued-server-auth-only',
  }),
  cms('an expired certificate of the pinned authority', UNTRUSTED(/valid|expired/), { key: 'issued-expired' }),
  cms('a certificate below one of the pinned authority', UNTRUSTED(/was not issued by|authority/), {
    key: 'issued-below',
    embedded: ['issued-below', 'issued-authority'],
  }),
  cms('an authority that claims the pinned name', UNTRUSTED(/was not issued by/), {
    key: 'issued-by-evil',
    embedded: ['issued-by-evil', 'ca-evil', 'ca'],
  }),
]

/** What a CMS may not be, though libraries take it. */
const structures: Trick[] = [
  cms('content inside a detached signature', { ...ODD(/content/), formats: DETACHED }, (kit) => ({
    eContent: octets(textPart(kit.text)),
  })),
  cms('other content inside a detached signature', { ...ODD(/content/), formats: DETACHED }, { eContent: LIE }),
  cms('no content in an opaque one', { ...ODD(/content/), formats: OPAQUE }, { eContent: null }),
  cms('other content than what was signed', { ...UNTRUSTED(/over another text/), formats: OPAQUE }, { eContent: LIE }),
  cms('no signer', ODD(/0 signers/), { signers: 0 }),
  cms('the signer twice', ODD(/2 signers/), { signers: 2 }),
  cms('a hundred signers', ODD(/100 signers|more than 16384 octets/), { signers: 100 }),
  cms('no signed attributes', ODD(/attributes/), { attributes: null }),
  cms('no signing time', ODD(/signingTime/), { attributes: without(SIGNING_TIME) }),
  cms('no content type', ODD(/contentType/), { attributes: without(CONTENT_TYPE) }),
  cms('no message digest', ODD(/messageDigest/), { attributes: without(MESSAGE_DIGEST) }),
  cms('two signing times', ODD(/twice/), { attributes: twice(SIGNING_TIME) }),
  cms('two message digests', ODD(/twice/), { attributes: twice(MESSAGE_DIGEST) }),
  cms('attributes out of order', ODD(/order/), { backwards: true }),
  cms('two digests named', ODD(/two digests/), { signerHash: 'sha512' }),
  cms('a version that nobody knows', ODD(/version/), { version: 9 }),
]

const encoded = (name: string, reason: RegExp, change: (bytes: Buffer, kit: Kit) => Buffer): Trick => ({
  ...{ name, formats: SMIME, stage: 'quarantined', reason },
  craft: async (kit) => {
    const content = octets(textPart(Buffer.from(kit.text).toString('latin1')))
    const opaque = kit.format === 'smime-opaque'
    const options: CmsOptions = { key: 'rsa2048', at: kit.at, eContent: opaque ? content : null }
    return mailOf(kit, content, change(signedData(content, options), kit))
  },
})

const mailOf = (kit: Kit, content: Buffer, bytes: Buffer): Buffer =>
  kit.format === 'smime-opaque'
    ? render({
        header: HEADER,
        contentType: 'application/pkcs7-mime; smime-type=signed-data',
        ...{ encoding: 'base64', body: base64(bytes) },
      })
    : render({
        ...{ header: HEADER, contentType: SMIME_SIGNED, encoding: null },
        body: multipart([content.toString('latin1').replaceAll('\r\n', '\n'), smimePart(base64(bytes))]),
      })

/** Octets that are no DER, or more than one thing. */
const encodings: Trick[] = [
  encoded('octets after it', /not DER/, (bytes) => Buffer.concat([bytes, Buffer.from([0, 0])])),
  encoded('another CMS after it', /not DER/, (bytes) => Buffer.concat([bytes, bytes])),
  encoded('the last octet missing', /not DER/, (bytes) => bytes.subarray(0, -1)),
  encoded('an indefinite length', /not strict DER/, (bytes) =>
    Buffer.concat([Buffer.from([0x30, 0x80]), bytes.subarray(4), Buffer.from([0, 0])]),
  ),
  encoded('a length of more octets than it needs', /not strict DER/, (bytes) =>
    Buffer.concat([Buffer.from([0x30, 0x83, 0]), bytes.subarray(2)]),
  ),
  encoded('nested a thousand times', /not DER/, () =>
    Array.from({ length: 1_000 }).reduce<Buffer>((inner) => sequence(inner), Buffer.alloc(0)),
  ),
  encoded('enveloped data', /enveloped-data/, () => sequence(oid('1.2.840.113549.1.7.3'), der(0xa0, sequence(DATA)))),
  encoded('nothing', /not DER/, () => Buffer.alloc(0)),
  encoded('a certificate instead of a signature', /not DER/, (bytes) => bytes.subarray(60, 900)),
]

const mime = (
  name: string,
  reason: RegExp,
  parts: (part: string, signature: string, kit: Kit) => string[] | Promise<string[]>,
): Trick => ({
  ...{ name, formats: DETACHED, stage: 'quarantined', reason },
  craft: async (kit) => {
    const part = textPart(Buffer.from(kit.text).toString('latin1'))
    const signature = smimePart(base64(signedData(octets(part), { key: 'rsa2048', at: kit.at, eContent: null })))
    const body = multipart(await parts(part, signature, kit))
    return render({ header: HEADER, contentType: SMIME_SIGNED, encoding: null, body })
  },
})

const MORE = textPart('RESULT: success')

/** Parts around a detached signature. */
const shapes: Trick[] = [
  mime('a third part', /3 parts/, (part, signature) => [part, signature, MORE]),
  mime('a part before the signed one', /3 parts/, (part, signature) => [MORE, part, signature]),
  mime('the signature before the text', /not text\/plain/, (part, signature) => [signature, part]),
  mime('no signature part', /1 parts/, (part) => [part]),
  mime('two signature parts', /3 parts/, (part, signature) => [part, signature, signature]),
  mime('a signature of OpenPGP in the place of S/MIME', /not a signature/, async (part, _, kit) => [
    part,
    signaturePart(await detachedSign(octets(part), kit)),
  ]),
  mime('a signature that is no base64', /base64/, (part, signature) => [
    part,
    signature.replace(/[A-Za-z0-9+/]{10}\n/, '!\n'),
  ]),
]

const opaqueHeader = (name: string, reason: RegExp, contentType: string): Trick => ({
  ...{ name, formats: OPAQUE, stage: 'quarantined', reason },
  craft: async (kit) => render({ ...(await signedMail(kit)), contentType }),
})

const types: Trick[] = [
  opaqueHeader('called enveloped data', /enveloped-data/, 'application/pkcs7-mime; smime-type=enveloped-data'),
  opaqueHeader('called compressed data', /compressed-data/, 'application/pkcs7-mime; smime-type=compressed-data'),
  opaqueHeader('called certificates alone', /certs-only/, 'application/pkcs7-mime; smime-type=certs-only'),
  opaqueHeader('called a key', /not a form/, 'application/pkcs10'),
]

export const SMIME_TRICKS: readonly Trick[] = [...signers, ...structures, ...encodings, ...shapes, ...types]
