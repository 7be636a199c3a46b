import type { Settings } from '../config.js'

/** What `serve --role` takes. */
export const ROLES = ['all', 'smtp', 'http', 'worker'] as const
export type Role = (typeof ROLES)[number]

/** What a process of the gateway can do, each in any number of processes. */
export const DUTIES = ['smtp', 'http', 'worker'] as const satisfies readonly Role[]
export type Duty = (typeof DUTIES)[number]

export const dutiesOf = (roles: readonly Role[]): ReadonlySet<Duty> =>
  new Set(DUTIES.filter((duty) => roles.includes('all') || roles.includes(duty)))

/** Why a process with these duties alone cannot do its part here, and what to do; null where it can. */
export const refusalOf = (
  duties: ReadonlySet<Duty>,
  { databaseUrl, redisUrl }: Pick<Settings, 'databaseUrl' | 'redisUrl'>,
): string | null => {
  if (duties.size === DUTIES.length) return null
  if (databaseUrl === null)
    return 'the embedded database belongs to one process, which has to do everything: leave --role out, or give several processes a PostgreSQL in DATABASE_URL and a Redis in REDIS_URL'
  if (redisUrl === null)
    return 'several processes need a Redis to hear of each other: give all of them the same in REDIS_URL, or leave --role out and let one process do everything'
  return null
}
