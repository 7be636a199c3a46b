import { durationText } from '../core/duration.js'
import { messageOf } from '../core/errors.js'
import type { Deps } from './deps.js'
import { eraseOrder } from './erase-personal-data.js'
import { removeErasedFiles } from './remove-erased-files.js'

/** Orders of one run, each a transaction of its own. */
const BATCH = 50
/** How soon it is tried again where a run died. */
const RETRY_MS = 10 * 60_000
const REST_MS = 60 * 60_000

/**
 * Erases the personal data of orders that have been over for as long as SEALPOST_ERASE_AFTER says, and whose domains nobody
 * has looked after for as long. It removes files of erased mails that were left behind, also where there is no such policy.
 */
export const eraseOldData = async (deps: Deps): Promise<void> => {
  const { store, clock, log, eraseAfter } = deps
  const now = clock.now()
  if (!(await store.upkeep.claim('erase-data', { now, next: new Date(now.getTime() + RETRY_MS) }))) return
  const all = eraseAfter === null ? true : await eraseBatch(deps, new Date(now.getTime() - eraseAfter))
  try {
    await removeErasedFiles(deps)
  } catch (error) {
    log.error({ error: messageOf(error) }, 'files of erased mails cannot be removed; it is tried again')
    return
  }
  if (eraseAfter !== null && !all) log.debug({ after: durationText(eraseAfter) }, 'more personal data is to be erased')
  await store.upkeep.setDue('erase-data', new Date(now.getTime() + (all ? REST_MS : 0)))
}

/** False where there may be more. Orders that keep their data for now are gone past, and looked at again by the next run. */
const eraseBatch = async (deps: Deps, before: Date): Promise<boolean> => {
  let erased = 0
  for (let after: string | null = null; ; ) {
    const ids: string[] = await deps.store.erasures.overSince(before, { after, limit: BATCH })
    for (const id of ids)
      if ((await eraseOrder(deps, { id, by: 'policy', dryRun: false, actor: 'system' })).kind === 'erased') erased += 1
    if (ids.length < BATCH) return true
    if (erased >= BATCH) return false
    after = ids.at(-1) ?? after
  }
}
