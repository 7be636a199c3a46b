import { messageOf } from '../core/errors.js'
import type { Deps } from '../flows/deps.js'
import { newShownRequests, showRequests } from '../flows/show-requests.js'
import { openRequestFolder } from '../forms/request-folder.js'

const EVERY_MS = 5_000

/** Keeps the files of requests for people in a folder as their tickets are; the result ends that. */
export const openRequestDoor = (deps: Deps, root: string): (() => Promise<void>) => {
  const [folder, shown] = [openRequestFolder(root), newShownRequests()]
  let [timer, stopped]: [NodeJS.Timeout | null, boolean] = [null, false]
  let running: Promise<void> = Promise.resolve()
  const start = (): void => {
    running = showRequests(deps, folder, shown)
      .catch((error: unknown) => {
        const text = `the files of requests in ${root} were not looked at: ${messageOf(error)}`
        deps.log.error({ err: error, folder: root }, text)
      })
      .then(() => {
        if (!stopped) timer = setTimeout(start, EVERY_MS)
      })
  }
  start()
  return async () => {
    stopped = true
    if (timer !== null) clearTimeout(timer)
    await running
  }
}
