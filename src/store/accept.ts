import sql, { join } from 'sql-template-tag'
import type { MailStage } from '../core/mail.js'
import type { NewMail } from '../ports.js'
import type { Client } from './client.js'

export type Accepted = { id: string; duplicate: boolean }

/** Mails and octets of one commit at most, so that the first of them does not wait long for the last. */
const MAX_MAILS = 64
const MAX_OCTETS = 8 * 1024 * 1024

/** Stages of a mail that changed nothing and never will as it is. */
export const NO_EFFECT: MailStage[] = ['untrusted', 'quarantined', 'bounce', 'auto-reply']

/**
 * Stores inbound mails in one statement, so in one commit. The digest decides what is a duplicate: of several that bring
 * the same octets at the same time, in one call or in several, exactly one is first in it. One whose first mail came to
 * nothing (a copy that was damaged or sent by a stranger) is free again. A first mail that this statement cannot see was
 * stored a moment ago and counts.
 */
export const acceptMails = async (client: Client, mails: readonly NewMail[]): Promise<Accepted[]> => {
  const rows = await client.rows<Accepted>`
    WITH came (id, connection_id, request_id, envelope, received_at, sha256, size, raw) AS (VALUES ${join(mails.map(toValues))}),
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
  sql`(${id}::uuid, ${connectionId}::text, ${requestId}::uuid, ${JSON.stringify(envelope)}::json,
    ${receivedAt.toISOString()}::timestamptz, ${sha256}::text, ${raw.length}::int, ${raw}::bytea)`

/**
 * A mail that came to nothing is no longer the first with its octets: the oldest of those that were taken for its copies
 * while it waited is judged in its stead, since it may have come by a better way. Call it in the transaction that records
 * what became of the first. The lock on the digest is what copies that come meanwhile wait for; without a copy the digest
 * goes, because theirs is a statement that cannot see how the first ended.
 */
export const promoteDuplicate = async (client: Client, id: string): Promise<void> => {
  const [digest] = await client.rows<Digest>`
    SELECT digest.connection_id AS "connectionId", digest.sha256, digest.request_id AS "requestId"
    FROM mail_digests AS digest JOIN mails ON mails.id = digest.mail_id
      AND digest.connection_id = coalesce(mails.connection_id, '') AND digest.sha256 = mails.sha256
      AND digest.request_id = coalesce(mails.request_id::text, '')
    WHERE mails.id = ${id}::uuid FOR UPDATE OF digest`
  if (digest === undefined) return
  const { connectionId, sha256, requestId } = digest
  const [next] = await client.rows<{ id: string }>`
    UPDATE mails SET stage = 'received', reason = NULL, due_at = received_at WHERE id = (
      SELECT id FROM mails WHERE stage = 'duplicate' AND verdict_kind IS NULL AND sha256 = ${sha256}
        AND coalesce(connection_id, '') = ${connectionId} AND coalesce(request_id::text, '') = ${requestId}
      ORDER BY id LIMIT 1
    ) AND stage = 'duplicate' RETURNING id`
  const key = sql`connection_id = ${connectionId} AND sha256 = ${sha256} AND request_id = ${requestId}`
  if (next === undefined) await client.run`DELETE FROM mail_digests WHERE ${key}`
  else await client.run`UPDATE mail_digests SET mail_id = ${next.id}::uuid WHERE ${key}`
}

type Digest = { connectionId: string; sha256: string; requestId: string }

/** How many of those that wait share the next commit. */
export const nextMails = (mails: readonly NewMail[]): number => {
  let octets = 0
  let count = 0
  for (const { raw } of mails.slice(0, MAX_MAILS)) {
    octets += raw.length
    if (count > 0 && octets > MAX_OCTETS) break
    count++
  }
  return count
}
