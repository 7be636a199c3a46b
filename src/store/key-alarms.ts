import { KEY_ALARMS } from '../core/key-alarm.js'
import type { KeyAlarm as Row } from '../generated/prisma/client.js'
import type { Tables } from '../ports.js'
import type { Client } from './client.js'
import { toWord } from './values.js'

export const keyAlarmsTable = (client: Client): Tables['keyAlarms'] => ({
  list: async (connectionId) => {
    const rows = await client.rows<Row>`
      SELECT connection_id AS "connectionId", file, alarm, about, at FROM key_alarms
      WHERE connection_id = ${connectionId} ORDER BY at, file`
    return rows.map((row) => ({ ...row, alarm: toWord(WORDS, row.alarm) }))
  },

  insert: async ({ connectionId, file, alarm, about, at }) => {
    const given = await client.run`
      INSERT INTO key_alarms (connection_id, file, alarm, about, at)
      VALUES (${connectionId}, ${file}, ${alarm}, ${about}, ${at.toISOString()}::timestamptz) ON CONFLICT DO NOTHING`
    return given === 1
  },

  remove: async ({ connectionId, file, alarm, about }) => {
    await client.run`DELETE FROM key_alarms
      WHERE connection_id = ${connectionId} AND file = ${file} AND alarm = ${alarm} AND about = ${about}`
  },
})

const WORDS = [...KEY_ALARMS, 'unusable'] as const
