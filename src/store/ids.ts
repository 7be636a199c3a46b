import sql, { join, type Sql } from 'sql-template-tag'
import type { Client } from './client.js'

/** The ids, as text, that a statement gives in its one column `id`, in its order; what is asked at the same moment is one statement. */
export const idsOf = (client: Client, statement: Sql): Promise<string[]> => client.together(idsOfAll, statement)

const idsOfAll = async (client: Client, statements: readonly Sql[]): Promise<string[][]> => {
  const parts = statements.map(
    (statement, index) =>
      sql`SELECT ${index}::int AS asked, row_number() OVER ()::int AS place, id::text FROM (${statement}) AS part`,
  )
  const rows = await client.rows<{ asked: number; place: number; id: string }>`${join(parts, ' UNION ALL ')}`
  const inOrder = rows.toSorted((one, other) => one.place - other.place)
  return statements.map((_, index) => inOrder.filter(({ asked }) => asked === index).map(({ id }) => id))
}
