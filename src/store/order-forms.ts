import type { OrderForm } from '../core/order-form.js'
import type { Tables } from '../ports.js'
import type { Client } from './client.js'
import { isId } from './values.js'

export const orderFormsTable = (client: Client): Tables['orderForms'] => ({
  get: async (orderId) => {
    if (!isId(orderId)) return null
    const [row] = await client.rows<OrderForm>`
      SELECT order_id AS "orderId", file, sha256, size, octets, taken_at AS "takenAt", erased_at AS "erasedAt"
      FROM order_forms WHERE order_id = ${orderId}::uuid`
    return row ?? null
  },

  insert: async ({ orderId, file, sha256, octets, takenAt }) => {
    await client.run`
      INSERT INTO order_forms (order_id, file, sha256, size, octets, taken_at) VALUES (
        ${orderId}::uuid, ${file}, ${sha256}, ${octets.length}::int, ${octets}::bytea, ${takenAt.toISOString()}::timestamptz)`
  },
})
