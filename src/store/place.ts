import { stat } from 'node:fs/promises'
import * as path from 'node:path'
import type { Pool } from 'pg'
import type { Tables } from '../ports.js'
import type { Client } from './client.js'

/** The file of a PostgreSQL data directory that is written once. */
const WRITTEN_ONCE = 'PG_VERSION'

/** Of the data directory `folder`: a copy has files of its own, which are made later. */
export const placeOfFolder = async (folder: string): Promise<string> => {
  const { ino, birthtimeMs } = await stat(path.join(folder, WRITTEN_ONCE))
  return `folder ${ino} ${birthtimeMs}`
}

/** Of a database on a server: another server has another identifier, and a dump that is read in makes new tables. */
export const placeOnServer = async (pool: Pool): Promise<string> => {
  const { rows } = await pool.query<{ server: bigint; log: number }>(
    `SELECT system_identifier AS server, 'log_head'::regclass::oid AS log FROM pg_control_system()`,
  )
  return `server ${rows[0]?.server} ${rows[0]?.log}`
}

export const placeTable = (client: Client): Tables['place'] => ({
  record: async (place) => {
    const [head] = await client.rows<{ place: string | null; lastId: bigint }>`
      SELECT place, last_id AS "lastId" FROM log_head WHERE id = 1 FOR UPDATE`
    if (head === undefined || head.place === place) return 'same'
    await client.run`UPDATE log_head SET place = ${place} WHERE id = 1`
    return head.place === null || head.lastId === 0n ? 'same' : 'moved'
  },
})
