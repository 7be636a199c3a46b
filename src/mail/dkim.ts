import DKIM from 'nodemailer/lib/dkim'

export type DkimSigner = {
  domain: string
  selector: string
  /** RSA, in PEM. */
  privateKey: string
}

/**
 * The fields that `composeMail` writes and that are signed (RFC 6376, 5.4.1). Those of the signed content stay with it, in
 * the body.
 */
const FIELDS =
  'from:to:reply-to:subject:date:message-id:auto-submitted:mime-version:content-type:content-transfer-encoding'

/**
 * The mail with a DKIM signature above it (RFC 6376: rsa-sha256, relaxed/relaxed, no expiry, so that it holds for as long
 * as the mail is tried). The octets below are those that were given.
 */
export const signDkim = async (mail: Buffer, { domain, selector, privateKey }: DkimSigner): Promise<Buffer> => {
  const signer = new DKIM({ domainName: domain, keySelector: selector, privateKey, headerFieldNames: FIELDS })
  const chunks: Buffer[] = []
  for await (const chunk of signer.sign(mail)) chunks.push(Buffer.from(chunk))
  const signed = Buffer.concat(chunks)
  const isWhole = signed.length > mail.length && signed.subarray(-mail.length).equals(mail)
  // the library gives the mail back unsigned where its key does not sign
  if (!isWhole || !signed.toString('latin1', 0, 15).startsWith('DKIM-Signature:'))
    throw new Error(`the mail could not be signed by DKIM for ${domain}`)
  return signed
}
