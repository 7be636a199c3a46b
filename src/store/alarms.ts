import type { Alarm, Tables } from '../ports.js'
import type { Client } from './client.js'

export const alarmsTable = (client: Client): Tables['alarms'] => ({
  list: () => client.rows<Alarm>`SELECT about, level, text, at FROM alarms ORDER BY at, about`,

  raise: async ({ about, level, text, at }) => {
    const raised = await client.run`
      INSERT INTO alarms AS known (about, level, text, at)
      VALUES (${about}, ${level}::action_level, ${text}, ${at.toISOString()}::timestamptz)
      ON CONFLICT (about) DO UPDATE SET level = excluded.level, text = excluded.text, at = excluded.at
      WHERE known.level <> excluded.level`
    return raised === 1
  },

  clear: async (about) => (await client.run`DELETE FROM alarms WHERE about = ${about}`) === 1,
})

export const upkeepTable = (client: Client): Tables['upkeep'] => ({
  isDue: async (task, now) => {
    const rows = await client.rows`
      SELECT task FROM upkeep_tasks WHERE task = ${task} AND due_at <= ${now.toISOString()}::timestamptz`
    return rows.length === 1
  },

  claim: async (task, { now, next }) => {
    const claimed = await client.run`
      UPDATE upkeep_tasks SET due_at = ${next.toISOString()}::timestamptz
      WHERE task = ${task} AND due_at <= ${now.toISOString()}::timestamptz`
    return claimed === 1
  },

  setDue: async (task, dueAt) => {
    await client.run`UPDATE upkeep_tasks SET due_at = ${dueAt.toISOString()}::timestamptz WHERE task = ${task}`
  },
})
