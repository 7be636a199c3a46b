import type { Deps } from './deps.js'

const BATCH = 1_000
const KEEP_MS = 30 * 24 * 3_600_000
const REST_MS = 60 * 60_000

/**
 * Forgets deliveries that were made a month ago, with their calls, and all of webhooks that were removed; events stay. And
 * mails to people of that age that were sent, or that nobody was to have.
 */
export const dropDeliveries = async ({ store, clock, log }: Deps): Promise<void> => {
  const now = clock.now()
  const next = new Date(now.getTime() + REST_MS)
  if (!(await store.upkeep.claim('drop-deliveries', { now, next }))) return
  const before = new Date(now.getTime() - KEEP_MS)
  const dropped = await store.deliveries.drop(before, BATCH)
  const notices = await store.notices.drop(before, BATCH)
  if (dropped === BATCH || notices === BATCH) await store.upkeep.setDue('drop-deliveries', now)
  if (dropped > 0) log.info({ deliveries: dropped }, 'old deliveries to webhooks were dropped')
  if (notices > 0) log.info({ notices }, 'old mails to people were dropped')
}
