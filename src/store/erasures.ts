import sql, { type Sql } from 'sql-template-tag'
import { ERASED, type ErasureTarget } from '../core/erasure.js'
import { OPEN_ORDER_STATUSES } from '../core/order.js'
import type { ErasurePage, Tables } from '../ports.js'
import type { Client } from './client.js'
import { domainsLeftSince, LEFT, namedDomains } from './erasure-domains.js'
import { idsOf } from './ids.js'
import { COLUMNS, type Row, toMail } from './mail-rows.js'
import { incoming, ORDER_COLUMNS, renewed } from './records.js'
import { isId } from './values.js'

export const erasuresTable = (client: Client): Tables['erasures'] => ({
  find: (target, page) => idsOf(client, ofPage(named(target), page)),

  overSince: (before, page) => idsOf(client, ofPage(overSince(before), page)),

  findDomains: (target, page) => namedDomains(client, target, page),

  domainsLeftSince: (before, page) => domainsLeftSince(client, before, page),

  dropNotices: (domain, addresses) => client.run`
    DELETE FROM notices WHERE domain = ${domain} AND state <> 'waiting' AND ${hasOneOf(addresses)}`,

  lockMails: async (orderId) => {
    if (!isId(orderId)) return []
    const rows = await client.rows<Row & { shared: boolean }>`
      SELECT ${COLUMNS}, EXISTS (
        SELECT FROM orders WHERE orders.id = ANY (mails.orders) AND orders.id <> ${orderId}::uuid AND orders.erased_at IS NULL
      ) AS shared
      FROM mails WHERE ${hasOctetsAbout(orderId)} ORDER BY id FOR UPDATE OF mails`
    return rows.map(({ shared, ...row }) => ({ ...toMail(row), shared }))
  },

  countMails: async (orderId) => {
    const [row] = await client.rows<{ count: number }>`
      SELECT count(*)::int AS count FROM mails WHERE ${hasOctetsAbout(orderId)}`
    return row?.count ?? 0
  },

  openTicket: async (orderId) => {
    const [row] = await client.rows<{ number: number }>`
      SELECT number FROM tickets WHERE order_id = ${orderId}::uuid AND state = 'open' ORDER BY number LIMIT 1`
    return row?.number ?? null
  },

  saveOrder: async (order) => {
    await client.run`
      UPDATE orders SET ${renewed(ORDER_COLUMNS)}, body_hash = ${ERASED}
      FROM ${incoming(ORDER_COLUMNS, 'orders', [order])} WHERE orders.id = new.id`
  },

  // `archived_at` is set where it was not: its file may be written at this moment, and is looked for.
  saveMail: async ({ id, envelope, replies }, at) => {
    const now = sql`${at.toISOString()}::timestamptz`
    await client.run`
      UPDATE mails SET raw = NULL, erased_at = ${now}, archived_at = coalesce(archived_at, ${now}),
        envelope = ${JSON.stringify(envelope)}::json, replies = ${JSON.stringify(replies)}::json
      WHERE id = ${id}::uuid`
  },

  scrub: (orderId, addresses, at) => scrub(client, orderId, { addresses, at }),

  filesLeft: (limit) => client.rows<{ id: string; sha256: string }>`
    SELECT id, sha256 FROM mails WHERE erased_at IS NOT NULL AND archived_at IS NOT NULL AND NOT EXISTS (
      SELECT FROM mails AS others
      WHERE others.sha256 = mails.sha256 AND others.erased_at IS NULL AND others.archived_at IS NOT NULL
    ) ORDER BY id LIMIT ${limit}`,

  filesGone: async (ids) => {
    await client.run`UPDATE mails SET archived_at = NULL WHERE id = ANY (${[...ids]}::uuid[]) AND erased_at IS NOT NULL`
  },
})

const ofPage = (where: Sql, { after, limit }: ErasurePage): Sql => sql`
  SELECT id FROM orders WHERE ${where}
    AND (${after}::uuid IS NULL OR id > ${after}::uuid) ORDER BY id LIMIT ${limit}`

