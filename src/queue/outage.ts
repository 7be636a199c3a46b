import type { Log } from '../ports.js'

/** What is known of Redis, told once when it goes and once when it is back. */
export type Outage = {
  away(): boolean
  lost(reason: string): void
  back(): void
}

export const createOutage = (log: Log): Outage => {
  let away = false
  return {
    away: () => away,
    lost: (reason) => {
      if (away) return
      away = true
      log.warn({ reason }, `Redis is away (${reason}): nobody is rung, and work goes on at the pace of the sweep`)
    },
    back: () => {
      if (!away) return
      away = false
      log.info({}, 'Redis is back: work is rung for again')
    },
  }
}
