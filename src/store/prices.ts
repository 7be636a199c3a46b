import sql, { empty } from 'sql-template-tag'
import { ACTIONS } from '../core/action.js'
import type { TldPrice } from '../core/price.js'
import type { Tables } from '../ports.js'
import type { Client } from './client.js'
import { fromCursor, toPage, toWord } from './values.js'

type Row = Omit<TldPrice, 'action'> & { action: string }

export const pricesTable = (client: Client): Tables['prices'] => ({
  list: (tlds) => client.together(listPrices, tlds),

  page: async ({ tld }, { limit, cursor }) => {
    const [afterTld = '', afterAction = ''] = fromCursor('prices', 'price', cursor)?.split('/') ?? []
    const rows = await client.rows<Row>`
      SELECT tld, action, amount, currency FROM tld_prices
      WHERE (tld COLLATE "C", action COLLATE "C") > (${afterTld}, ${afterAction})
        ${tld === undefined ? empty : sql`AND tld = ${tld}`}
      ORDER BY tld COLLATE "C", action COLLATE "C" LIMIT ${limit + 1}`
    return toPage(rows, { limit, list: 'prices', key: (row) => `${row.tld}/${row.action}`, item: toPrice })
  },

  lock: async (tld, action) => {
    await client.rows`SELECT pg_advisory_xact_lock(hashtextextended(${`price ${tld} ${action}`}, 0))`
    const rows = await client.rows<Row>`
      SELECT tld, action, amount, currency FROM tld_prices WHERE tld = ${tld} AND action = ${action}`
    return rows.map(toPrice)[0] ?? null
  },

  save: async ({ tld, action, amount, currency }) => {
    await client.run`
      INSERT INTO tld_prices (tld, action, amount, currency) VALUES (${tld}, ${action}, ${amount}, ${currency})
      ON CONFLICT (tld, action) DO UPDATE SET amount = excluded.amount, currency = excluded.currency`
  },

  remove: async (tld, action) => {
    await client.run`DELETE FROM tld_prices WHERE tld = ${tld} AND action = ${action}`
  },
})

/** Of those that orders at this moment ask for, by one statement. */
const listPrices = async (client: Client, asked: readonly (readonly string[])[]): Promise<TldPrice[][]> => {
  const rows = await client.rows<Row>`
    SELECT tld, action, amount, currency FROM tld_prices WHERE tld = ANY (${[...new Set(asked.flat())]}::text[])
    ORDER BY tld, action`
  const prices = rows.map(toPrice)
  return asked.map((tlds) => prices.filter(({ tld }) => tlds.includes(tld)))
}

const toPrice = (row: Row): TldPrice => ({ ...row, action: toWord(ACTIONS, row.action) })
