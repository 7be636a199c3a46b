import { chmodSync } from 'node:fs'
import { lstat, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { createConnection } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import { Fault } from '../core/errors.js'

export type HttpServer = {
  /** The port that was chosen; 0 on a local socket. */
  port: number
  /** Takes no more connections, waits for requests under way, and cuts what is left after `graceMs`. */
  stop(graceMs?: number): Promise<void>
}

const GRACE_MS = 8_000

/** What a client may take, in milliseconds but for the last. */
export type HttpLimits = {
  /** Until its header is there. */
  header: number
  /** Until all of its request is there. */
  request: number
  /** In which nothing comes or goes: a client that asks and does not read. */
  silence: number
  /** How often the first two are looked at. */
  check: number
  /** At once, in all. */
  connections: number
}

const LIMITS: HttpLimits = { header: 15_000, request: 60_000, silence: 120_000, check: 5_000, connections: 2_000 }

/**
 * Serves an app on a TCP port; port 0 takes a free one. Clients that are slow on purpose are cut off. Throws `Fault` when
 * the address cannot be had.
 */
export const startHttpServer = async (
  app: Hono,
  address: { host: string; port: number },
  change: Partial<HttpLimits> = {},
): Promise<HttpServer> => {
  const limits = { ...LIMITS, ...change }
  const options = {
    headersTimeout: limits.header,
    requestTimeout: limits.request,
    connectionsCheckingInterval: limits.check,
  }
  const server = createServer(options, getRequestListener(app.fetch)).setTimeout(limits.silence)
  server.maxConnections = limits.connections
  const where = `${address.host}:${address.port}`
  await listen(server, where, () => server.listen(address.port, address.host))
  const bound = server.address()
  return { port: typeof bound === 'object' && bound !== null ? bound.port : 0, stop: stopper(server) }
}

/** The shortest limit of the usual systems is 104 octets with the NUL at the end (unix(7)). */
const LONGEST_PATH = 100

/**
 * Serves an app on a local socket that only its owner can open. A socket that a dead process left is replaced; one that
 * is answered stays, and a `Fault` says so.
 */
export const startLocalServer = async (app: Hono, path: string): Promise<HttpServer> => {
  if (Buffer.byteLength(path) > LONGEST_PATH)
    throw new Fault(
      'socket-path',
      `the local socket ${path} has a path of more than ${LONGEST_PATH} octets, which systems do not take; choose a shorter SEALPOST_DATA`,
      { temporary: false },
    )
  await removeStaleSocket(path)
  const server = createServer(getRequestListener(app.fetch))
  await listen(server, path, () => {
    server.listen(path)
    // A pipe is bound within `listen`, so nobody else can have opened it before this.
    if (server.listening) chmodSync(path, 0o600)
  })
  return { port: 0, stop: stopper(server) }
}

const removeStaleSocket = async (path: string): Promise<void> => {
  const found = await lstat(path).catch(() => null)
  if (found === null) return
  if (!found.isSocket())
    throw taken(`${path} is no socket, so the local socket cannot be made there; move that file away`)
  if (await isAnswered(path))
    throw taken(`another gateway answers at ${path}; stop it first, or choose another SEALPOST_DATA`)
  await rm(path, { force: true })
}

const taken = (message: string, cause?: unknown): Fault =>
  new Fault('socket-taken', message, { temporary: false, cause })

const isAnswered = (path: string): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const socket = createConnection(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(false)
      else reject(taken(`${path} cannot be used as a socket: ${error.message}`, error))
    })
  })

const listen = (server: Server, where: string, start: () => void): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new Fault('listen', `cannot listen for HTTP on ${where}: ${error.message}`, { temporary: false, cause: error }),
      ),
    )
    server.once('listening', resolve)
    start()
  })

const stopper =
  (server: Server) =>
  (graceMs = GRACE_MS): Promise<void> =>
    new Promise((resolve) => {
      const cut = setTimeout(() => server.closeAllConnections(), graceMs)
      server.close(() => {
        clearTimeout(cut)
        resolve()
      })
      server.closeIdleConnections()
    })
