import type { Alarm, Tables, Upkeep, UpkeepTask } from '../ports.js'
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
  claim: async (task, { now, next }) => {
    const claimed = await client.run`
      UPDATE upkeep_tasks SET due_at = ${next.toISOString()}::timestamptz
      WHERE task = ${task} AND due_at <= ${now.toISOString()}::timestamptz`
    return claimed === 1
  },

  setDue: async (task, dueAt) => {
    await client.run`UPDATE upkeep_tasks SET due_at = ${dueAt.toISOString()}::timestamptz WHERE task = ${task}`
  },

  list: async () => {
    const rows = await client.rows<Upkeep>`
      SELECT task, due_at AS "dueAt", plan, done_at AS "doneAt" FROM upkeep_tasks ORDER BY task`
    return rows.filter(({ task }) => TASKS.includes(task))
  },

  move: async ({ task, dueAt, plan }, to) => {
    const moved = await client.run`
      UPDATE upkeep_tasks SET due_at = ${to.dueAt.toISOString()}::timestamptz, plan = ${to.plan},
        done_at = ${to.doneAt?.toISOString() ?? null}::timestamptz
      WHERE task = ${task} AND due_at = ${dueAt.toISOString()}::timestamptz AND plan IS NOT DISTINCT FROM ${plan}::text`
    return moved === 1
  },
})

/** Rows of a version that came after this one are none of our business. */
const TASKS: readonly UpkeepTask[] = [
  'archive-mails',
  'send-digest',
  'send-heartbeat',
  'drop-deliveries',
  'verify-log',
  'send-self-test',
  'check-self-test',
  'erase-data',
]
