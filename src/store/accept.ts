import { Fault } from '../core/errors.js'
import type { MailStage } from '../core/mail.js'
import { Prisma } from '../generated/prisma/client.js'
import type { NewMail } from '../ports.js'
import { type Client, toBytes } from './values.js'

export type Accepted = { id: string; duplicate: boolean }

/** Mails and octets of one commit at most, so that the first of them does not wait long for the last. */
const MAX_MAILS = 64
const MAX_OCTETS = 8 * 1024 * 1024

/** Stages of a mail that changed nothing and never will as it is. */
const NO_EFFECT: MailStage[] = ['untrusted', 'quarantined', 'bounce', 'auto-reply']

/**
 * Stores inbound mails in one statement, so in one commit. The digest decides what is a duplicate: of several that bring
 * the same octets at the same time, in one call or in several, exactly one is first in it. One whose first mail came to
 * nothing (a copy that was damaged or sent by a stranger) is free again. A first mail that this statement cannot see was
 * stored a moment ago and counts.
 */
export const acceptMails = async (client: Client, mails: readonly NewMail[]): Promise<Accepted[]> => {
  const rows = await client.$queryRaw<Accepted[]>`
    WITH came (id, connection_id, request_id, envelope, received_at, sha256, size, raw) AS (VALUES ${Prisma.join(mails.map(toValues))}),
    fresh AS (
      INSERT INTO mail_digests AS digest (connection_id, sha256, request_id, mail_id)
      SELECT DISTINCT ON (1, 2, 3) coalesce(connection_id, ''), sha256, coalesce(request_id::text, ''), id
      FROM came ORDER BY 1, 2, 3, 4
      ON CONFLICT (connection_id, sha256, request_id) DO UPDATE SET mail_id = excluded.mail_id WHERE EXISTS (
        SELECT FROM mails WHERE mails.id = digest.mail_id AND mails.stage = ANY (${NO_EFFECT}::mail_stage[])
      )
      RETURNING mail_id
    ),
    ranked AS (
      SELECT came.*, NOT EXISTS (SELECT FROM fresh WHERE fresh.mail_id = came.id) AS duplicate FROM came
    )
    INSERT INTO mails
      (id, direction, connection_id, request_id, envelope, received_at, sha256, size, raw, stage, reason, due_at, orders)
    SELECT id, 'in', connection_id, request_id, envelope, received_at, sha256, size, raw,
      CASE WHEN duplicate THEN 'duplicate' ELSE 'received' END::mail_stage,
      CASE WHEN duplicate THEN 'the same octets came in before' END,
      CASE WHEN duplicate THEN NULL ELSE received_at END, '{}'
    FROM ranked
    RETURNING id, stage = 'duplicate' AS duplicate`
  const byId = new Map(rows.map((row) => [row.id, row]))
  return mails.flatMap(({ id }) => byId.get(id.toLowerCase()) ?? [])
}

const toValues = ({ id, connectionId, requestId = null, envelope, receivedAt, sha256, raw }: NewMail) =>
  Prisma.sql`(${id}::uuid, ${connectionId}::text, ${requestId}::uuid, ${JSON.stringify(envelope)}::json,
    ${receivedAt.toISOString()}::timestamptz, ${sha256}::text, ${raw.length}::int, ${toBytes(raw)}::bytea)`

type Waiting = { mail: NewMail; resolve(accepted: Accepted): void; reject(error: unknown): void }

/**
 * Accepts mails so that those that arrive while a commit is under way share the next one: the disk is flushed once for
 * many. A mail that arrives alone waits for nothing. Each call resolves after the commit that its mail is part of.
 */
export const groupCommit = (
  store: (mails: NewMail[]) => Promise<Accepted[]>,
): ((mail: NewMail) => Promise<Accepted>) => {
  const waiting: Waiting[] = []
  let running = false
  const run = async () => {
    if (running) return
    running = true
    while (waiting.length > 0) await commit(store, nextGroup(waiting))
    running = false
  }
  return (mail) =>
    new Promise((resolve, reject) => {
      waiting.push({ mail, resolve, reject })
      void run()
    })
}

const nextGroup = (waiting: Waiting[]): Waiting[] => {
  let octets = 0
  let count = 0
  for (const { mail } of waiting.slice(0, MAX_MAILS)) {
    octets += mail.raw.length
    if (count > 0 && octets > MAX_OCTETS) break
    count++
  }
  return waiting.splice(0, count)
}

const commit = async (store: (mails: NewMail[]) => Promise<Accepted[]>, group: Waiting[]): Promise<void> => {
  try {
    const accepted = await store(group.map(({ mail }) => mail))
    for (const [index, { resolve, reject, mail }] of group.entries()) {
      const answer = accepted[index]
      if (answer === undefined) reject(new Error(`mail ${mail.id} was not stored, and nothing said why`))
      else resolve(answer)
    }
  } catch (error) {
    const alone = group.length === 1 || (error instanceof Fault && error.temporary)
    if (alone) for (const { reject } of group) reject(error)
    // One of them is at fault and the others shall not suffer for it; of the failed statement nothing was kept.
    else for (const one of group) await commit(store, [one])
  }
}
