import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../core/errors.js'
import type { TicketView } from '../core/ticket.js'
import type { DemoStory } from '../profiles/demo.js'
import type { Call } from './play-story.js'

const LOOK_MS = 100
/** A person takes a while: long enough to see that the order waits. */
const WORK_MS = 400

/**
 * The person of the demo: takes each ticket of an order, as anybody would by the API, and closes it as done, or as failed where the
 * story says that it cannot be done.
 */
export const hireClerk = (call: Call, { refuses = {} }: DemoStory): { close(): Promise<void> } => {
  const leaves = new AbortController()
  const work = async (): Promise<void> => {
    while (!leaves.signal.aborted) {
      const { items } = (await call('GET', '/v1/tickets?state=open&kind=order')) as { items: TicketView[] }
      for (const ticket of items.toReversed()) {
        await sleep(WORK_MS, undefined, leaves)
        const reason = refuses[ticket.domain ?? '']
        const said =
          reason === undefined
            ? { outcome: 'done', note: 'the registrar confirmed it' }
            : { outcome: 'failed', note: reason }
        await call('POST', `/v1/tickets/${ticket.id}/close`, said)
      }
      await sleep(LOOK_MS, undefined, leaves)
    }
  }
  const day = work().catch((error: unknown) => {
    if (!leaves.signal.aborted) process.stderr.write(`the person of the demo cannot go on: ${messageOf(error)}\n`)
  })
  return {
    close: async () => {
      leaves.abort()
      await day
    },
  }
}
