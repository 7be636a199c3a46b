import sql, { raw } from 'sql-template-tag'
import { ARCHIVABLE_STAGES, MAIL_STAGES, type Mail, type Verdict } from '../core/mail.js'
import { OPEN_ORDER_STATUSES } from '../core/order.js'
import type { Prisma } from '../generated/prisma/client.js'
import type { ArchivableMail, Tables } from '../ports.js'
import { acceptMails, NO_EFFECT, promoteDuplicate } from './accept.js'
import type { Client } from './client.js'
import { isHeld } from './requests.js'
import { fromCursor, fromJson, invalid, isId, toMember, toPage, toWord } from './values.js'

type Row = Prisma.MailGetPayload<{ omit: { raw: true } }>

export const mailsTable = (client: Client): Tables['mails'] => ({
  accept: async (mail) => {
    const [accepted] = await acceptMails(client, [mail])
    if (accepted === undefined) throw new Error(`mail ${mail.id} was not stored, and nothing said why`)
    return accepted
  },

  insertOutbound: async ({ id, connectionId, requestId, envelope, receivedAt, sha256, raw: octets, orders }) => {
    // There is nothing to find out about our own words: they are settled.
    await client.run`
      INSERT INTO mails (id, direction, connection_id, request_id, envelope, received_at, sha256, size, raw, stage, orders)
      VALUES (${id}::uuid, 'out', ${connectionId}, ${requestId}::uuid, ${JSON.stringify(envelope)}::json,
        ${receivedAt.toISOString()}::timestamptz, ${sha256}, ${octets.length}, ${octets}::bytea, 'settled',
        ${orders}::uuid[])`
  },

  get: async (id) => {
    if (!isId(id)) return null
    const [row] = await client.rows<Row>`SELECT ${COLUMNS} FROM mails WHERE id = ${id}::uuid`
    return row === undefined ? null : toMail(row)
  },

  raw: async (id) => {
    if (!isId(id)) return null
    const [row] = await client.rows<{ raw: Buffer | null }>`SELECT raw FROM mails WHERE id = ${id}::uuid`
    return row?.raw ?? null
  },

  claim: async (id, { owner, now, leaseMs }) => {
    if (!isId(id)) return null
    const until = new Date(now.getTime() + leaseMs)
    const [row] = await client.rows<Row>`
      UPDATE mails SET lease_owner = ${owner}, lease_until = ${until.toISOString()}::timestamptz, fence = fence + 1
      WHERE id = ${id}::uuid AND ${isDue(now)}
      RETURNING ${COLUMNS}`
    return row === undefined ? null : { mail: toMail(row), lease: { owner, fence: row.fence } }
  },

  holds: async (id, lease) => {
    if (!isId(id)) return false
    const rows = await client.rows`SELECT id FROM mails WHERE ${isHeld(id, lease)} FOR UPDATE`
    return rows.length === 1
  },

  extend: async (id, lease, until) => {
    if (!isId(id)) return false
    const held = await client.run`
      UPDATE mails SET lease_until = ${until.toISOString()}::timestamptz WHERE ${isHeld(id, lease)}`
    return held === 1
  },

  release: async (id, lease, dueAt, reason) => {
    if (!isId(id)) return
    await client.run`
      UPDATE mails SET lease_owner = NULL, lease_until = NULL, due_at = ${dueAt.toISOString()}::timestamptz,
        reason = coalesce(${reason ?? null}::text, reason)
      WHERE ${isHeld(id, lease)}`
  },

  finish: async (id, { stage, reason, verdict, replies, orders, evidence }) => {
    await client.run`
      UPDATE mails SET stage = ${stage}::mail_stage, reason = ${reason}, ${verdictOf(verdict)},
        replies = ${JSON.stringify(replies)}::json, orders = ${orders}::uuid[],
        evidence = coalesce(${evidence === undefined ? null : JSON.stringify(evidence)}::json, evidence), ${IDLE},
        due_at = NULL
      WHERE id = ${id}::uuid`
    if (NO_EFFECT.includes(stage)) await promoteDuplicate(client, id)
  },

  reopen: async (id, now) => {
    if (!isId(id)) return false
    // What its replies did stays known: it must not be done again.
    const reopened = await client.run`
      UPDATE mails SET stage = 'received', reason = NULL, ${verdictOf(null)}, ${IDLE},
        due_at = ${now.toISOString()}::timestamptz
      WHERE id = ${id}::uuid AND direction = 'in' AND stage <> ALL (ARRAY['received', 'settled']::mail_stage[])`
    return reopened === 1
  },

  due: async (now, limit) => {
    const rows = await client.rows<{ id: string }>`
      SELECT id FROM mails WHERE ${isDue(now)} ORDER BY due_at LIMIT ${limit}`
    return rows.map(({ id }) => id)
  },

  archivable: (before, limit) => client.rows<ArchivableMail>`
    SELECT id, sha256, size, received_at AS "receivedAt" FROM mails
    WHERE received_at <= ${before.toISOString()}::timestamptz AND ${IS_ARCHIVABLE}
      AND NOT EXISTS (SELECT FROM alarms WHERE alarms.about = 'mail-damaged ' || mails.id)
    ORDER BY received_at LIMIT ${limit}`,

  letGo: async (ids, at) => {
    if (ids.length === 0) return []
    const rows = await client.rows<{ id: string }>`
      UPDATE mails SET raw = NULL, archived_at = ${at.toISOString()}::timestamptz
      WHERE id = ANY (${[...ids]}::uuid[]) AND ${IS_ARCHIVABLE} RETURNING id`
    return rows.map(({ id }) => id)
  },

  list: async ({ direction, verdict, stage, order }, { limit, cursor }) => {
    const before = fromCursor('mails', 'id', cursor)
    if (order !== undefined && !isId(order)) throw invalid('/order', 'is not the id of an order')
    const rows = await (await client.models()).mail.findMany({
      where: {
        ...(direction === undefined ? {} : { direction }),
        ...(verdict === undefined ? {} : { verdictKind: verdict }),
        ...(stage === undefined ? {} : { stage: toMember(stage) }),
        ...(order === undefined ? {} : { orders: { has: order } }),
        ...(before === null ? {} : { id: { lt: before } }),
      },
      orderBy: { id: 'desc' },
      take: limit + 1,
      omit: { raw: true },
    })
    return toPage(rows, { limit, list: 'mails', key: ({ id }) => id, item: toMail })
  },
})

