import { createHash } from 'node:crypto'
import type { Envelope } from '../core/mail.js'
import type { Mailbox } from './connections.js'
import type { Deps } from './deps.js'

export type ReceiveMail = {
  envelope: Envelope
  /** The octets exactly as they came. */
  raw: Buffer
  /** What each recipient's address means to us. */
  targets: readonly Mailbox[]
}

/**
 * Stores a mail durably, once a connection that it is for, and rings for its processing. When this resolves the octets
 * are on disk. Throws `Fault`, temporary, when the store is away.
 */
export const receiveMail = async (deps: Deps, { envelope, raw, targets }: ReceiveMail): Promise<{ ids: string[] }> => {
  const sha256 = createHash('sha256').update(raw).digest('hex')
  const receivedAt = deps.clock.now()
  const connections = new Set(targets.map((target) => (target.kind === 'postmaster' ? null : target.connectionId)))
  const ids: string[] = []
  for (const connectionId of connections) {
    const mail = { id: deps.newId(), envelope, receivedAt, connectionId, raw, sha256 }
    const { id, duplicate } = await deps.store.mails.accept(mail)
    ids.push(id)
    deps.log.info({ mail: id, from: envelope.from, to: envelope.to, size: raw.length, duplicate }, 'mail stored')
    if (!duplicate) deps.queue.ring({ kind: 'process-mail', id })
  }
  return { ids }
}
