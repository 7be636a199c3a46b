import { Fault } from '../core/errors.js'
import type { Tables } from '../ports.js'
import type { Client } from './client.js'
import { type ConnectionRow, toConnection } from './connections.js'
import { type DomainRow, toDomain } from './domains.js'
import { type OrderRow, toOrder } from './orders.js'
import { assigned, DOMAIN_COLUMNS, ORDER_COLUMNS, type Prefixed, part, REQUEST_COLUMNS, selected } from './records.js'
import { type RequestRow, toRequest } from './requests.js'
import { isId } from './values.js'

type Joined = Prefixed<'d_', DomainRow> &
  Prefixed<'o_', OrderRow> &
  Prefixed<'r_', RequestRow> &
  Prefixed<'c_', ConnectionRow> & { latestOrderId: string }

export const subjectsTable = (client: Client): Tables['subjects'] => ({
  lock: async (requestId) => {
    if (!isId(requestId)) return null
    // Two statements: the second one sees what the holder before us committed, and the first one does not.
    const held = await client.rows`
      SELECT 1 FROM domains d JOIN requests r ON r.domain = d.name WHERE r.id = ${requestId}::uuid FOR UPDATE OF d`
    if (held.length === 0) return null
    const [row] = await client.rows<Joined>`
      SELECT ${selected(DOMAIN_COLUMNS, 'd', 'd_')}, ${selected(ORDER_COLUMNS, 'o', 'o_')},
        ${selected(REQUEST_COLUMNS, 'r', 'r_')}, c.config AS "c_config", c.created_at AS "c_createdAt",
        (SELECT id FROM orders WHERE domain = r.domain ORDER BY id DESC LIMIT 1) AS "latestOrderId"
      FROM requests r JOIN orders o ON o.id = r.order_id JOIN domains d ON d.name = r.domain
        JOIN connections c ON c.id = r.connection_id AND c.removed_at IS NULL
      WHERE r.id = ${requestId}::uuid`
    if (row === undefined) throw lost(requestId)
    return {
      subject: {
        domain: toDomain(part<'d_', DomainRow>(row, 'd_')),
        order: toOrder(part<'o_', OrderRow>(row, 'o_')),
        request: toRequest(part<'r_', RequestRow>(row, 'r_')),
      },
      connection: toConnection(part<'c_', ConnectionRow>(row, 'c_')),
      latestOrderId: row.latestOrderId,
    }
  },

  save: async ({ domain, order, request }) => {
    const [changed] = await client.rows<{ rows: number }>`
      WITH d AS (UPDATE domains SET ${assigned(DOMAIN_COLUMNS, 'domains', domain)}
        WHERE name = ${domain.name} RETURNING 1),
      o AS (UPDATE orders SET ${assigned(ORDER_COLUMNS, 'orders', order)}
        WHERE id = ${order.id}::uuid RETURNING 1),
      r AS (UPDATE requests SET ${assigned(REQUEST_COLUMNS, 'requests', request)}
        WHERE id = ${request.id}::uuid RETURNING 1)
      SELECT ((SELECT count(*) FROM d) + (SELECT count(*) FROM o) + (SELECT count(*) FROM r))::int AS rows`
    if (changed?.rows !== 3) throw lost(request.id)
  },
})

const lost = (requestId: string) =>
  new Fault('store-corrupt', `request ${requestId} has lost its domain, order or connection`, { temporary: false })
