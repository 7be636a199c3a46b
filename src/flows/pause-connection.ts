import type { NewAction } from '../core/action-log.js'
import type { Connection } from '../core/connection.js'
import { Refusal } from '../core/errors.js'
import type { Deps } from './deps.js'

/**
 * Stops a connection from sending, or lets it go on. Requests that come due meanwhile wait without a time, and all of them
 * are due when it is resumed, with five days of trying before them; replies are read as ever. What is being handed over
 * at that moment ends. To say the same again changes nothing. Throws `Refusal` not-found.
 */
export const setPaused = (
  deps: Deps,
  { id, paused, actor }: { id: string; paused: boolean; actor: string },
): Promise<Connection> =>
  deps.store.transaction(async (tables) => {
    const connection = await tables.connections.lockForChange(id)
    if (connection === null) throw new Refusal('not-found', `there is no connection ${id}`)
    if (connection.paused === paused) return connection
    const at = deps.clock.now()
    const changed = { ...connection, paused }
    await tables.connections.update(changed, at)
    const released = paused ? 0 : await tables.requests.unpark(id, at)
    await tables.actions.append([{ at, actor, ...entryOf(changed, released) }])
    return changed
  })

const entryOf = ({ id, title, paused }: Connection, released: number): Omit<NewAction, 'at' | 'actor'> =>
  paused
    ? {
        ...{ level: 'warning', event: 'connection.paused', data: { connection: id } },
        text: `the connection "${title}" was paused: nothing of it leaves until it is resumed; replies are still read`,
      }
    : {
        ...{ level: 'info', event: 'connection.resumed', data: { connection: id, released } },
        text: `the connection "${title}" was resumed; requests that waited and may go now: ${released}`,
      }
