import { nextTime } from './schedule.js'

/** More than a day by an hour and a minute: where clocks are put back a day is that long. */
const LONGEST_DAY_MS = 25 * 3_600_000 + 60_000

/** When the last `count` days of a time zone began, oldest first; the last of them is today. */
export const dayStarts = (timezone: string, now: Date, count: number): Date[] => {
  const starts: Date[] = []
  let at: Date | null = new Date(now.getTime() - count * LONGEST_DAY_MS)
  while (at !== null) {
    at = nextTime({ times: ['00:00'], timezone }, at)
    if (at === null || at > now) break
    starts.push(at)
  }
  return starts.slice(-count)
}
