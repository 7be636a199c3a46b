import { Client } from 'pg'
import { call } from './place.js'
import { openStage, placeOrders } from './stage.js'

/** Milliseconds of each page that administrators and billing systems ask for, the median of many. */
export type PageTimes = { timeline: number; actionLog: number; openOrders: number }

const TIMES = 40

/** With so many entries in the action log, and a tenth of that in domains, orders and requests. */
export const pageTimes = async (entries: number): Promise<PageTimes> => {
  const stage = await openStage({ backend: 'postgresql' })
  try {
    await placeOrders(stage, { from: 0, count: 1, atOnce: 1 })
    await stage.sink.count(1)
    await fill(stage.place.databaseUrl ?? '', entries)
    const time = async (target: string): Promise<number> => {
      const took: number[] = []
      for (let turn = 0; turn < TIMES; turn++) {
        const begin = performance.now()
        await call(stage.http, 'GET', target)
        took.push(performance.now() - begin)
      }
      return took.sort((one, other) => one - other)[TIMES / 2] ?? 0
    }
    return {
      timeline: await time('/v1/domains/fill-7.de/timeline'),
      actionLog: await time('/v1/actions?limit=50'),
      openOrders: await time('/v1/orders?status=sent&limit=50'),
    }
  } finally {
    await stage.end()
  }
}

/** Copies of the one order that was really placed: its domain, its request and ten entries of the log each. */
const fill = async (url: string, entries: number): Promise<void> => {
  const client = new Client(url)
  await client.connect()
  const orders = entries / 10
  for (const sql of [
    `INSERT INTO domains (name, unicode_name, state, detail, connection_id, nameservers, dnssec, contacts, epp_status, since)
     SELECT 'fill-' || n || '.de', 'fill-' || n || '.de', state, detail, connection_id, nameservers, dnssec, contacts,
       epp_status, since FROM domains, generate_series(1, ${orders}) n WHERE name = 'bench-0.de'`,
    `INSERT INTO orders (id, account_id, billing_order_id, action, domain, status, connection_id, terms, body_hash, created_at, updated_at)
     SELECT gen_random_uuid(), account_id, 'FILL-' || n, action, 'fill-' || n || '.de',
       (CASE WHEN n % 2 = 0 THEN 'sent' ELSE 'done' END)::order_status, connection_id, terms, body_hash, created_at, updated_at
     FROM orders, generate_series(1, ${orders}) n WHERE billing_order_id = 'BENCH-0'`,
    `INSERT INTO requests (id, order_id, connection_id, domain, action, reference, message_id, bounce_token, state, attempts, created_at)
     SELECT gen_random_uuid(), id, connection_id, domain, action, 'fill-' || id, 'fill-' || id, 'fill-' || id, 'settled', 1, created_at
     FROM orders WHERE billing_order_id LIKE 'FILL-%'`,
    `INSERT INTO actions (id, at, level, actor, event, text, domain, data, hash)
     SELECT last_id + n, now(), 'info', 'system', 'order.placed', 'an entry that fills the log',
       'fill-' || (n % ${orders} + 1) || '.de', '{}', hash FROM log_head, generate_series(1, ${entries}) n`,
    `UPDATE log_head SET last_id = last_id + ${entries}`,
    'VACUUM ANALYZE',
  ])
    await client.query(sql)
  await client.end()
}
