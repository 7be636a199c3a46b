import { ASIDE_ACTIONS } from '../core/action.js'
import { Fault } from '../core/errors.js'
import type { Subject } from '../core/happening.js'
import type { FoundSubject, Tables } from '../ports.js'
import type { Client } from './client.js'
import { type ConnectionRow, toConnection } from './connections.js'
import { type DomainRow, holdDomain, toDomain } from './domains.js'
import { type OrderRow, toOrder } from './orders.js'
import {
  DOMAIN_COLUMNS,
  incoming,
  ORDER_COLUMNS,
  type Prefixed,
  part,
  REQUEST_COLUMNS,
  renewed,
  selected,
} from './records.js'
import { type RequestRow, toRequest } from './requests.js'
import { isId } from './values.js'

type Joined = Prefixed<'d_', DomainRow> &
  Prefixed<'o_', OrderRow> &
  Prefixed<'r_', RequestRow> &
  Prefixed<'c_', ConnectionRow> & { latestOrderId: string; latestRequestId: string }

export const subjectsTable = (client: Client): Tables['subjects'] => ({
  get: (requestId) => client.together(readSubjects, requestId),

  lock: async (requestId) => {
    const found = await client.together(readSubjects, requestId)
    const name = found?.subject.domain.name
    if (name === undefined || (await holdDomain(client, name)) === 'before') return found
    // Once more: this statement sees what the holder before us wrote, and the first one did not.
    return client.together(readSubjects, requestId)
  },

  save: (subject) => client.together(saveSubjects, subject),
})

const saveSubjects = async (client: Client, subjects: readonly Subject[]): Promise<undefined[]> => {
  const all = <Part extends keyof Subject>(part: Part) => subjects.map((subject) => subject[part])
  const [changed] = await client.rows<{ rows: number }>`
    WITH d AS (UPDATE domains SET ${renewed(DOMAIN_COLUMNS)} FROM ${incoming(DOMAIN_COLUMNS, 'domains', all('domain'))}
      WHERE domains.name = new.name RETURNING 1),
    o AS (UPDATE orders SET ${renewed(ORDER_COLUMNS)} FROM ${incoming(ORDER_COLUMNS, 'orders', all('order'))}
      WHERE orders.id = new.id RETURNING 1),
    r AS (UPDATE requests SET ${renewed(REQUEST_COLUMNS)} FROM ${incoming(REQUEST_COLUMNS, 'requests', all('request'))}
      WHERE requests.id = new.id RETURNING 1)
    SELECT ((SELECT count(*) FROM d) + (SELECT count(*) FROM o) + (SELECT count(*) FROM r))::int AS rows`
  if (changed?.rows !== 3 * subjects.length) throw lost(subjects.map(({ request }) => request.id).join(', '))
  return subjects.map(() => undefined)
}

const readSubjects = async (client: Client, requestIds: readonly string[]): Promise<(FoundSubject | null)[]> => {
  const rows = await client.rows<Joined>`
    SELECT ${selected(DOMAIN_COLUMNS, 'd', 'd_')}, ${selected(ORDER_COLUMNS, 'o', 'o_')},
      ${selected(REQUEST_COLUMNS, 'r', 'r_')}, c.config AS "c_config", c.created_at AS "c_createdAt",
      COALESCE((SELECT id FROM orders WHERE domain = r.domain AND action <> ALL (${ASIDE_ACTIONS}::text[])
        ORDER BY id DESC LIMIT 1), r.order_id) AS "latestOrderId",
      (SELECT id FROM requests WHERE order_id = r.order_id ORDER BY id DESC LIMIT 1) AS "latestRequestId"
    FROM requests r LEFT JOIN orders o ON o.id = r.order_id LEFT JOIN domains d ON d.name = r.domain
      LEFT JOIN connections c ON c.id = r.connection_id
    WHERE r.id = ANY (${requestIds.filter(isId)}::uuid[])`
  const found = new Map(rows.map((row) => [row.r_id, row]))
  return requestIds.map((id) => {
    const row = found.get(id.toLowerCase())
    return row === undefined || row.d_name === null ? null : toSubject(row)
  })
}

const toSubject = (row: Joined): FoundSubject => {
  if (row.o_id === null || row.c_config === null) throw lost(row.r_id)
  return {
    subject: {
      domain: toDomain(part<DomainRow>(row, DOMAIN_COLUMNS, 'd_')),
      order: toOrder(part<OrderRow>(row, ORDER_COLUMNS, 'o_')),
      request: toRequest(part<RequestRow>(row, REQUEST_COLUMNS, 'r_')),
    },
    connection: toConnection({ config: row.c_config, createdAt: row.c_createdAt }),
    latestOrderId: row.latestOrderId,
    latestRequestId: row.latestRequestId,
  }
}

const lost = (requestId: string) =>
  new Fault('store-corrupt', `request ${requestId} has lost its domain, order or connection`, { temporary: false })
