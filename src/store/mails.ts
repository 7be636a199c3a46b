import sql, { join, raw } from 'sql-template-tag'
import { ARCHIVABLE_STAGES, type Verdict } from '../core/mail.js'
import { OPEN_ORDER_STATUSES } from '../core/order.js'
import type { ArchivableMail, MailDigests, Tables } from '../ports.js'
import { acceptMails, NO_EFFECT, nextMails, promoteDuplicates } from './accept.js'
import { type Client, eachOnce } from './client.js'
import { idsOf } from './ids.js'
import { among, type Claim, claimRows, claimsOfOne, type Held, heldRows, isHeld, unhurried } from './leases.js'
import { listMails } from './mail-list.js'
import { COLUMNS, type Row, toMail } from './mail-rows.js'
import { incoming, renewed } from './records.js'
import { isId } from './values.js'

export const mailsTable = (client: Client): Tables['mails'] => ({
  accept: (mail) => client.together(acceptMails, mail, nextMails),

  insertOutbound: (mail) => client.together(insertOutboundMails, mail),

  get: async (id) => {
    if (!isId(id)) return null
    const [row] = await client.rows<Row>`SELECT ${COLUMNS} FROM mails WHERE id = ${id}::uuid`
    return row === undefined ? null : toMail(row)
  },

  lock: async (id) => {
    if (!isId(id)) return null
    const [row] = await client.rows<Row>`SELECT ${COLUMNS} FROM mails WHERE id = ${id}::uuid FOR UPDATE`
    return row === undefined ? null : toMail(row)
  },

  raw: (id) => client.together(rawMails, id, (waiting) => Math.min(waiting.length, 8)),

  claim: (id, options) => client.together(claimMails, { id, ...options }, claimsOfOne),

  holds: async (id, lease) => isId(id) && client.together(holdMails, { id, lease }),

  extend: async (id, lease, until) => {
    if (!isId(id)) return false
    const extended = await client.run`
      UPDATE mails SET lease_until = ${until.toISOString()}::timestamptz
      FROM ${heldRows([{ id, lease }])}, ${unhurried(client)} WHERE ${isHeld('mails')} AND unhurried.commit IS NOT NULL`
    return extended === 1
  },

  release: async (id, lease, dueAt, reason) => {
    if (!isId(id)) return
    await client.run`
      UPDATE mails SET lease_owner = NULL, lease_until = NULL, due_at = ${dueAt.toISOString()}::timestamptz,
        reason = coalesce(${reason ?? null}::text, reason)
      FROM ${heldRows([{ id, lease }])} WHERE ${isHeld('mails')}`
  },

  finish: (id, result) => client.together(finishMails, { id, ...result }, eachOnce),

  hasten: async (connectionId, now, limit) => {
    const at = sql`${now.toISOString()}::timestamptz`
    const rows = await client.rows<{ id: string }>`
      UPDATE mails SET due_at = least(due_at, ${at}) WHERE id IN (
        SELECT id FROM mails WHERE stage = 'received' AND direction = 'in' AND connection_id = ${connectionId}
          AND (lease_until IS NULL OR lease_until <= ${at}) ORDER BY id LIMIT ${limit} FOR UPDATE SKIP LOCKED
      ) RETURNING id`
    return rows.map(({ id }) => id)
  },

  reopen: async (id, now) => {
    if (!isId(id)) return false
    // What its replies did stays known: it must not be done again.
    const reopened = await client.run`
      UPDATE mails SET stage = 'received', reason = NULL, verdict_kind = NULL, verdict_reason = NULL,
        verdict_fingerprint = NULL, verdict_signed_at = NULL, ${IDLE},
        due_at = ${now.toISOString()}::timestamptz
      WHERE id = ${id}::uuid AND direction = 'in' AND erased_at IS NULL
        AND stage <> ALL (ARRAY['received', 'settled']::mail_stage[])`
    return reopened === 1
  },

  due: (now, limit) =>
    idsOf(
      client,
      sql`
      SELECT id FROM mails WHERE ${isDue(now)} ORDER BY due_at LIMIT ${limit}`,
    ),

  archivable: (before, limit) => client.rows<ArchivableMail>`
    SELECT id, sha256, size, received_at AS "receivedAt" FROM mails
    WHERE received_at <= ${before.toISOString()}::timestamptz AND ${IS_ARCHIVABLE}
      AND NOT EXISTS (SELECT FROM alarms WHERE alarms.about = 'mail-damaged ' || mails.id)
    ORDER BY received_at LIMIT ${limit}`,

  digests: async (ids) => {
    const known = ids.filter(isId)
    if (known.length === 0) return []
    return client.rows<MailDigests>`
      SELECT id, sha256, encode(sha256(raw), 'hex') AS found, archived_at AS "archivedAt", erased_at AS "erasedAt"
      FROM mails WHERE id = ANY (${known}::uuid[])`
  },

  unlogged: (limit) =>
    idsOf(
      client,
      sql`
      SELECT id FROM mails
      WHERE NOT (stage = 'received' AND direction = 'in' AND (due_at IS NOT NULL OR lease_until IS NOT NULL))
        AND NOT EXISTS (
          SELECT FROM actions WHERE actions.mail_id = mails.id::text AND actions.data ->> 'sha256' = mails.sha256)
        AND NOT (stage = 'duplicate' AND EXISTS (
          SELECT FROM mail_digests WHERE mail_digests.sha256 = mails.sha256 AND mail_digests.mail_id <> mails.id))
      ORDER BY id LIMIT ${limit}`,
    ),

  letGo: async (ids, at) => {
    if (ids.length === 0) return []
    // Erased while its file was written: that has to go again, and is looked for.
    await client.run`
      UPDATE mails SET archived_at = ${at.toISOString()}::timestamptz
      WHERE id = ANY (${[...ids]}::uuid[]) AND erased_at IS NOT NULL AND archived_at IS NULL`
    const rows = await client.rows<{ id: string }>`
      UPDATE mails SET raw = NULL, archived_at = ${at.toISOString()}::timestamptz
      WHERE id = ANY (${[...ids]}::uuid[]) AND ${IS_ARCHIVABLE} RETURNING id`
    return rows.map(({ id }) => id)
  },

  list: (filter, page) => listMails(client, filter, page),
})

