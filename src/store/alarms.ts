import type { Tables } from '../ports.js'
import type { Client } from './values.js'

export const alarmsTable = (client: Client): Tables['alarms'] => ({
  list: () => client.alarm.findMany({ orderBy: [{ at: 'asc' }, { about: 'asc' }] }),

  raise: async ({ about, level, text, at }) => {
    const raised = await client.$executeRaw`
      INSERT INTO alarms AS known (about, level, text, at)
      VALUES (${about}, ${level}::action_level, ${text}, ${at.toISOString()}::timestamptz)
      ON CONFLICT (about) DO UPDATE SET level = excluded.level, text = excluded.text, at = excluded.at
      WHERE known.level <> excluded.level`
    return raised === 1
  },

  clear: async (about) => (await client.alarm.deleteMany({ where: { about } })).count === 1,
})

export const upkeepTable = (client: Client): Tables['upkeep'] => ({
  isDue: async (task, now) => (await client.upkeepTask.count({ where: { task, dueAt: { lte: now } } })) === 1,

  claim: async (task, { now, next }) => {
    const where = { task, dueAt: { lte: now } }
    return (await client.upkeepTask.updateMany({ where, data: { dueAt: next } })).count === 1
  },

  setDue: async (task, dueAt) => {
    await client.upkeepTask.updateMany({ where: { task }, data: { dueAt } })
  },
})
