import sql, { raw, type Sql } from 'sql-template-tag'
import type { ActionEntry } from '../core/action-log.js'
import type { Domain } from '../core/domain.js'
import type { Order } from '../core/order.js'
import type { Request } from '../core/request.js'

/** How a table's columns (prisma/schema.prisma) are called in our words, and statements over all of them. */
export type Columns<T extends string> = Readonly<Record<T, string>>

export const DOMAIN_COLUMNS = {
  name: 'name',
  unicodeName: 'unicode_name',
  state: 'state',
  detail: 'detail',
  connectionId: 'connection_id',
  accountId: 'account_id',
  owner: 'owner',
  mode: 'mode',
  nameservers: 'nameservers',
  dnssec: 'dnssec',
  undelegatedUntil: 'undelegated_until',
  contacts: 'contacts',
  eppStatus: 'epp_status',
  locked: 'locked',
  transferRequest: 'transfer_request',
  since: 'since',
  expiresAt: 'expires_at',
  delegation: 'delegation',
  watchedSince: 'watched_since',
  watchAt: 'watch_at',
  delegationFault: 'delegation_fault',
} as const satisfies Columns<keyof Domain>

export const ORDER_COLUMNS = {
  id: 'id',
  terms: 'terms',
  connectionId: 'connection_id',
  mode: 'mode',
  status: 'status',
  reason: 'reason',
  code: 'code',
  warnings: 'warnings',
  result: 'result',
  createdAt: 'created_at',
  orderedBy: 'ordered_by',
  approvedBy: 'approved_by',
  approvedAt: 'approved_at',
  dnsAskedAt: 'dns_asked_at',
  dnsPreparedAt: 'dns_prepared_at',
  paidAt: 'paid_at',
  paymentReference: 'payment_reference',
  chargedAt: 'charged_at',
  refundedAt: 'refunded_at',
  updatedAt: 'updated_at',
  erasedAt: 'erased_at',
} as const satisfies Columns<keyof Order>

/** What an order's row has beside the order: what is searched, and the digest of the body it came with. */
export const ORDER_ROW_COLUMNS = {
  ...ORDER_COLUMNS,
  accountId: 'account_id',
  billingOrderId: 'billing_order_id',
  action: 'action',
  domain: 'domain',
  bodyHash: 'body_hash',
} as const satisfies Columns<string>

export const REQUEST_COLUMNS = {
  id: 'id',
  orderId: 'order_id',
  connectionId: 'connection_id',
  domain: 'domain',
  action: 'action',
  reference: 'reference',
  channel: 'channel',
  messageId: 'message_id',
  bounceToken: 'bounce_token',
  state: 'state',
  attempts: 'attempts',
  dueAt: 'due_at',
  deadline: 'deadline',
  checkAt: 'check_at',
  overdueAt: 'overdue_at',
  mailId: 'mail_id',
  queuedAt: 'queued_at',
  signedAt: 'signed_at',
  signedAs: 'signed_as',
  sentAt: 'sent_at',
  repliedAt: 'replied_at',
  answer: 'answer',
  ticket: 'ticket',
  doubt: 'doubt',
  createdAt: 'created_at',
} as const satisfies Columns<keyof Request>

export const ACTION_COLUMNS = {
  id: 'id',
  at: 'at',
  level: 'level',
  actor: 'actor',
  event: 'event',
  text: 'text',
  domain: 'domain',
  orderId: 'order_id',
  requestId: 'request_id',
  mailId: 'mail_id',
  data: 'data',
  salt: 'salt',
  hash: 'hash',
} as const satisfies Columns<keyof ActionEntry>

export const EVENT_COLUMNS = {
  id: 'id',
  type: 'type',
  at: 'at',
  subject: 'subject',
  orderId: 'order_id',
  data: 'data',
  once: 'once',
} as const

export const NOTICE_COLUMNS = {
  id: 'id',
  kind: 'kind',
  at: 'at',
  recipient: 'recipient',
  domain: 'domain',
  orderId: 'order_id',
  values: 'values',
  once: 'once',
  state: 'state',
  attempts: 'attempts',
  since: 'since',
  dueAt: 'due_at',
  answer: 'answer',
  sentAt: 'sent_at',
} as const

/** The columns of a table under our names, each with a prefix that tells tables of a join apart. */
export const selected = (columns: Columns<string>, table: string, prefix = ''): Sql =>
  raw(
    Object.entries(columns)
      .map(([name, column]) => `${table}.${column} AS "${prefix}${name}"`)
      .join(', '),
  )

/** A row among others in the row of a join. */
export type Prefixed<Prefix extends string, Row> = { [Key in keyof Row & string as `${Prefix}${Key}`]: Row[Key] }

/** The row of these columns, which were selected with this prefix. */
export const part = <Row>(joined: object, columns: Columns<keyof Row & string>, prefix: string): Row => {
  const row: Record<string, unknown> = {}
  for (const name of Object.keys(columns)) row[name] = Reflect.get(joined, `${prefix}${name}`)
  return row as Row
}

/** A value with its columns for keys. json_populate_record reads each as its column's type. */
const toRecord = (columns: Columns<string>, value: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(columns).map(([name, column]) => [column, Reflect.get(value, name) ?? null]))

/** `a = new.a, ...`: the columns of a row of `incoming`. */
export const renewed = (columns: Columns<string>): Sql =>
  raw(
    Object.values(columns)
      .map((column) => `${column} = new.${column}`)
      .join(', '),
  )

/** Values as rows `new` of their table. json_populate_recordset reads each as its column's type. */
export const incoming = (columns: Columns<string>, table: string, values: readonly object[]): Sql =>
  sql`json_populate_recordset(NULL::${raw(table)}, ${JSON.stringify(values.map((value) => toRecord(columns, value)))}::json) AS new`

/** `SET a = excluded.a, ...`, of a row that is there already. */
export const replaced = (columns: Columns<string>): Sql =>
  raw(
    Object.values(columns)
      .map((column) => `${column} = excluded.${column}`)
      .join(', '),
  )

/** `INSERT INTO table (a, b) SELECT a, b FROM ...`, one row a value. */
export const inserted = (columns: Columns<string>, table: string, values: readonly object[]): Sql => {
  const names = namesOf(columns)
  return sql`INSERT INTO ${raw(table)} (${names}) SELECT ${names} FROM ${incoming(columns, table, values)}`
}

/** `a, b`: the columns alone. */
export const namesOf = (columns: Columns<string>): Sql => raw(Object.values(columns).join(', '))
