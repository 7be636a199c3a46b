import type { Context } from 'hono'
import { ACTION_LEVELS } from '../../../core/action-log.js'
import type { ActionFilter } from '../../../ports.js'
import { asciiName } from '../../api/orders.js'
import { rangeOf } from '../frame/local-time.js'

/** What the address of the log says, as it was written; what it does not say is empty. */
export type LogQuery = Readonly<Record<'level' | 'domain' | 'order' | 'actor' | 'event' | 'q' | 'from' | 'to', string>>

const LONGEST = 255

export const logQueryOf = (c: Context): LogQuery => {
  const said = (name: keyof LogQuery) => (c.req.query(name) ?? '').trim().slice(0, LONGEST)
  return {
    ...{ level: said('level'), domain: said('domain'), order: said('order'), actor: said('actor') },
    ...{ event: said('event'), q: said('q'), from: said('from'), to: said('to') },
  }
}

/** Times are by the clock of that time zone. A level that is none counts as none. */
export const logFilterOf = (query: LogQuery, timezone: string): ActionFilter => {
  const { domain, order, actor, event, q } = query
  return {
    level: ACTION_LEVELS.find((level) => level === query.level),
    ...{ domain: domain === '' ? undefined : asciiName(domain), orderId: order || undefined },
    ...{ actor: actor || undefined, event: event || undefined, text: q || undefined },
    ...rangeOf(query, timezone),
  }
}
