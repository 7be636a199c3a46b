import type { Socket } from 'node:net'
import type { ClientBase, Pool } from 'pg'

/**
 * Ends a connection whose server says nothing for so long while somebody waits for it. A server that hangs keeps its
 * connections open, so nothing else would. The whole connection is given up, never one query of it: what is sent on it
 * afterwards would be answered behind what hangs, and could be part of a transaction that nobody knows of.
 *
 * What it returns is for the end of the pool: a process does not wait for such a server to say goodbye.
 */
export const limitSilence = (pool: Pool, limitMs: number): (() => void) => {
  const open = new Set<Socket>()
  pool.on('acquire', (client) => {
    const socket = socketOf(client)
    if (!open.has(socket))
      socket.on('timeout', () => socket.destroy(silent(limitMs))).once('close', () => open.delete(socket))
    open.add(socket)
    socket.setTimeout(limitMs)
  })
  pool.on('release', (_, client) => void socketOf(client).setTimeout(0))
  return () => {
    for (const socket of open) socket.unref()
  }
}

/** For what may take long, such as a migration. */
export const waitWithoutLimit = (client: ClientBase): void => void socketOf(client).setTimeout?.(0)

/** As Node says it of a host that does not answer. */
const silent = (limitMs: number): Error =>
  Object.assign(new Error(`the database server said nothing for ${limitMs} ms`), {
    ...{ code: 'ETIMEDOUT', syscall: 'read', errno: -110 },
  })

/** node-postgres has no other way to it; with TLS it is the one that replaced the first. */
const socketOf = (client: ClientBase): Socket => Reflect.get(Reflect.get(client, 'connection'), 'stream')
