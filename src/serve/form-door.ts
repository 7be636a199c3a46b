import { type FSWatcher, watch } from 'node:fs'
import * as path from 'node:path'
import { messageOf } from '../core/errors.js'
import type { Deps } from '../flows/deps.js'
import { type FormMemory, takeForms } from '../flows/take-forms.js'
import { openFormFolder, TRIGGER } from '../forms/form-folder.js'
import type { FormFolder, Log } from '../ports.js'

/** After a touch, and for a form that was changed just now. Milliseconds. */
const SOON_MS = 1_000
const SETTLED_MS = 2_500

/** Takes forms from a folder at least so often, and soon after a trigger file was touched; the result ends that. */
export const openFormDoor = (deps: Deps, forms: { folder: string; every: number }): (() => Promise<void>) => {
  const folder = openFormFolder(forms.folder)
  const memory: FormMemory = new Map()
  const watches = watchTriggers(forms.folder, deps.log)
  let [timer, stopped]: [NodeJS.Timeout | null, boolean] = [null, false]
  let running: Promise<void> | null = null
  let touched = false
  const wait = (ms: number): void => {
    if (timer !== null) clearTimeout(timer)
    timer = stopped ? null : setTimeout(start, ms)
  }
  const wake = (): void => {
    // Touches in a row must not put the pass off each time.
    if (touched) return
    touched = true
    if (running === null) wait(SOON_MS)
  }
  const run = async (): Promise<void> => {
    touched = false
    let waits = false
    try {
      await watches.cover(await accountsOf(folder, deps.clock.now()), wake)
      waits = await takeForms(deps, folder, memory)
    } catch (error) {
      deps.log.error({ err: error, folder: forms.folder }, `the order forms were not read: ${messageOf(error)}`)
    }
    running = null
    wait(touched ? SOON_MS : waits ? Math.min(SETTLED_MS, forms.every) : forms.every)
  }
  const start = (): void => {
    running = run()
  }
  start()
  return async () => {
    stopped = true
    if (timer !== null) clearTimeout(timer)
    watches.close()
    await running
  }
}

/** With their folders made, so that these can be watched. */
const accountsOf = async (folder: FormFolder, now: Date): Promise<string[]> => {
  const ids = (await folder.accounts()).map(({ id }) => id)
  for (const id of ids) await folder.list(id, now).catch(() => []) // what is wrong with it the pass itself says
  return ids
}

const watchTriggers = (root: string, log: Log) => {
  const watchers = new Map<string, FSWatcher>()
  return {
    /** A folder that cannot be watched is still looked at each time. */
    cover: async (accounts: readonly string[], wake: () => void): Promise<void> => {
      for (const account of accounts) {
        if (watchers.has(account)) continue
        try {
          const watcher = watch(path.join(root, account, 'etc'), { persistent: false }, (_, file) => {
            if (file === TRIGGER) wake()
          })
          const forget = (): void => {
            watcher.close()
            watchers.delete(account)
          }
          watchers.set(account, watcher.on('error', forget))
        } catch (error) {
          log.warn({ err: error, account }, `touches of ${TRIGGER} are not seen at once: ${messageOf(error)}`)
        }
      }
    },
    close: (): void => {
      for (const watcher of watchers.values()) watcher.close()
    },
  }
}
