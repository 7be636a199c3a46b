import { createHash } from 'node:crypto'
import type { MailConnection } from '../core/connection.js'
import { messageIdOf } from '../core/request.js'
import { testBody } from '../core/test-mail.js'
import { signDkim } from '../mail/dkim.js'
import { signMail } from '../signing/sign-mail.js'
import { bounceAddress } from './connections.js'
import type { Deps } from './deps.js'
import { type Signer, signerAt } from './signer.js'

export type TestMail = { raw: Buffer; signer: Signer }

/** A mail to the connection's own reply address, signed as its requests are; and in words by which key. */
export const writeTestMail = async (
  deps: Deps,
  connection: MailConnection,
  token: string,
): Promise<[TestMail, string]> => {
  const at = deps.clock.now()
  const signer = await signerAt(deps, connection, at)
  const { from, replyTo } = connection.registry
  const signed = await signMail({
    ...{ scheme: connection.signing.scheme, key: signer.key, at, from, to: replyTo, replyTo },
    ...{ subject: 'Test of the way to us and back', messageId: messageIdOf(`t${deps.newSecret()}`, from) },
    body: testBody(token, connection.title),
  })
  const { dkim } = connection
  const raw =
    dkim === null ? signed : await signDkim(signed, { ...dkim, privateKey: await deps.keyring.dkimKey(dkim.key) })
  const sha256 = createHash('sha256').update(raw).digest('hex')
  return [{ raw, signer }, `signed with ${signer.keyFile}, fingerprint ${signer.key.fingerprint} (${sha256})`]
}

/** From a bounce address that no request has, to ourselves. */
export const testEnvelope = (deps: Pick<Deps, 'bounceTokens' | 'newSecret'>, connection: MailConnection) => ({
  from: bounceAddress(connection, deps.bounceTokens.mint(deps.newSecret())),
  to: [connection.registry.replyTo],
})
