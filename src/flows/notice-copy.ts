import type { NewAction } from '../core/action-log.js'
import type { Tables } from '../ports.js'
import type { Deps } from './deps.js'

/**
 * Notices that this database is a copy of the one that was used last, such as a backup that was brought back. What it
 * takes for unsent may have left after the copy was made, so nothing of that is sent blindly: each such request is in
 * doubt, and the profile's `resend` decides when its turn comes. What was missed meanwhile is no silence of a registry,
 * so replies are waited for longer by that time. Call it before anything is served.
 */
export const noticeCopy = async (deps: Deps): Promise<void> => {
  const place = await deps.store.findPlace()
  const told = await deps.store.transaction(async (tables) => {
    if ((await tables.place.record(place)) === 'same') return null
    const action = await doubtWhatIsUnsent(tables, deps.clock.now())
    await tables.actions.append([action])
    return action
  })
  if (told !== null) deps.log.error(told.data ?? {}, told.text)
}

const doubtWhatIsUnsent = async (tables: Tables, at: Date): Promise<NewAction> => {
  const { items } = await tables.actions.list({}, { limit: 1, cursor: null })
  const end = items[0]?.at ?? at
  const until = end.toISOString()
  const words = `the database was brought back from a copy that ends at ${until}`
  const doubt = `${words}; the request may have left after that`
  const requests = await tables.requests.resume({ doubt, missedMs: Math.max(0, at.getTime() - end.getTime()) })
  return {
    ...{ at, level: 'error', actor: 'system', event: 'database.restored', data: { until, requests } },
    text: `${words}; ${requests} requests that it takes for unsent may have left since, and only where the registry takes the same request twice for one are they sent by themselves. Orders, payments and mails of after that time are not here: compare with the billing system before it places or pays anything again`,
  }
}
