import sql, { raw, type Sql } from 'sql-template-tag'
import type { Lease } from '../ports.js'
import type { Client } from './client.js'

/**
 * Ends the leases of every owner but this one, so that what they had under way is found at once. A request that was being
 * handed over stays in that state: whoever claims it next has to know that its mail may have left.
 */
export const endLeasesOfOthers = async (client: Client, owner: string): Promise<void> => {
  const ours = prefixOf(owner)
  await client.run`UPDATE requests SET lease_owner = NULL, lease_until = NULL WHERE NOT starts_with(lease_owner, ${ours})`
  await client.run`UPDATE mails SET lease_owner = NULL, lease_until = NULL WHERE NOT starts_with(lease_owner, ${ours})`
}

const prefixOf = (owner: string): string => `${owner}#`

let claims = 0

/**
 * The owner as the rows of one statement have it. A crash of the database can take a claim back (`unhurried`), and its fence
 * is given a second time: where the owner is the same too, both would hold the row, and a request would leave twice.
 */
export const claimant = (owner: string): string => {
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

/** What was claimed, in the place of each claim; of several for one row the first has it. */
export const inPlace = <T>(claims: readonly Claim[], claimed: Map<string, T>): (T | null)[] =>
  claims.map(({ id }) => {
    const found = claimed.get(id.toLowerCase())
    claimed.delete(id.toLowerCase())
    return found ?? null
  })

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
