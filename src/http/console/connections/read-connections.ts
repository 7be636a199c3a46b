import { ACTIONS } from '../../../core/action.js'
import type { Connection } from '../../../core/connection.js'
import { Refusal } from '../../../core/errors.js'
import { endOfKey } from '../../../core/key-state.js'
import type { ReplyTimes } from '../../../core/pending.js'
import type { Deps } from '../../../flows/deps.js'
import { examineKeys } from '../../../flows/examine-keys.js'
import { type Attention, readAttention } from '../../../flows/read-attention.js'
import type { Store } from '../../../ports.js'

/** A connection with what a list says of it. */
export type ConnectionRow = {
  connection: Connection
  warnings: readonly Attention[]
  /** When the first of its keys that is in use ends; null for never, and where none can be read. */
  keyEnd: Date | null
  openOrders: number
  /** Of the action that is answered most often; null where nothing was answered yet. */
  usual: ReplyTimes | null
}

export const readConnectionRows = async (deps: Deps): Promise<ConnectionRow[]> => {
  const connections = await deps.store.connections.list()
  const attention = await readAttention(deps)
  return Promise.all(connections.map((connection) => rowOf(deps, connection, attention)))
}

const rowOf = async (deps: Deps, connection: Connection, attention: readonly Attention[]): Promise<ConnectionRow> => {
  const { id } = connection
  const states = connection.channel === 'mail' ? await examineKeys(deps, connection) : []
  const ends = states.flatMap((state) => endOfKey(state) ?? []).filter((end) => end > deps.clock.now())
  const times = await replyTimesOf(deps.store, id)
  return {
    connection,
    warnings: attention.filter((one) => one.connection === id && one.level !== 'info'),
    keyEnd: ends.sort((a, b) => a.getTime() - b.getTime())[0] ?? null,
    openOrders: (await deps.store.connections.inUse(id)).openOrders,
    usual: [...times].sort((a, b) => b.count - a.count)[0] ?? null,
  }
}

/** How long its registry takes to answer, by action. */
export const replyTimesOf = (store: Store, connectionId: string): Promise<ReplyTimes[]> =>
  store.pending.replyTimes(ACTIONS.map((action) => ({ connectionId, action })))

/** Throws `Refusal` not-found (404). */
export const findConnection = async (store: Store, id: string): Promise<Connection> => {
  const connection = await store.connections.get(id)
  if (connection === null) throw new Refusal('not-found', `there is no connection ${id}`)
  return connection
}
