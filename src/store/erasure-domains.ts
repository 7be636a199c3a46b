import sql, { join, raw, type Sql } from 'sql-template-tag'
import { type ErasureTarget, LEFT_STATES } from '../core/erasure.js'
import type { DomainErasurePage } from '../ports.js'
import type { Client } from './client.js'

export const LEFT = join(LEFT_STATES.map((state) => raw(`'${state}'::domain_state`)))

/** Names of domains that have left, and that tell of people whom the target names. */
export const namedDomains = (client: Client, target: ErasureTarget, page: DomainErasurePage): Promise<string[]> =>
  namesOf(client, named(target), page)

/** Those that have left since that time. */
export const domainsLeftSince = (client: Client, before: Date, page: DomainErasurePage): Promise<string[]> =>
  namesOf(client, sql`since <= ${before.toISOString()}::timestamptz`, page)

const namesOf = async (client: Client, where: Sql, { after, limit }: DomainErasurePage): Promise<string[]> => {
  const rows = await client.rows<{ name: string }>`
    SELECT name FROM domains WHERE state = ANY (ARRAY[${LEFT}]) AND ${HAS_PEOPLE} AND (${where})
      AND (${after}::text IS NULL OR name > ${after}::text) ORDER BY name LIMIT ${limit}`
  return rows.map(({ name }) => name)
}

const HAS_PEOPLE = sql`(contacts::jsonb <> '{}'::jsonb OR owner #>> '{account,email}' IS NOT NULL)`

/** Of an account: what it was given, imported with, or had an order on, whatever became of that. An order names none by itself. */
const named = (target: ErasureTarget): Sql => {
  if ('order' in target) return sql`false`
  if ('domain' in target) return sql`name = ${target.domain}`
  if ('account' in target)
    return sql`owner #>> '{account,id}' = ${target.account} OR account_id = ${target.account} OR EXISTS (
      SELECT FROM orders WHERE orders.domain = domains.name AND orders.account_id = ${target.account})`
  const wanted = sql`lower(${target.contact})`
  return sql`lower(owner #>> '{account,email}') = ${wanted} OR EXISTS (
    SELECT FROM json_each(contacts) AS role, json_array_elements(role.value) AS contact
    WHERE lower(contact ->> 'email') = ${wanted} OR lower(contact ->> 'handle') = ${wanted}
  )`
}
