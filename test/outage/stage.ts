import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, connect as connectTo, createServer, type Socket } from 'node:net'
import * as path from 'node:path'
import { type Simulator, type SimulatorLine, startSimulator } from '../../src/simulator/simulator.js'
import { eventually, type Place, type Serving } from '../e2e/program.js'
import { cleanUp, connect, place, serving } from '../e2e/stage.js'
import { type Cluster, newCluster } from '../helpers/postgres-cluster.js'
import { newRedis } from '../helpers/redis.js'

const KEYS = path.resolve(import.meta.dirname, '../fixtures/openpgp/keys')
const key = (name: string): string => readFileSync(path.join(KEYS, name), 'utf8')

export type Gate = {
  port: number
  /** From now on answers to whole messages are kept back; resolves when the first of them is. */
  hold(): Promise<void>
  /** Lets them through. */
  release(): void
}

export type Stage = {
  cluster: Cluster
  where: Place
  smtp: Serving
  http: Serving
  worker: Serving
  gate: Gate
  registry: Simulator
  /** What the registry did, in order. */
  lines: SimulatorLine[]
  end(): Promise<void>
}

/** Three processes of the gateway, a PostgreSQL and a Redis of their own, and a registry that asks again after a 451. */
export const openStage = async (): Promise<Stage> => {
  const undoing: (() => unknown)[] = []
  const end = async (): Promise<void> => {
    await cleanUp()
    for (const undo of undoing.splice(0).reverse()) await undo()
  }
  try {
    const [cluster, redis] = await Promise.all([newCluster(), newRedis()])
    undoing.push(cluster.remove, redis.remove)
    const where = await place({ DATABASE_URL: cluster.url, REDIS_URL: redis.url })
    const [smtp, http, worker] = await Promise.all(['smtp', 'http', 'worker'].map((role) => serving(where, role)))
    if (smtp === undefined || http === undefined || worker === undefined) throw new Error('three were started')
    const lines: SimulatorLine[] = []
    const registry = await startSimulator({
      ...{ protocol: 'denic', listen: { host: '127.0.0.1', port: 0 } },
      ...{ deliverTo: { host: '127.0.0.1', port: smtp.smtpPort } },
      ...{ key: key('rsa2048.sec.asc'), trust: key('ed25519.pub.asc') },
      retryPausesMs: Array.from({ length: 3_000 }, () => 100),
      log: (line) => void lines.push(line),
    })
    undoing.push(registry.close)
    const gate = await startGate(registry.port, undoing)
    await connect(where, gate.port)
    return { cluster, where, smtp, http, worker, gate, registry, lines, end }
  } catch (error) {
    await end()
    throw error
  }
}

/** Stands before the registry's mail server. */
const startGate = async (port: number, undoing: (() => unknown)[]): Promise<Gate> => {
  const sockets = new Set<Socket>()
  const kept: (() => void)[] = []
  let reached: (() => void) | null = null
  const server = createServer((near) => {
    const far = connectTo({ host: '127.0.0.1', port })
    for (const socket of [near, far])
      sockets.add(socket.on('error', () => {}).on('close', () => sockets.delete(socket)))
    let tail = ''
    near.on('data', (chunk) => {
      tail = `${tail}${chunk.toString('latin1')}`.slice(-5)
      far.write(chunk)
    })
    far.on('data', (chunk) => {
      const isAnswer = tail === '\r\n.\r\n'
      if (!isAnswer || reached === null) return void near.write(chunk)
      kept.push(() => near.write(chunk))
      reached()
    })
    near.on('close', () => far.destroy())
    far.on('close', () => near.end())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  undoing.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return {
    port: (server.address() as AddressInfo).port,
    hold: () =>
      new Promise((resolve) => {
        reached = resolve
      }),
    release: () => {
      reached = null
      for (const go of kept.splice(0)) go()
    },
  }
}

/** How many sessions of the gateway wait for a lock; with them it is in the middle of a transaction. */
const blocked = async (cluster: Cluster): Promise<number> => {
  const about = `SELECT 1 FROM pg_stat_activity WHERE usename = 'gateway' AND wait_event_type = 'Lock'`
  return (await cluster.query(about)).rowCount ?? 0
}

/**
 * Holds a lock until something of the gateway waits for it, calls `meanwhile`, and lets go of it: what waits has begun its
 * transaction and has not committed it.
 */
export const whileBlocked = async (
  cluster: Cluster,
  lock: string,
  { act, meanwhile }: { act?: () => void; meanwhile(): Promise<void> },
): Promise<void> => {
  const session = await cluster.session()
  try {
    await session.query(`BEGIN; ${lock}`)
    act?.()
    await eventually(
      () => blocked(cluster),
      (count) => count > 0,
    )
    await meanwhile()
  } finally {
    await session.end().catch(() => undefined)
  }
}

/** Ends the sessions of the gateway, in the middle of what they do; those alone that wait for a lock, or all. */
export const terminate = async (cluster: Cluster, which: 'blocked' | 'all'): Promise<void> => {
  const some = which === 'all' ? '' : `AND wait_event_type = 'Lock'`
  await cluster.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'gateway' ${some}`)
}
