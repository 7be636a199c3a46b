import type { Deps } from './deps.js'

const BATCH = 100

/**
 * Removes the files of mails whose octets were erased, after the transaction that says so: a file without its row's word
 * would be a file that got lost. What breaks off in between is done by the next call. How many files were looked for.
 */
export const removeErasedFiles = async ({ store, archive, log }: Pick<Deps, 'store' | 'archive' | 'log'>) => {
  let removed = 0
  for (let more = true; more; ) {
    const mails = await store.erasures.filesLeft(BATCH)
    for (const { sha256 } of mails) await archive.remove(sha256)
    await store.erasures.filesGone(mails.map(({ id }) => id))
    removed += mails.length
    more = mails.length === BATCH
  }
  if (removed > 0) log.info({ mails: removed }, 'no octets of erased mails are left in the archive')
  return removed
}
