import type { ActionLevel } from './action-log.js'

/** So many days before a key ends it is told; then once more when it has ended. Most urgent first. */
export const KEY_ALARM_DAYS = [1, 7, 30, 60] as const
export type KeyAlarm = 'expired' | `${(typeof KEY_ALARM_DAYS)[number]}`

/** Most urgent first. */
export const KEY_ALARMS: readonly KeyAlarm[] = ['expired', ...KEY_ALARM_DAYS.map((days) => `${days}` as const)]

const DAY_MS = 86_400_000

/** Days until then, a day that has begun counted as a whole one: 1 in the last 24 hours, 0 from the end on. */
export const daysUntil = (end: Date, now: Date): number =>
  Math.max(0, Math.ceil((end.getTime() - now.getTime()) / DAY_MS))

/** The most urgent alarm that stands for a key with that end; null while it is more than 60 days off, or never comes. */
export const keyAlarmAt = (end: Date | null, now: Date): KeyAlarm | null => {
  if (end === null) return null
  const days = daysUntil(end, now)
  if (days === 0) return 'expired'
  const reached = KEY_ALARM_DAYS.find((threshold) => days <= threshold)
  return reached === undefined ? null : `${reached}`
}

/** An end at which another key takes over is only to be known; without one, time runs out. */
export const keyAlarmLevel = (alarm: KeyAlarm, hasSuccessor: boolean): ActionLevel => {
  if (hasSuccessor) return 'info'
  return alarm === '60' || alarm === '30' ? 'warning' : 'error'
}

/** Of a key's own end: `expires in 30 days, at 2026-01-31T00:00:00.000Z`, `expired at ...`. */
export const expiryWords = (end: Date, now: Date): string => {
  const at = end.toISOString()
  const days = daysUntil(end, now)
  if (days === 0) return `expired at ${at}`
  return days === 1 ? `expires within a day, at ${at}` : `expires in ${days} days, at ${at}`
}
