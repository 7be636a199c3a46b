/** As `<input type="datetime-local">` sends it, with seconds where there are any. */
const LOCAL = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?$/

/**
 * The instant of a wall clock's time in a time zone; null for what is none. Of a time that the clock shows twice, or jumps
 * over, one that is an hour off at most.
 */
export const instantOf = (text: string, timezone: string): Date | null => {
  const [, ...found] = LOCAL.exec(text) ?? []
  const [year = Number.NaN, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.map((part = '0') =>
    Number(part),
  )
  const asUtc = Date.UTC(year, month - 1, day, hour, minute, second)
  if (Number.isNaN(asUtc) || month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return null
  if (new Date(asUtc).getUTCDate() !== day) return null
  const guess = asUtc - offsetAt(asUtc, timezone)
  return new Date(asUtc - offsetAt(guess, timezone))
}

/** How far the zone's clocks are ahead of UTC. Milliseconds. */
const offsetAt = (at: number, timeZone: string): number => {
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  })
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1_000) * 1_000
}

const MINUTE_MS = 60_000

/** From when to when a filter of a list reaches: both minutes belong to it. What is no time is left out. */
export const rangeOf = (
  { from, to }: { from: string; to: string },
  timezone: string,
): { since?: Date; until?: Date } => {
  const [since, last] = [instantOf(from, timezone), instantOf(to, timezone)]
  return {
    ...(since === null ? {} : { since }),
    ...(last === null ? {} : { until: new Date(last.getTime() + MINUTE_MS - 1) }),
  }
}