const named = (target: ErasureTarget): Sql => {
  if ('order' in target) return isId(target.order) ? sql`id = ${target.order}::uuid AND ${HAS_DATA}` : sql`false`
  if ('domain' in target) return sql`domain = ${target.domain} AND ${HAS_DATA}`
  if ('account' in target) return sql`account_id = ${target.account} AND ${HAS_DATA}`
  const wanted = sql`lower(${target.contact})`
  return sql`erased_at IS NULL AND (
    lower(terms #>> '{account,email}') = ${wanted} OR lower(terms ->> 'notify') = ${wanted} OR EXISTS (
      SELECT FROM json_each(terms -> 'contacts') AS role, json_array_elements(role.value) AS contact
      WHERE lower(contact ->> 'email') = ${wanted} OR lower(contact ->> 'handle') = ${wanted}
    ))`
}

/** Also one that was erased, where mails about it came in afterwards. */
const HAS_DATA = sql`(erased_at IS NULL OR EXISTS (
  SELECT FROM mails WHERE mails.erased_at IS NULL AND (
    mails.orders @> ARRAY[orders.id]
    OR mails.request_id IN (SELECT requests.id FROM requests WHERE requests.order_id = orders.id))
))`

/** Those that a person has to end first are left out, so that they hold up nobody. */
const overSince = (before: Date): Sql => {
  const time = sql`${before.toISOString()}::timestamptz`
  return sql`
    erased_at IS NULL AND updated_at <= ${time} AND status <> ALL (${OPEN_ORDER_STATUSES}::order_status[])
    AND NOT EXISTS (SELECT FROM tickets WHERE tickets.order_id = orders.id AND tickets.state = 'open')
    AND NOT EXISTS (
      SELECT FROM domains WHERE domains.name = orders.domain
        AND (domains.state <> ALL (ARRAY[${LEFT}]) OR domains.since > ${time})
    )`
}

const hasOctetsAbout = (orderId: string): Sql => sql`sha256 IN (
  SELECT sha256 FROM mails
  WHERE orders @> ARRAY[${orderId}::uuid] OR request_id IN (SELECT id FROM requests WHERE order_id = ${orderId}::uuid))`

/** A mail to people that goes to one of these, or speaks of it. */
const hasOneOf = (addresses: readonly string[]): Sql => sql`EXISTS (
  SELECT FROM unnest(${[...addresses]}::text[]) AS address
  WHERE address = lower(recipient) OR strpos(lower(values::text), address) > 0
)`

/**
 * Mails to people go as a whole: each is dropped in time anyway. Of those about no order, such as one that was not taken, those
 * with one of the addresses that wait for nothing.
 */
const scrub = async (
  client: Client,
  orderId: string,
  { addresses, at }: { addresses: readonly string[]; at: Date },
) => ({
  forms: await client.run`
    UPDATE order_forms SET octets = NULL, erased_at = ${at.toISOString()}::timestamptz
    WHERE order_id = ${orderId}::uuid AND octets IS NOT NULL`,
  notices: await client.run`
    DELETE FROM notices WHERE order_id = ${orderId} OR (order_id IS NULL AND state <> 'waiting' AND ${hasOneOf(addresses)})`,
  tickets: await client.run`
    UPDATE tickets SET body = ${ERASED}, note = CASE WHEN note IS NULL THEN NULL ELSE ${ERASED} END
    WHERE order_id = ${orderId}::uuid AND body <> ${ERASED}`,
  answers: await client.run`
    UPDATE idempotency_keys SET answer = '{}'::json, body_hash = ${ERASED}
    WHERE order_id = ${orderId}::uuid AND body_hash <> ${ERASED}`,
  // The calls before the events: these say which have to lose something.
  calls: await client.run`
    UPDATE webhook_attempts SET body = ${ERASED}, answer = ''
    FROM webhook_deliveries JOIN events ON events.id = webhook_deliveries.event_id
    WHERE webhook_deliveries.id = webhook_attempts.delivery_id AND events.order_id = ${orderId}
      AND webhook_attempts.body <> ${ERASED}`,
  events: await client.run`
    UPDATE events SET data = (data::jsonb - 'reason')::json
    WHERE order_id = ${orderId} AND data::jsonb -> 'reason' IS NOT NULL`,
})
