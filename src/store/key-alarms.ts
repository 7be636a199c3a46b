import { KEY_ALARMS } from '../core/key-alarm.js'
import type { Tables } from '../ports.js'
import { type Client, toWord } from './values.js'

export const keyAlarmsTable = (client: Client): Tables['keyAlarms'] => ({
  list: async (connectionId) => {
    const orderBy = [{ at: 'asc' as const }, { file: 'asc' as const }]
    const rows = await client.keyAlarm.findMany({ where: { connectionId }, orderBy })
    return rows.map((row) => ({ ...row, alarm: toWord(WORDS, row.alarm) }))
  },

  insert: async (alarm) => (await client.keyAlarm.createMany({ data: [alarm], skipDuplicates: true })).count === 1,

  remove: async ({ connectionId, file, alarm, about }) => {
    await client.keyAlarm.deleteMany({ where: { connectionId, file, alarm, about } })
  },
})

const WORDS = [...KEY_ALARMS, 'unusable'] as const
