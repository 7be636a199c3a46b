import { ARCHIVABLE_STAGES, MAIL_STAGES, type Mail, type Verdict } from '../core/mail.js'
import { OPEN_ORDER_STATUSES } from '../core/order.js'
import { Prisma } from '../generated/prisma/client.js'
import type { ArchivableMail, NewMail, Tables } from '../ports.js'
import { acceptMails, NO_EFFECT, promoteDuplicate } from './accept.js'
import { isHeld } from './requests.js'
import {
  type Client,
  fromCursor,
  fromJson,
  invalid,
  isId,
  toBuffer,
  toBytes,
  toJson,
  toMember,
  toPage,
  toWord,
} from './values.js'

type Row = Prisma.MailGetPayload<{ omit: { raw: true } }>

export const mailsTable = (client: Client): Tables['mails'] => ({
  accept: async (mail) => {
    const [accepted] = await acceptMails(client, [mail])
    if (accepted === undefined) throw new Error(`mail ${mail.id} was not stored, and nothing said why`)
    return accepted
  },

  insertOutbound: async ({ requestId, orders, ...mail }) => {
    const data = { ...toOutboundRow(mail), requestId, orders }
    await client.mail.create({ data, select: { id: true } })
  },

  get: async (id) => {
    const row = isId(id) ? await client.mail.findUnique({ where: { id }, omit: { raw: true } }) : null
    return row === null ? null : toMail(row)
  },

  raw: async (id) => {
    const row = isId(id) ? await client.mail.findUnique({ where: { id }, select: { raw: true } }) : null
    return row === null || row.raw === null ? null : toBuffer(row.raw)
  },

  claim: async (id, { owner, now, leaseMs }) => {
    if (!isId(id)) return null
    const until = new Date(now.getTime() + leaseMs)
    const [row] = await client.$queryRaw<Row[]>`
      UPDATE mails SET lease_owner = ${owner}, lease_until = ${until.toISOString()}::timestamptz, fence = fence + 1
      WHERE id = ${id}::uuid AND ${isDue(now)}
      RETURNING ${COLUMNS}`
    return row === undefined ? null : { mail: toMail(row), lease: { owner, fence: row.fence } }
  },

  holds: async (id, lease) => {
    if (!isId(id)) return false
    const rows = await client.$queryRaw<unknown[]>`SELECT id FROM mails WHERE ${isHeld(id, lease)} FOR UPDATE`
    return rows.length === 1
  },

  extend: async (id, lease, until) => {
    if (!isId(id)) return false
    const held = await client.$executeRaw`
      UPDATE mails SET lease_until = ${until.toISOString()}::timestamptz WHERE ${isHeld(id, lease)}`
    return held === 1
  },

  release: async (id, lease, dueAt, reason) => {
    if (!isId(id)) return
    await client.$executeRaw`
      UPDATE mails SET lease_owner = NULL, lease_until = NULL, due_at = ${dueAt.toISOString()}::timestamptz,
        reason = coalesce(${reason ?? null}::text, reason)
      WHERE ${isHeld(id, lease)}`
  },

  finish: async (id, { stage, reason, verdict, replies, orders, evidence }) => {
    const outcome = { stage: toMember(stage), reason, ...toVerdictRow(verdict), replies: toJson(replies), orders }
    const found = evidence === undefined ? {} : { evidence: toJson(evidence) }
    await client.mail.update({ where: { id }, data: { ...outcome, ...found, ...IDLE }, select: { id: true } })
    if (NO_EFFECT.includes(stage)) await promoteDuplicate(client, id)
  },

  reopen: async (id, now) => {
    if (!isId(id)) return false
    const { count } = await client.mail.updateMany({
      where: { id, direction: 'in', stage: { notIn: ['received', 'settled'] } },
      // What its replies did stays known: it must not be done again.
      data: { ...IDLE, stage: 'received', reason: null, ...toVerdictRow(null), dueAt: now },
    })
    return count === 1
  },

  due: async (now, limit) => {
    const rows = await client.$queryRaw<{ id: string }[]>`
      SELECT id FROM mails WHERE ${isDue(now)} ORDER BY due_at LIMIT ${limit}`
    return rows.map(({ id }) => id)
  },

  archivable: (before, limit) => client.$queryRaw<ArchivableMail[]>`
    SELECT id, sha256, size, received_at AS "receivedAt" FROM mails
    WHERE received_at <= ${before.toISOString()}::timestamptz AND ${IS_ARCHIVABLE}
      AND NOT EXISTS (SELECT FROM alarms WHERE alarms.about = 'mail-damaged ' || mails.id)
    ORDER BY received_at LIMIT ${limit}`,

  letGo: async (ids, at) => {
    if (ids.length === 0) return []
    const rows = await client.$queryRaw<{ id: string }[]>`
      UPDATE mails SET raw = NULL, archived_at = ${at.toISOString()}::timestamptz
      WHERE id = ANY (${[...ids]}::uuid[]) AND ${IS_ARCHIVABLE} RETURNING id`
    return rows.map(({ id }) => id)
  },

  list: async ({ direction, verdict, stage, order }, { limit, cursor }) => {
    const before = fromCursor('mails', 'id', cursor)
    if (order !== undefined && !isId(order)) throw invalid('/order', 'is not the id of an order')
    const rows = await client.mail.findMany({
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
    const data = [{ connectionId, fingerprint, sha256, signedAt, mailId }]
    const { count } = await client.verifiedContent.createMany({ data, skipDuplicates: true })
    if (count === 1) return true
    const known = await client.verifiedContent.findFirst({ where: { connectionId, fingerprint, sha256, signedAt } })
    return known?.mailId === mailId
  },
})

const IDLE = { leaseOwner: null, leaseUntil: null, dueAt: null }

const isDue = (now: Date) => {
  const at = Prisma.sql`${now.toISOString()}::timestamptz`
  return Prisma.sql`(
    stage = 'received' AND direction = 'in' AND due_at <= ${at} AND (lease_until IS NULL OR lease_until <= ${at})
  )`
}

/** The stages word for word as in the index (prisma/schema.prisma), or it is not used. */
const IS_ARCHIVABLE = Prisma.raw(
  `archived_at IS NULL AND stage = ANY (ARRAY[${ARCHIVABLE_STAGES.map((stage) => `'${stage}'::mail_stage`).join(', ')}])
   AND NOT EXISTS (SELECT FROM requests WHERE requests.id = mails.request_id AND requests.state NOT IN ('settled', 'closed'))
   AND NOT EXISTS (SELECT FROM orders WHERE orders.id = ANY (mails.orders) AND orders.status IN (${OPEN_ORDER_STATUSES.map((status) => `'${status}'`).join(', ')}))`,
)

/** As Prisma names the columns, so that plain SQL gives the same row. */
const COLUMNS = Prisma.raw(
  `id, direction::text, connection_id AS "connectionId", envelope, received_at AS "receivedAt", sha256, size,
   stage::text, reason, verdict_kind::text AS "verdictKind", verdict_reason AS "verdictReason",
   verdict_fingerprint AS "verdictFingerprint", verdict_signed_at AS "verdictSignedAt", replies, orders,
   request_id AS "requestId", evidence, archived_at AS "archivedAt", fence`,
)

const toOutboundRow = ({ id, connectionId, envelope, receivedAt, sha256, raw }: NewMail) => ({
  ...{ id, connectionId, receivedAt, sha256 },
  direction: 'out' as const,
  envelope: toJson(envelope),
  size: raw.length,
  raw: toBytes(raw),
  stage: 'settled' as const, // there is nothing to find out about our own words
})

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

const toVerdictRow = (verdict: Verdict | null) => ({
  verdictKind: verdict?.kind ?? null,
  verdictReason: verdict?.reason ?? null,
  verdictFingerprint: verdict?.fingerprint ?? null,
  verdictSignedAt: verdict?.signedAt ?? null,
})
