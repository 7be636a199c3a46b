import sql, { join, raw, type Sql } from 'sql-template-tag'
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
 * Mails that came to nothing are no longer the first with their octets: of each, the oldest of those that were taken for its
 * copies while it waited is judged in its stead, since it may have come by a better way. Call it in the transaction that
 * records what became of the first. The lock on the digest is what copies that come meanwhile wait for; without a copy the
 * digest goes, because theirs is a statement that cannot see how the first ended.
 */
export const promoteDuplicates = async (client: Client, ids: readonly string[]): Promise<void> => {
  if (ids.length === 0) return
  const digests = await client.rows<Digest>`
    SELECT digest.connection_id AS "connectionId", digest.sha256, digest.request_id AS "requestId"
    FROM mail_digests AS digest JOIN mails ON mails.id = digest.mail_id
      AND digest.connection_id = coalesce(mails.connection_id, '') AND digest.sha256 = mails.sha256
      AND digest.request_id = coalesce(mails.request_id::text, '')
    WHERE mails.id = ANY (${ids}::uuid[])
    ORDER BY digest.connection_id, digest.sha256, digest.request_id FOR UPDATE OF digest`
  if (digests.length === 0) return
  const next = await client.rows<Digest & { id: string }>`
    UPDATE mails SET stage = 'received', reason = NULL, due_at = received_at
    FROM (
      SELECT DISTINCT ON (connection_id, sha256, request_id) oldest.id, given.* FROM mails AS oldest, ${given(digests)}
      WHERE oldest.stage = 'duplicate' AND oldest.verdict_kind IS NULL AND oldest.sha256 = given.digest
        AND coalesce(oldest.connection_id, '') = given.connection AND coalesce(oldest.request_id::text, '') = given.request
      ORDER BY connection_id, sha256, request_id, oldest.id
    ) AS oldest
    WHERE mails.id = oldest.id AND mails.stage = 'duplicate'
    RETURNING mails.id, oldest.connection AS "connectionId", oldest.digest AS sha256, oldest.request AS "requestId"`
  const known = new Set(next.map(keyOf))
  const alone = digests.filter((digest) => !known.has(keyOf(digest)))
  if (alone.length > 0) await client.run`DELETE FROM mail_digests USING ${given(alone)} WHERE ${IS_GIVEN}`
  if (next.length > 0)
    await client.run`
      UPDATE mail_digests SET mail_id = mails.id FROM ${given(next)}, mails
      WHERE ${IS_GIVEN} AND mails.id = ANY (${next.map(({ id }) => id)}::uuid[]) AND mails.sha256 = mail_digests.sha256
        AND coalesce(mails.connection_id, '') = mail_digests.connection_id
        AND coalesce(mails.request_id::text, '') = mail_digests.request_id`
}

/** Digests as a table `given (connection, digest, request)`. */
const given = (digests: readonly Digest[]): Sql =>
  sql`unnest(${digests.map(({ connectionId }) => connectionId)}::text[], ${digests.map(({ sha256 }) => sha256)}::text[],
    ${digests.map(({ requestId }) => requestId)}::text[]) AS given (connection, digest, request)`

const IS_GIVEN = raw(
  'mail_digests.connection_id = given.connection AND mail_digests.sha256 = given.digest AND mail_digests.request_id = given.request',
)

const keyOf = ({ connectionId, sha256, requestId }: Digest): string => JSON.stringify([connectionId, sha256, requestId])

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
