import { ALARM_KINDS } from '../../src/core/alarm-flood.js'
import type { Notice } from '../../src/core/notice.js'
import type { Tables } from '../../src/ports.js'
import { existing, isHeld, isReached, leases, NEVER_HELD, type Rows } from './memory-rows.js'

/** The notices of the memory store. */
export const notices = (rows: () => Rows): Partial<Tables['notices']> => ({
  ...leases(
    () => rows().notices,
    ({ notice, until }, now) =>
      notice.state === 'waiting' && isReached(notice.dueAt, now) && (until === null || isReached(until, now)),
    ({ notice }, lease) => ({ notice, lease }),
  ),
  insert: async (added) => {
    for (const one of added) {
      if (one.once !== null && [...rows().notices.values()].some(({ notice }) => notice.once === one.once)) continue
      const id = `00000000-0000-7000-9000-${String(rows().notices.size + 1).padStart(12, '0')}`
      const notice: Notice = {
        ...{ ...one, id, state: 'waiting', attempts: 0, since: one.at, dueAt: one.at, answer: null, sentAt: null },
      }
      rows().notices.set(id, { ...NEVER_HELD, dueAt: one.at, notice })
    }
  },
  get: async (id) => rows().notices.get(id)?.notice ?? null,
  list: async ({ state, kind }, { limit }) => {
    const all = [...rows().notices.values()].map(({ notice }) => notice)
    const items = all.filter((one) => (state ?? one.state) === one.state && (kind ?? one.kind) === one.kind)
    return { items: items.reverse().slice(0, limit), next: null }
  },
  alarmsSent: async (since, most) =>
    Math.min(most, alarms(rows()).filter(({ sentAt }) => sentAt !== null && sentAt >= since).length),
  alarmsRecorded: async (answer) =>
    alarms(rows()).filter((one) => one.state === 'recorded' && one.answer === answer).length,
  unsent: async () => {
    const of = (state: Notice['state']) =>
      [...rows().notices.values()].filter(({ notice }) => notice.state === state).length
    return { waiting: of('waiting'), failed: of('failed') }
  },
  settle: async (id, lease, after) => {
    const row = existing(rows().notices, id)
    if (!isHeld(row, lease)) return false
    rows().notices.set(id, { ...row, owner: null, until: null, notice: { ...row.notice, ...after } })
    return true
  },
})

const alarms = ({ notices }: Rows): Notice[] =>
  [...notices.values()].map(({ notice }) => notice).filter(({ kind }) => ALARM_KINDS.includes(kind))
