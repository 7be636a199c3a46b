import { Cron } from 'croner'

/** Times of day, `HH:MM` by the wall clock of an IANA time zone; without any, nothing ever comes due. */
export type Timetable = { times: readonly string[]; timezone: string }

/**
 * The first time of a timetable after an instant. Where clocks are put forward over it, that day's is the first instant
 * after the gap; where they are put back and it comes twice, the first of the two. Null where there is none.
 */
export const nextTime = ({ times, timezone }: Timetable, after: Date): Date | null =>
  times
    .flatMap((time) => nextOf(time, timezone, after) ?? [])
    .reduce<Date | null>((first, at) => (first === null || at < first ? at : first), null)

/** Each time is a pattern of its own: of a list of hours croner would run one that comes twice both times. */
const nextOf = (time: string, timezone: string, after: Date): Date | null => {
  const [hour = '', minute = ''] = time.split(':')
  return new Cron(`${Number(minute)} ${Number(hour)} * * *`, { timezone }).nextRun(after)
}

/** A timetable in words: what it is known by where its next time is kept. Null where there is no time. */
export const planOf = ({ times, timezone }: Timetable): string | null =>
  times.length === 0 ? null : `${times.join(' ')} ${timezone}`

/** When something is next done, and the plan that this time was reckoned by. */
export type Appointment = { dueAt: Date; plan: string | null }

/** Further ahead than a time of any timetable can be: the clock was set back since. */
const TOO_FAR_MS = 2 * 86_400_000

/**
 * Whether an appointment is `due`, `misplaced` (its next time is to be reckoned anew: the plan is another, or the clock was
 * set back by days), or still to come. What was due under another plan is due.
 */
export const standingOf = (
  { dueAt, plan }: Appointment,
  timetable: Timetable,
  now: Date,
): 'due' | 'misplaced' | 'waits' => {
  const current = planOf(timetable)
  if (current === null) return plan === null ? 'waits' : 'misplaced'
  if (plan !== null && dueAt <= now) return 'due'
  return plan !== current || dueAt.getTime() - now.getTime() > TOO_FAR_MS ? 'misplaced' : 'waits'
}
