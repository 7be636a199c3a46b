import sql, { raw, type Sql } from 'sql-template-tag'
import type { Lease } from '../ports.js'
import type { Client } from './client.js'
import { isId } from './values.js'

/**
 * Ends the leases of every owner but this one, so that what they had under way is found at once. A request that was being
 * handed over stays in that state: whoever claims it next has to know that its mail may have left.
 */
export const endLeasesOfOthers = async (client: Client, owner: string): Promise<void> => {
  const ours = prefixOf(owner)
  await client.run`UPDATE requests SET lease_owner = NULL, lease_until = NULL WHERE NOT starts_with(lease_owner, ${ours})`
  await client.run`UPDATE mails SET lease_owner = NULL, lease_until = NULL WHERE NOT starts_with(lease_owner, ${ours})`
  await client.run`UPDATE notices SET lease_owner = NULL, lease_until = NULL WHERE NOT starts_with(lease_owner, ${ours})`
  await client.run`
    UPDATE webhook_deliveries SET lease_owner = NULL, lease_until = NULL WHERE NOT starts_with(lease_owner, ${ours})`
}

const prefixOf = (owner: string): string => `${owner}#`

let claims = 0

/**
 * The owner as the rows of one statement have it. A crash of the database can take a claim back (`unhurried`), and its fence
 * is given a second time: where the owner is the same too, both would hold the row, and a request would leave twice.
 */
const claimant = (owner: string): string => {
  claims += 1
  return `${prefixOf(owner)}${claims}`
}

/** A row, and the lease that it may be under. */
export type Held = { id: string; lease: Lease }

/** The rows of these leases, as a table `held (id, owner, fence)`. */
export const heldRows = (held: readonly Held[]): Sql =>
  sql`unnest(${held.map(({ id }) => id)}::uuid[], ${held.map(({ lease }) => lease.owner)}::text[],
    ${held.map(({ lease }) => lease.fence)}::int[]) AS held (id, owner, fence)`

/** The lease is the row's own still: a claim after it has another fence, and a release leaves no owner. */
export const isHeld = (table: string): Sql =>
  raw(`${table}.id = held.id AND ${table}.lease_owner = held.owner AND ${table}.fence = held.fence`)

/** Which of these rows are among those that a statement gave back. */
export const among = (held: readonly Held[], rows: readonly { id: string }[]): boolean[] => {
  const ids = new Set(rows.map(({ id }) => id))
  return held.map(({ id }) => ids.has(id.toLowerCase()))
}

/** Who wants a row, from when, and for how long. */
export type Claim = { id: string; owner: string; now: Date; leaseMs: number }

type Leased<Row> = { row: Row; lease: Lease }

/**
 * Claims of one moment, owner and length (`claimsOfOne`) by one statement, each answered in its place; of several for one
 * row the first has it. Rows that somebody else is claiming are left to them, so that no two wait for each other.
 */
export const claimRows = async <Row extends { id: string; fence: number }>(
  client: Client,
  claims: readonly Claim[],
  {
    table,
    columns,
    isDue,
  }: { table: 'mails' | 'requests' | 'webhook_deliveries' | 'notices'; columns: Sql; isDue(now: Date): Sql },
): Promise<(Leased<Row> | null)[]> => {
  const [first] = claims
  if (first === undefined) return []
  const { now, leaseMs } = first
  const owner = claimant(first.owner)
  const ids = claims.map(({ id }) => id).filter(isId)
  const until = new Date(now.getTime() + leaseMs)
  const rows = await client.rows<Row>`
    UPDATE ${raw(table)} SET lease_owner = ${owner}, lease_until = ${until.toISOString()}::timestamptz, fence = fence + 1
    FROM ${unhurried(client)}
    WHERE unhurried.commit IS NOT NULL AND id IN (
      SELECT id FROM ${raw(table)} WHERE id = ANY (${ids}::uuid[]) AND ${isDue(now)} ORDER BY id FOR UPDATE SKIP LOCKED
    )
    RETURNING ${columns}, fence`
  const claimed = new Map(rows.map((row) => [row.id, { row, lease: { owner, fence: row.fence } }]))
  return claims.map(({ id }) => {
    const found = claimed.get(id.toLowerCase())
    claimed.delete(id.toLowerCase())
    return found ?? null
  })
}

/**
 * Joined to a statement that stands alone: its commit waits for no disk. A crash of the database may take the lease back:
 * whoever had it then holds nothing, and whatever was done under it brought it to the disk with its own commit.
 */
export const unhurried = (client: Client): Sql =>
  client.unit === null
    ? sql`(SELECT set_config('synchronous_commit', 'off', true) AS commit) AS unhurried`
    : sql`(SELECT 'as the transaction' AS commit) AS unhurried`

/** Of the claims that wait, those that one statement can make: the same owner and length as the first. */
export const claimsOfOne = (waiting: readonly Claim[]): number => {
  const [first] = waiting
  const other = waiting.findIndex(({ owner, leaseMs }) => owner !== first?.owner || leaseMs !== first.leaseMs)
  return Math.min(other === -1 ? waiting.length : other, MAX_CLAIMS)
}

const MAX_CLAIMS = 64