const claimMails = async (client: Client, claims: readonly Claim[]) => {
  const claimed = await claimRows<Row>(client, claims, { table: 'mails', columns: COLUMNS, isDue })
  return claimed.map((one) => one && { mail: toMail(one.row), lease: one.lease })
}

/** Their octets, each in the place of its id. */
const rawMails = async (client: Client, ids: readonly string[]): Promise<(Buffer | null)[]> => {
  const rows = await client.rows<{ id: string; raw: Buffer | null }>`
    SELECT id, raw FROM mails WHERE id = ANY (${ids.filter(isId)}::uuid[])`
  const known = new Map(rows.map(({ id, raw: octets }) => [id, octets]))
  return ids.map((id) => known.get(id.toLowerCase()) ?? null)
}

type Outbound = Parameters<Tables['mails']['insertOutbound']>[0]

/** There is nothing to find out about our own words: they are settled. */
const insertOutboundMails = async (client: Client, mails: readonly Outbound[]): Promise<undefined[]> => {
  const rows = mails.map(
    ({ id, connectionId, requestId, envelope, receivedAt, sha256, raw: octets, orders }) =>
      sql`(${id}::uuid, 'out', ${connectionId}, ${requestId}::uuid, ${JSON.stringify(envelope)}::json,
        ${receivedAt.toISOString()}::timestamptz, ${sha256}, ${octets.length}::int, ${octets}::bytea, 'settled',
        ${orders}::uuid[])`,
  )
  await client.run`
    INSERT INTO mails (id, direction, connection_id, request_id, envelope, received_at, sha256, size, raw, stage, orders)
    VALUES ${join(rows)}`
  return mails.map(() => undefined)
}

const holdMails = async (client: Client, held: readonly Held[]): Promise<boolean[]> =>
  among(
    held,
    await client.rows<{ id: string }>`
      SELECT mails.id FROM mails, ${heldRows(held)} WHERE ${isHeld('mails')} ORDER BY mails.id FOR UPDATE OF mails`,
  )

type Finished = { id: string } & Parameters<Tables['mails']['finish']>[1]

const finishMails = async (client: Client, mails: readonly Finished[]): Promise<undefined[]> => {
  const rows = mails.map(({ verdict, evidence, ...mail }) => ({ ...mail, ...verdictRow(verdict), evidence }))
  await client.run`
    UPDATE mails SET ${renewed(FINISHED_COLUMNS)}, evidence = coalesce(new.evidence, mails.evidence), ${IDLE}, due_at = NULL
    FROM ${incoming({ ...FINISHED_COLUMNS, id: 'id', evidence: 'evidence' }, 'mails', rows)} WHERE mails.id = new.id`
  await promoteDuplicates(
    client,
    mails.filter(({ stage }) => NO_EFFECT.includes(stage)).map(({ id }) => id),
  )
  return mails.map(() => undefined)
}

const FINISHED_COLUMNS = {
  stage: 'stage',
  reason: 'reason',
  verdictKind: 'verdict_kind',
  verdictReason: 'verdict_reason',
  verdictFingerprint: 'verdict_fingerprint',
  verdictSignedAt: 'verdict_signed_at',
  replies: 'replies',
  orders: 'orders',
}

const IDLE = sql`lease_owner = NULL, lease_until = NULL`

const isDue = (now: Date) => {
  const at = sql`${now.toISOString()}::timestamptz`
  return sql`(
    stage = 'received' AND direction = 'in' AND due_at <= ${at} AND (lease_until IS NULL OR lease_until <= ${at})
  )`
}

/** The stages word for word as in the index (prisma/schema.prisma), or it is not used. */
const IS_ARCHIVABLE = raw(
  `archived_at IS NULL AND erased_at IS NULL AND stage = ANY (ARRAY[${ARCHIVABLE_STAGES.map((stage) => `'${stage}'::mail_stage`).join(', ')}])
   AND NOT EXISTS (SELECT FROM requests WHERE requests.id = mails.request_id AND requests.state NOT IN ('settled', 'closed'))
   AND NOT EXISTS (SELECT FROM orders WHERE orders.id = ANY (mails.orders) AND orders.status IN (${OPEN_ORDER_STATUSES.map((status) => `'${status}'`).join(', ')}))`,
)

const verdictRow = (verdict: Verdict | null) => ({
  verdictKind: verdict?.kind ?? null,
  verdictReason: verdict?.reason ?? null,
  verdictFingerprint: verdict?.fingerprint ?? null,
  verdictSignedAt: verdict?.signedAt ?? null,
})
