import type { NewNotice, Notice, NoticeKind } from './notice.js'

/** How many alarms are mailed one by one in an hour of the clock (UTC); more of that hour become one mail that counts them. */
export const MOST_ALARMS = 20

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** By then whoever decided in that hour that an alarm is only counted has written so, or has lost its lease. */
const GRACE_MS = 5 * MINUTE

/** The kinds of mails that are alarms. */
export const ALARM_KINDS: readonly NoticeKind[] = ['alarm', 'key-expiring']

/** Whether a notice may be counted in place of being mailed. */
export const isCountable = ({ kind, to, once }: Pick<Notice, 'kind' | 'to' | 'once'>): boolean =>
  ALARM_KINDS.includes(kind) && to.kind === 'admin' && floodOf({ once }) === null

export const hourOf = (now: Date): Date => new Date(Math.floor(now.getTime() / HOUR) * HOUR)

/** What a notice says that is counted: by these words its mail finds how many there are. */
export const countedIn = (hour: Date): string =>
  `not mailed by itself: it is one of many alarms of the hour from ${hour.toISOString()}, which one mail counts`

/** The mail that counts them: one an hour, due when no more can come. */
export const floodNotice = (hour: Date): NewNotice => ({
  ...{
    kind: 'alarm',
    at: new Date(hour.getTime() + HOUR + GRACE_MS),
    to: { kind: 'admin' },
    domain: null,
    orderId: null,
  },
  values: { event: EVENT, level: 'warning', domain: null, order: null, text: [] },
  once: `${PREFIX}${hour.toISOString()}`,
})

/** The hour that such a mail is about; null for every other. */
export const floodOf = ({ once }: Pick<Notice, 'once'>): Date | null =>
  once?.startsWith(PREFIX) === true ? new Date(once.slice(PREFIX.length)) : null

/** The same mail with what it says, once that is known. */
export const withCount = (notice: Notice, hour: Date, count: number): Notice => ({
  ...notice,
  values: {
    ...notice.values,
    text: [
      `${count} more ${count === 1 ? 'alarm' : 'alarms'} of the hour from ${hour.toISOString()} ${count === 1 ? 'was' : 'were'} not mailed by ${count === 1 ? 'itself' : 'themselves'}.`,
      'They are in the action log, and sealpost notice list --kind alarm and --kind key-expiring have each of them.',
    ],
  },
})

const EVENT = 'alarms.counted'
const PREFIX = 'alarms:'
