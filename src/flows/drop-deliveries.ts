import type { Deps } from './deps.js'

const BATCH = 1_000
const KEEP_MS = 30 * 24 * 3_600_000
const REST_MS = 60 * 60_000

/** Forgets deliveries that were made a month ago, with their calls, and all of webhooks that were removed. Events stay. */
export const dropDeliveries = async ({ store, clock, log }: Deps): Promise<void> => {
  const now = clock.now()
  const next = new Date(now.getTime() + REST_MS)
  if (!(await store.upkeep.claim('drop-deliveries', { now, next }))) return
  const dropped = await store.deliveries.drop(new Date(now.getTime() - KEEP_MS), BATCH)
  if (dropped === BATCH) await store.upkeep.setDue('drop-deliveries', now)
  if (dropped > 0) log.info({ deliveries: dropped }, 'old deliveries to webhooks were dropped')
}
