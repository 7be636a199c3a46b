import sql, { empty } from 'sql-template-tag'
import type { RefusedForm } from '../core/refused-form.js'
import type { Tables } from '../ports.js'
import type { Client } from './client.js'
import { type Columns, incoming, namesOf, selected } from './records.js'
import { fromCursor, toPage } from './values.js'

const COLUMNS = {
  id: 'id',
  accountId: 'account_id',
  file: 'file',
  domain: 'domain',
  problems: 'problems',
  stamp: 'stamp',
  since: 'since',
  at: 'at',
} as const satisfies Columns<keyof RefusedForm>

export const refusedFormsTable = (client: Client): Tables['refusedForms'] => ({
  save: async (form) => {
    const saved = await client.run`
      INSERT INTO refused_forms AS known (${namesOf(COLUMNS)})
      SELECT ${namesOf(COLUMNS)} FROM ${incoming(COLUMNS, 'refused_forms', [form])}
      ON CONFLICT (account_id, file) DO UPDATE SET
        domain = excluded.domain, problems = excluded.problems, stamp = excluded.stamp, at = excluded.at
      WHERE (known.stamp, known.problems::text) IS DISTINCT FROM (excluded.stamp, excluded.problems::text)`
    return saved === 1
  },

  remove: async ({ accountId, file }) =>
    (await client.run`DELETE FROM refused_forms WHERE account_id = ${accountId} AND file = ${file}`) === 1,

  list: async ({ accountId }, { limit, cursor }) => {
    const after = fromCursor('forms', 'id', cursor)
    const rows = await client.rows<RefusedForm>`
      SELECT ${selected(COLUMNS, 'refused_forms')} FROM refused_forms WHERE true
        ${accountId === undefined ? empty : sql`AND account_id = ${accountId}`}
        ${after === null ? empty : sql`AND id > ${after}::uuid`}
      ORDER BY id LIMIT ${limit + 1}`
    return toPage(rows, { limit, list: 'forms', key: ({ id }) => id, item: (form) => form })
  },

  names: () => client.rows<Pick<RefusedForm, 'accountId' | 'file'>>`
    SELECT account_id AS "accountId", file FROM refused_forms ORDER BY id`,

  count: async () => {
    const [row] = await client.rows<{ count: number }>`SELECT count(*)::int AS count FROM refused_forms`
    return row?.count ?? 0
  },
})
