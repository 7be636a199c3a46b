import { createHash } from 'node:crypto'
import type { Envelope } from '../core/mail.js'
import { requireRoom } from './check-disk.js'
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
 * are on disk. Throws `Fault`, temporary, when the store is away or has no room.
 */
export const receiveMail = async (deps: Deps, { envelope, raw, targets }: ReceiveMail): Promise<{ ids: string[] }> => {
  await requireRoom(deps)
  const sha256 = createHash('sha256').update(raw).digest('hex')
  const receivedAt = deps.clock.now()
  const ids: string[] = []
  for (const [connectionId, requestId] of rowsFor(targets)) {
    const mail = { id: deps.newId(), envelope, receivedAt, connectionId, requestId, raw, sha256 }
    const { id, duplicate } = await deps.store.mails.accept(mail)
    ids.push(id)
    deps.log.info({ mail: id, from: envelope.from, to: envelope.to, size: raw.length, duplicate }, 'mail stored')
    if (duplicate) await tellDuplicate(deps, { id, sha256, envelope })
    else deps.queue.ring({ kind: 'process-mail', id })
  }
  return { ids }
}

/** One row a connection; with the request, where its bounce address is among the recipients. */
const rowsFor = (targets: readonly Mailbox[]): Map<string | null, string | null> => {
  const rows = new Map<string | null, string | null>()
  for (const target of targets) {
    const connectionId = target.kind === 'postmaster' ? null : target.connectionId
    const requestId = target.kind === 'bounce' ? target.requestId : null
    rows.set(connectionId, requestId ?? rows.get(connectionId) ?? null)
  }
  return rows
}

const tellDuplicate = async (
  deps: Deps,
  { id, sha256, envelope }: { id: string; sha256: string; envelope: Envelope },
): Promise<void> => {
  await deps.store.actions.append([
    {
      ...{
        at: deps.clock.now(),
        level: 'info',
        actor: 'system',
        event: 'mail.duplicate',
        mailId: id,
        data: { sha256 },
      },
      text: `a mail from ${envelope.from || 'the null sender'} is a duplicate: the same octets came in before`,
    },
  ])
}
