import { raw } from 'sql-template-tag'
import { MAIL_STAGES, type Mail, type Verdict } from '../core/mail.js'
import type { Prisma } from '../generated/prisma/client.js'
import { fromJson, toWord } from './values.js'

/** A mail without its octets. */
export type Row = Prisma.MailGetPayload<{ omit: { raw: true } }>

/** All but its octets, as Prisma names the columns. */
export const COLUMNS = raw(
  `id, direction, connection_id AS "connectionId", envelope, received_at AS "receivedAt", sha256, size,
   stage, reason, verdict_kind AS "verdictKind", verdict_reason AS "verdictReason",
   verdict_fingerprint AS "verdictFingerprint", verdict_signed_at AS "verdictSignedAt", replies, orders,
   request_id AS "requestId", evidence, archived_at AS "archivedAt", erased_at AS "erasedAt"`,
)

export const toMail = (row: Row): Mail => ({
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
  erasedAt: row.erasedAt,
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
