import type { Dkim, MailConnection } from '../core/connection.js'
import type { Domain } from '../core/domain.js'
import { Fault } from '../core/errors.js'
import type { OrderTerms } from '../core/order.js'
import { signDkim } from '../mail/dkim.js'
import { signMail } from '../signing/sign-mail.js'
import { bounceAddress } from './connections.js'
import { type Deps, mailProfileOf } from './deps.js'
import { draftRequest } from './draft-request.js'
import { signerAt } from './signer.js'

export type WriteMail = {
  terms: OrderTerms
  domain: Domain | null
  connection: MailConnection
  reference: string
  messageId: string
  bounceToken: string
}

export type WrittenMail = {
  envelope: { from: string; to: string[] }
  raw: Buffer
  /** Of the key that signed it. */
  keyFile: string
  fingerprint: string
  signedAt: Date
  signedAs: string
}

/**
 * The mail of a request: encoded by the profile, worded by its template, read back, signed now. The same order,
 * reference and key give the same text; only the signature and its time differ.
 *
 * Throws `Fault`, never temporary in itself, where an operator must mend something first: a key, a template, an address.
 */
export const writeMail = async (deps: Deps, input: WriteMail): Promise<WrittenMail> => {
  const { connection } = input
  const profile = mailProfileOf(deps, connection)
  if (profile === null) throw new Fault('profile-missing', `the profile ${connection.profile} is not there`, HOLD)
  const now = deps.clock.now()
  const { subject, body } = draftRequest(deps, profile, { ...input, at: now })
  const { to, keyFile, key, signedAs } = await signerAt(deps, connection, now)
  const { from, replyTo } = connection.registry
  const signed = await signMail({
    ...{ scheme: connection.signing.scheme, key, at: now, from, to, replyTo },
    ...{ subject, messageId: input.messageId, body },
  })
  const raw = connection.dkim === null ? signed : await vouchFor(deps, connection.dkim, signed)
  return {
    envelope: { from: bounceAddress(connection, input.bounceToken), to: [to] },
    raw,
    keyFile,
    fingerprint: key.fingerprint,
    signedAt: now,
    signedAs,
  }
}

/** The signature of the request is within what DKIM signs, and stays as it is. */
const vouchFor = async ({ keyring }: Deps, { domain, selector, key }: Dkim, mail: Buffer): Promise<Buffer> =>
  signDkim(mail, { domain, selector, privateKey: await keyring.dkimKey(key) })

const HOLD = { temporary: false }
