import type { NewAction } from '../core/action-log.js'
import type { Connection } from '../core/connection.js'
import { Refusal } from '../core/errors.js'
import { type Tables, UniqueViolation } from '../ports.js'
import type { Deps } from './deps.js'

/**
 * Gives a TLD to a connection, in one step where another has it: orders that are placed from then on go there. Those that
 * are open, and domains that are held, stay where they are. The same again changes nothing. Throws `Refusal`: invalid for
 * a connection that is not there, conflict where others were faster.
 *
 * @param connection its id or its title
 */
export const assignTld = async (
  deps: Deps,
  { tld, connection, actor }: { tld: string; connection: string; actor: string },
): Promise<Connection> => {
  const work = deps.store.transaction(async (tables) => {
    const target = await findNamed(tables, connection)
    if (target.tlds.includes(tld)) return target
    const owner = (await tables.connections.list()).find(({ tlds }) => tlds.includes(tld)) ?? null
    const at = deps.clock.now()
    const [from, to] = await lockBoth(tables, owner, target)
    if (from !== null) await tables.connections.update({ ...from, tlds: from.tlds.filter((one) => one !== tld) }, at)
    const changed = { ...to, tlds: [...new Set([...to.tlds, tld])] }
    await tables.connections.update(changed, at)
    await tables.actions.append([{ at, actor, ...assigned(tld, from, to) }])
    return changed
  })
  return work.catch((error: unknown) => {
    throw error instanceof UniqueViolation ? overtaken(tld) : error
  })
}

const findNamed = async (tables: Tables, wanted: string): Promise<Connection> => {
  const connections = await tables.connections.list()
  const named = connections.find(({ id, title }) => id === wanted || title === wanted)
  if (named !== undefined) return named
  throw new Refusal('invalid', `there is no connection "${wanted}"`, {
    problems: [{ pointer: '/connection', detail: `is none of: ${connections.map(({ title }) => title).join(', ')}` }],
  })
}

/** In one order for all, so that two moves do not wait for each other; what was read before may have changed. */
const lockBoth = async (
  tables: Tables,
  owner: Connection | null,
  target: Connection,
): Promise<[Connection | null, Connection]> => {
  const locked = new Map<string, Connection | null>()
  for (const id of [...(owner === null ? [] : [owner.id]), target.id].sort())
    locked.set(id, await tables.connections.lockForChange(id))
  const to = locked.get(target.id)
  const from = owner === null ? null : locked.get(owner.id)
  if (to == null || from === undefined || (owner !== null && from === null))
    throw new Refusal('conflict', 'a connection was removed just now; list the connections and try again')
  return [from, to]
}

const assigned = (tld: string, from: Connection | null, to: Connection): Omit<NewAction, 'at' | 'actor'> => ({
  ...{ level: 'info', event: 'tld.assigned', data: { tld, connection: to.id, before: from?.id ?? null } },
  text:
    from === null
      ? `new orders under .${tld} go to the connection "${to.title}"`
      : `new orders under .${tld} go to the connection "${to.title}" and no longer to "${from.title}"; open orders and domains stay`,
})

const overtaken = (tld: string): Refusal =>
  new Refusal('conflict', `the TLD ${tld} was given to another connection just now; look and try again`)