export const contentsTable = (client: Client): Tables['contents'] => ({
  insert: async ({ connectionId, fingerprint, sha256, signedAt }, mailId) => {
    const taken = await client.run`
      INSERT INTO verified_contents (connection_id, fingerprint, sha256, signed_at, mail_id)
      VALUES (${connectionId}, ${fingerprint}, ${sha256}, ${signedAt.toISOString()}::timestamptz, ${mailId}::uuid)
      ON CONFLICT DO NOTHING`
    if (taken === 1) return true
    const [known] = await client.rows<{ mailId: string }>`
      SELECT mail_id AS "mailId" FROM verified_contents WHERE connection_id = ${connectionId}
        AND fingerprint = ${fingerprint} AND sha256 = ${sha256} AND signed_at = ${signedAt.toISOString()}::timestamptz`
    return known?.mailId === mailId
  },
})

const IDLE = sql`lease_owner = NULL, lease_until = NULL`

const isDue = (now: Date) => {
  const at = sql`${now.toISOString()}::timestamptz`
  return sql`(
    stage = 'received' AND direction = 'in' AND due_at <= ${at} AND (lease_until IS NULL OR lease_until <= ${at})
  )`
}

/** The stages word for word as in the index (prisma/schema.prisma), or it is not used. */
const IS_ARCHIVABLE = raw(
  `archived_at IS NULL AND stage = ANY (ARRAY[${ARCHIVABLE_STAGES.map((stage) => `'${stage}'::mail_stage`).join(', ')}])
   AND NOT EXISTS (SELECT FROM requests WHERE requests.id = mails.request_id AND requests.state NOT IN ('settled', 'closed'))
   AND NOT EXISTS (SELECT FROM orders WHERE orders.id = ANY (mails.orders) AND orders.status IN (${OPEN_ORDER_STATUSES.map((status) => `'${status}'`).join(', ')}))`,
)

/** All but its octets, as Prisma names the columns. */
const COLUMNS = raw(
  `id, direction, connection_id AS "connectionId", envelope, received_at AS "receivedAt", sha256, size,
   stage, reason, verdict_kind AS "verdictKind", verdict_reason AS "verdictReason",
   verdict_fingerprint AS "verdictFingerprint", verdict_signed_at AS "verdictSignedAt", replies, orders,
   request_id AS "requestId", evidence, archived_at AS "archivedAt", fence`,
)

const toMail = (row: Row): Mail => ({
  id: row.id,
  direction: row.direction,
  connectionId: row.connectionId,
  envelope: fromJson(row.envelope),
  receivedAt: row.receivedAt,
  sha256: row.sha256,
  size: row.size,
  stage: toWord(MAIL_STAGES, row.stage),
  reason: row.reason,
  verdict: toVerdict(row),
  replies: fromJson(row.replies),
  orders: row.orders,
  requestId: row.requestId,
  archivedAt: row.archivedAt,
  evidence: row.evidence === null ? null : fromJson(row.evidence),
})

const toVerdict = (row: Row): Verdict | null =>
  row.verdictKind === null
    ? null
    : {
        kind: row.verdictKind,
        reason: row.verdictReason ?? '',
        fingerprint: row.verdictFingerprint,
        signedAt: row.verdictSignedAt,
      }

const verdictOf = (verdict: Verdict | null) =>
  sql`verdict_kind = ${verdict?.kind ?? null}::verdict_kind, verdict_reason = ${verdict?.reason ?? null},
    verdict_fingerprint = ${verdict?.fingerprint ?? null},
    verdict_signed_at = ${verdict?.signedAt?.toISOString() ?? null}::timestamptz`
