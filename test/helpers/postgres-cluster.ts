import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { createInterface } from 'node:readline'
import { Client, type QueryResult } from 'pg'
import { temporaryFolder } from './database.js'
import { postgresServer } from './needs.js'
import { freePort } from './redis.js'

export type Cluster = {
  /** Of a database whose owner is nobody special, as the gateway should have it. */
  url: string
  /** Also goes on where it was frozen; nothing where it runs. */
  start(): Promise<void>
  /** `immediate`: as if the machine had lost its power, but for what the kernel holds. `fast`: clients are thrown out. */
  stop(mode: 'immediate' | 'fast'): Promise<void>
  /** The server and all that it serves stand still: connections come about and nothing answers. */
  freeze(): void
  thaw(): void
  /** As the superuser, for whom the server keeps connections free. */
  query(sql: string, values?: unknown[]): Promise<QueryResult>
  /** A session of the superuser's that lasts; the test ends it. */
  session(): Promise<Client>
  /** From the next start on it is a standby, until `SELECT pg_promote()`. */
  demote(): void
  remove(): Promise<void>
}

const DATABASE = 'gateway'
const SETTINGS = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=60', 'lc_messages=C']

/** A PostgreSQL server that a test may stop, freeze and start. */
export const newCluster = async (): Promise<Cluster> => {
  const folder = temporaryFolder()
  const user = runAs()
  const as = user ?? {}
  if (user !== null) chownSync(folder, user.uid, user.gid)
  const bin = postgresServer() ?? ''
  const port = await freePort()
  const init = ['-D', folder, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
  execFileSync(path.join(bin, 'initdb'), init, { ...as, cwd: folder, stdio: 'ignore' })
  const url = (role: string, database: string): string => `postgresql://${role}@127.0.0.1:${port}/${database}`
  let server: ChildProcess | null = null
  let frozen: number[] = []

  const thaw = (): void => {
    for (const pid of frozen.splice(0).reverse()) signal(pid, 'SIGCONT')
  }
  const start = async (): Promise<void> => {
    thaw()
    if (server !== null) return
    const args = ['-D', folder, '-p', String(port), ...SETTINGS.flatMap((setting) => ['-c', setting])]
    const child = spawn(path.join(bin, 'postgres'), args, { ...as, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
    server = child
    const said: string[] = []
    for await (const line of createInterface({ input: child.stderr })) {
      said.push(line)
      if (!line.includes('ready to accept')) continue
      child.stderr.resume()
      return
    }
    throw new Error(`postgres did not start on port ${port}: ${said.join('\n')}`)
  }
  const stop: Cluster['stop'] = async (mode) => {
    const child = server
    server = null
    thaw()
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT')
    await gone
  }
  const session = async (database = DATABASE): Promise<Client> => {
    const client = new Client({ connectionString: url('postgres', database) })
    client.on('error', () => {}) // the test ends the server under it
    await client.connect()
    return client
  }
  const run = async (sql: string, values?: unknown[], database?: string): Promise<QueryResult> => {
    const client = await session(database)
    return client.query(sql, values).finally(() => client.end())
  }
  await start()
  await run('CREATE ROLE gateway LOGIN', [], 'postgres')
  await run(`CREATE DATABASE ${DATABASE} OWNER gateway`, [], 'postgres')
  return {
    url: url('gateway', DATABASE),
    ...{ start, stop, thaw },
    freeze: () => {
      const parent = server?.pid
      if (parent === undefined) throw new Error('there is no server to freeze')
      signal(parent, 'SIGSTOP') // first, so that it makes no more children
      frozen = [parent]
      for (const pid of childrenOf(parent)) {
        signal(pid, 'SIGSTOP')
        frozen.push(pid)
      }
    },
    query: (sql, values) => run(sql, values),
    session: () => session(),
    demote: () => writeFileSync(path.join(folder, 'standby.signal'), '', { mode: 0o644 }),
    remove: async () => {
      await stop('immediate')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** PostgreSQL does not run as root. */
const runAs = (): { uid: number; gid: number } | null => {
  if (process.getuid?.() !== 0) return null
  const idOf = (flag: string): number => Number(spawnSync('id', [flag, 'postgres']).stdout)
  return { uid: idOf('-u'), gid: idOf('-g') }
}

const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name)
  } catch {
    // it has ended meanwhile
  }
}

/** Each child of the server has a session of its own, so no signal reaches all of them. */
const childrenOf = (parent: number): number[] =>
  readdirSync('/proc').flatMap((name) => {
    const file = `/proc/${name}/status`
    if (!/^\d+$/.test(name) || !existsSync(file)) return []
    try {
      return readFileSync(file, 'utf8').includes(`\nPPid:\t${parent}\n`) ? [Number(name)] : []
    } catch {
      return []
    }
  })
