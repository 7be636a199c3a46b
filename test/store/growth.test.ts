import { afterEach, expect, test, vi } from 'vitest'
import { openTestStore, type TestStore } from '../helpers/database.js'
import { placed } from './samples.js'

let store: TestStore | null = null
afterEach(async () => {
  vi.useRealTimers()
  await store?.close()
})

/** How the embedded database goes through with a statement that is prepared. */
const planOf = async ({ pool }: TestStore, words: string): Promise<string> => {
  const { rows } = await pool.query('SELECT name FROM pg_prepared_statements WHERE strpos(statement, $1) > 0', [words])
  expect(rows).toHaveLength(1)
  const plan = await pool.query(`EXPLAIN EXECUTE ${rows[0].name} ('{a}', '{b}')`)
  return plan.rows.map((row) => row['QUERY PLAN']).join('\n')
}

const MANY = `INSERT INTO orders SELECT (json_populate_record(NULL::orders, (to_jsonb(one) || jsonb_build_object(
    'id', gen_random_uuid(), 'domain', 'd-' || number || '.de', 'billing_order_id', 'b-' || number))::json)).*
  FROM (SELECT * FROM orders LIMIT 1) AS one, generate_series(1, 2000) AS number`

test('a statement that was prepared while the embedded database was small does not read every row later', async () => {
  vi.useFakeTimers({ toFake: ['setInterval'] })
  const opened = await openTestStore({ embedded: true })
  store = opened
  const { order } = await placed(opened)
  const find = () => opened.orders.findByBillingId(order.terms.account.id, order.terms.billingOrderId)
  // PostgreSQL keeps one plan for all values from the sixth time on.
  for (let time = 0; time < 8; time++) await find()
  await opened.pool.query(MANY)
  expect(await planOf(opened, 'asked (account, billing)')).toContain('Seq Scan on orders')
  vi.advanceTimersByTime(15_000)
  expect(await find()).not.toBeNull()
  expect(await planOf(opened, 'asked (account, billing)')).not.toContain('Seq Scan on orders')
})
