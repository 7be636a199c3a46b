import { durationText } from '../core/duration.js'
import { messageOf } from '../core/errors.js'
import type { ErasurePage } from '../ports.js'
import type { Deps } from './deps.js'
import { eraseDomain } from './erase-domain-data.js'
import { eraseOrder } from './erase-personal-data.js'
import { removeErasedFiles } from './remove-erased-files.js'

/** Orders, or domains, of one run, each a transaction of its own. */
const BATCH = 50
/** How soon it is tried again where a run died. */
const RETRY_MS = 10 * 60_000
const REST_MS = 60 * 60_000

/**
 * Erases the personal data of orders that have been over for as long as SEALPOST_ERASE_AFTER says, and whose domains nobody
 * has looked after for as long, and what such domains tell of people by themselves. It removes files of erased mails that were
 * left behind, also where there is no such policy.
 */
export const eraseOldData = async (deps: Deps): Promise<void> => {
  const { store, clock, log, eraseAfter } = deps
  const now = clock.now()
  if (!(await store.upkeep.claim('erase-data', { now, next: new Date(now.getTime() + RETRY_MS) }))) return
  const all = eraseAfter === null ? true : await eraseOver(deps, new Date(now.getTime() - eraseAfter))
  try {
    await removeErasedFiles(deps)
  } catch (error) {
    log.error({ error: messageOf(error) }, 'files of erased mails cannot be removed; it is tried again')
    return
  }
  if (eraseAfter !== null && !all) log.debug({ after: durationText(eraseAfter) }, 'more personal data is to be erased')
  await store.upkeep.setDue('erase-data', new Date(now.getTime() + (all ? REST_MS : 0)))
}

/** Orders first: most domains lose theirs with them. False where there may be more. */
const eraseOver = async (deps: Deps, before: Date): Promise<boolean> => {
  const input = { by: 'policy', dryRun: false, actor: 'system' } as const
  const orders = await eraseBatch(
    (page) => deps.store.erasures.overSince(before, page),
    async (id) => (await eraseOrder(deps, { id, ...input })).kind === 'erased',
  )
  const domains = await eraseBatch(
    (page) => deps.store.erasures.domainsLeftSince(before, page),
    async (name) => (await eraseDomain(deps, { name, ...input })) !== null,
  )
  return orders && domains
}

/** False where there may be more. What keeps its data for now is gone past, and looked at again by the next run. */
const eraseBatch = async (
  find: (page: ErasurePage) => Promise<string[]>,
  erase: (key: string) => Promise<boolean>,
): Promise<boolean> => {
  let erased = 0
  for (let after: string | null = null; ; ) {
    const keys: string[] = await find({ after, limit: BATCH })
    for (const key of keys) if (await erase(key)) erased += 1
    if (keys.length < BATCH) return true
    if (erased >= BATCH) return false
    after = keys.at(-1) ?? after
  }
}
