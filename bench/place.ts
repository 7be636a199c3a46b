import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'

/** The built program. */
export const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url))
export const TOKEN = 'a-token-for-the-bench'

/** Where the gateway keeps its rows: in a folder of its own, or on a server with Redis beside it. */
export type Backend = 'embedded' | 'postgresql'

/** A gateway's own folder and database, which `remove` takes away. */
export type Place = {
  backend: Backend
  folder: string
  keys: string
  env: NodeJS.ProcessEnv
  /** Of the database server; null where the database is embedded. */
  databaseUrl: string | null
  remove(): Promise<void>
}

const SERVER = process.env['BENCH_DATABASE_URL'] ?? 'postgresql://root@127.0.0.1:5432/test'
const REDIS = process.env['BENCH_REDIS_URL'] ?? 'redis://127.0.0.1:6379/9'

export const newPlace = async (backend: Backend): Promise<Place> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sealpost-bench-'))
  const keys = path.join(folder, 'keys')
  mkdirSync(keys)
  const database = backend === 'postgresql' ? await newDatabase() : null
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    SEALPOST_DATA: path.join(folder, 'data'),
    SEALPOST_KEYS: keys,
    SEALPOST_HTTP: '127.0.0.1:0',
    SEALPOST_SMTP: '127.0.0.1:0',
    SEALPOST_MX_HOSTNAME: 'mx.hoster.example',
    SEALPOST_TOKEN: TOKEN,
    LOG_LEVEL: 'info',
    ...(database === null ? {} : { DATABASE_URL: database.url, REDIS_URL: REDIS }),
  }
  const remove = async () => {
    rmSync(folder, { recursive: true, force: true })
    await database?.drop()
  }
  return { backend, folder, keys, env, databaseUrl: database?.url ?? null, remove }
}

const newDatabase = async () => {
  const name = `sealpost_bench_${randomBytes(6).toString('hex')}`
  await onServer(`CREATE DATABASE ${name}`)
  const url = new URL(SERVER)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) }
}

const onServer = async (sql: string): Promise<void> => {
  const client = new Client(SERVER)
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

/** Whether the database server of the bench answers. */
export const hasServer = (): Promise<boolean> =>
  onServer('SELECT 1').then(
    () => true,
    () => false,
  )

/** A process of the program that has said that it is ready. */
export type Serving = {
  child: ChildProcess
  http: string | null
  smtpPort: number | null
  /** Resident memory now, in MB (proc(5), VmRSS). */
  memory(): number
  stop(): Promise<void>
}

export const serve = async (
  place: Place,
  args: readonly string[] = [],
  more: NodeJS.ProcessEnv = {},
): Promise<Serving> => {
  const child = spawn(process.execPath, [MAIN, 'serve', ...args], {
    env: { ...place.env, ...more },
    cwd: place.folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const ready = await new Promise<{ http?: string; smtpPort?: number }>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('Sealpost is ready')) resolve(JSON.parse(line))
      if (/"level":"?error/.test(line)) process.stderr.write(`${line}\n`)
    })
    void gone.then(() => reject(new Error(`serve ${args.join(' ')} ended before it was ready`)))
  })
  return {
    child,
    http: ready.http ?? null,
    smtpPort: ready.smtpPort ?? null,
    memory: () => residentMb(child.pid ?? 0),
    stop: async () => {
      child.kill('SIGTERM')
      await gone
    },
  }
}

export const residentMb = (pid: number): number => {
  const [, kilobytes = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) / 1024
}

export const writeKey = (place: Place, name: string, text: string, mode = 0o600): void =>
  writeFileSync(path.join(place.keys, name), text, { mode })

/** An HTTP call with the bench's token; throws what the gateway says where it refuses. */
export const call = async (base: string, method: string, target: string, body?: unknown): Promise<unknown> => {
  const answer = await fetch(`${base}${target}`, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${target}: ${answer.status} ${text}`)
  return text === '' ? null : JSON.parse(text)
}
