import type { NewAction } from '../core/action-log.js'
import { type Connection, destinationOf } from '../core/connection.js'
import { Refusal } from '../core/errors.js'
import { trustWarnings } from '../core/weak-trust.js'
import { type Tables, type UniqueRule, UniqueViolation } from '../ports.js'
import { checkConnection } from './check-connection.js'
import type { Deps } from './deps.js'

/**
 * Adds a connection after checking all of it: the form of the file, what its profile needs, its keys and passphrase, and
 * that nobody else has its title, its TLDs or its reply address. Throws `Refusal` with every problem at once.
 */
export const addConnection = async (deps: Deps, input: unknown, actor: string): Promise<Connection> => {
  const identity = { id: deps.newId(), paused: false, createdAt: deps.clock.now() }
  const connection = await checkConnection(deps, input, identity)
  await deps.store
    .transaction((tables) => insertConnection(tables, connection, actor))
    .catch((error: unknown) => Promise.reject(rivalOfNew(error)))
  return connection
}

/** What is said where another connection was faster; any other error as it came. */
export const rivalOfNew = (error: unknown): unknown =>
  error instanceof UniqueViolation
    ? new Refusal(
        'conflict',
        `another connection with the same ${TAKEN[error.rule] ?? 'title'} was added just now; list the connections`,
      )
    : error

const TAKEN: Partial<Record<UniqueRule, string>> = { tld: 'TLD', 'reply-address': 'reply address' }

/** Writes a connection that was checked, within the caller's transaction. */
export const insertConnection = async (tables: Tables, connection: Connection, actor: string): Promise<void> => {
  await tables.connections.insert(connection)
  await tables.actions.append([
    {
      ...{ at: connection.createdAt, level: 'info', actor, event: 'connection.added' },
      text: `the connection "${connection.title}" (${connection.profile}, ${connection.mode}) was added; requests go to ${destinationOf(connection)}`,
      data: { connection: connection.id, tlds: connection.tlds },
    },
    ...weakTrust(connection, connection.createdAt, actor),
  ])
}

/** What it believes beside good signatures, one entry each. */
export const weakTrust = (connection: Connection, at: Date, actor: string): NewAction[] => {
  if (connection.channel !== 'mail') return []
  const { weak, allowUnsigned } = connection.trust
  const data = { connection: connection.id, weak, ...(allowUnsigned ? { allowUnsigned } : {}) }
  return trustWarnings(connection).map((text) => ({
    ...{ at, level: 'warning', actor, event: 'connection.weak-trust', text, data },
  }))
}

/** Takes a connection out of service. Refused while orders are open on it or domains are held through it. */
export const removeConnection = async (deps: Deps, id: string, actor: string): Promise<void> => {
  await deps.store.transaction(async (tables) => {
    const connection = await tables.connections.lock(id)
    if (connection === null) throw new Refusal('not-found', `there is no connection ${id}`)
    const { openOrders, domains } = await tables.connections.inUse(id)
    if (openOrders > 0 || domains > 0)
      throw new Refusal(
        'conflict',
        `the connection "${connection.title}" has ${openOrders} open orders and holds ${domains} domains; it has to stay until they are gone`,
      )
    const now = deps.clock.now()
    await tables.connections.remove(id, now)
    await tables.actions.append([
      {
        ...{ at: now, level: 'warning', actor, event: 'connection.removed', data: { connection: id } },
        text: `the connection "${connection.title}" was removed; it answers to no TLD and no address any more`,
      },
    ])
  })
}
