import * as fs from 'node:fs'
import * as path from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { createPgConfig } from '@electric-sql/pglite/node-postgres'
import { NodeFS } from '@electric-sql/pglite/nodefs'
import type { PoolConfig } from 'pg'
import { flushTree } from './flush.js'

export type Embedded = {
  pglite: PGlite
  /** How often a file was flushed to disk since it was opened. */
  flushes(): number
}

/**
 * Opens the PostgreSQL data directory `folder` in this process, and makes it first where there is none. The caller holds
 * the directory's lock: PGlite takes none, and two of them on one directory lose each other's commits without an error
 * (electric-sql/pglite#1106). `flush` is what brings a file to the disk; `onBroken` is told when that fails, from within
 * PostgreSQL's call, so that nothing is acknowledged before it returns.
 */
export const openPglite = async (
  folder: string,
  flush: (fd: number) => void = fs.fsyncSync,
  onBroken: (error: Error) => void = () => {},
): Promise<Embedded> => {
  const fresh = !fs.existsSync(path.join(folder, 'PG_VERSION'))
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
  const files = new DurableFiles(folder, flush, onBroken)
  const pglite = await PGlite.create({ fs: files, startParams: START_PARAMS })
  if (fresh) flushTree(folder) // initdb leaves its files to the system's own pace
  return { pglite, flushes: () => files.flushes }
}

/** PGlite as node-postgres sees a server: one connection in this process, so a pool of exactly one. */
export const pgliteConfig = (pglite: PGlite): PoolConfig => {
  const config = createPgConfig(inWholeQueries(pglite))
  const { connection } = config
  // PGlite takes `types` for a list of type ids; Prisma's adapter passes an object of parsers there.
  const parse = connection.parse.bind(connection)
  connection.parse = (query: { types?: unknown }) =>
    parse({ ...query, types: Array.isArray(query.types) ? query.types : undefined })
  return { ...config, max: 1, idleTimeoutMillis: 0 }
}

/** Sync, Query, Terminate, Flush, CopyData, CopyDone, CopyFail (PostgreSQL protocol 3.0, message formats). */
const ENDS_A_QUERY = new Set([...'SQXHdcf'].map((type) => type.charCodeAt(0)))

/**
 * PGlite's connection for node-postgres (0.5.16) runs each protocol message on its own. After one that fails (a value
 * that the server cannot read) it then answers the rest of that query as if nothing had happened, and every later query
 * gets the answer of the one before. Handed over whole, a failed query is skipped to its end as on a server.
 */
const inWholeQueries = (pglite: PGlite): PGlite => {
  let parts: Uint8Array[] = []
  const execProtocolStream: PGlite['execProtocolStream'] = async (message, options) => {
    parts.push(message)
    if (!ENDS_A_QUERY.has(message[0] ?? 0)) return []
    const query = parts.length === 1 ? message : Buffer.concat(parts)
    parts = []
    return pglite.execProtocolStream(query, options)
  }
  return new Proxy(pglite, {
    get: (target, key) => (key === 'execProtocolStream' ? execProtocolStream : Reflect.get(target, key)),
  })
}

/**
 * PGlite as released (0.5.16) runs with fsync off, and its fsync does nothing on Node: a commit survives a killed process
 * but no power cut (electric-sql/pglite#1107). Without `-F`, and with `fsync` as the method (fdatasync does nothing within
 * WebAssembly), PostgreSQL asks for a flush of its log at each commit; `DurableFiles` answers it.
 */
const START_PARAMS = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  ...['-c', 'wal_sync_method=fsync', '-c', 'shared_buffers=16MB'],
]

/** EIO as WASI numbers it: PostgreSQL then gives up rather than say that a commit is durable. */
const EIO = 29

type FileSystemModule = { NODEFS: { stream_ops: { fsync?: (stream: { nfd: number }) => number } } }
type InitOptions = Parameters<NodeFS['init']>[1]

/** A class only because PGlite's file systems are. */
class DurableFiles extends NodeFS {
  flushes = 0
  readonly #flush: (fd: number) => void
  readonly #onBroken: (error: Error) => void

  constructor(folder: string, flush: (fd: number) => void, onBroken: (error: Error) => void) {
    super(folder)
    this.#flush = flush
    this.#onBroken = onBroken
  }

  override async init(pglite: PGlite, options: InitOptions) {
    const { emscriptenOpts } = await super.init(pglite, options)
    const addFsync = (module: Partial<FileSystemModule>) => {
      if (module.NODEFS === undefined) throw new Error('this PGlite has no NODEFS: its commits would not be durable')
      module.NODEFS.stream_ops.fsync = ({ nfd }) => this.#sync(nfd)
    }
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [addFsync, ...(emscriptenOpts.preRun ?? [])] } }
  }

  #sync(fd: number): number {
    try {
      this.#flush(fd)
    } catch (error) {
      this.#onBroken(error instanceof Error ? error : new Error(String(error)))
      return EIO
    }
    this.flushes++
    return 0
  }
}
