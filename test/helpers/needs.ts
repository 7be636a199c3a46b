import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { createConnection } from 'node:net'
import * as path from 'node:path'
import { describe } from 'vitest'

/** Where PostgreSQL is for tests; the default is Debian's. */
export const POSTGRES_URL = process.env['TEST_DATABASE_URL'] ?? 'postgresql://root@127.0.0.1:5432/test'

/** Where Redis is for tests, which keep to keys of their own there. */
export const REDIS_URL = process.env['TEST_REDIS_URL'] ?? 'redis://127.0.0.1:6379'

export type Need =
  | 'gpg'
  | 'openssl'
  | 'postgresql'
  | 'postgresql-server'
  | 'redis'
  | 'redis-server'
  | 'pg_dump'
  | 'postfix'
  | 'php'
  | 'chromium'

const found = new Map<Need, Promise<boolean>>()

/**
 * `describe` for tests that need something from outside this package. Where it is absent they are listed as skipped with
 * its name; with CI=true they run and fail, so that nothing goes unseen.
 *
 *     const withGpg = await needs('gpg')
 *     withGpg('gpg verifies what we sign', () => { ... })
 */
export async function needs(...all: Need[]) {
  const missing: Need[] = []
  for (const need of all) if (!(await isThere(need))) missing.push(need)
  if (missing.length === 0 || process.env['CI'] === 'true')
    return (name: string, body: () => void) => describe(name, body)
  return (name: string, body: () => void) => describe.skip(`${name} (needs ${missing.join(', ')})`, body)
}

/** Whether it is on this machine. */
export const isThere = (need: Need): Promise<boolean> => {
  const known = found.get(need)
  if (known !== undefined) return known
  const answer = look(need)
  found.set(need, answer)
  return answer
}

const look = async (need: Need): Promise<boolean> => {
  if (need === 'postgresql') return listens(POSTGRES_URL, 5432)
  if (need === 'redis') return listens(REDIS_URL, 6379)
  // Its instances are started by root alone.
  if (need === 'postfix')
    return process.getuid?.() === 0 && spawnSync('postconf', ['-d'], { stdio: 'ignore' }).status === 0
  if (need === 'postgresql-server') return postgresServer() !== null
  if (need === 'chromium') return chromiumProgram() !== null
  return spawnSync(need, [need === 'openssl' ? 'version' : '--version'], { stdio: 'ignore' }).status === 0
}

const listens = (url: string, fallbackPort: number): Promise<boolean> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(url)
    const socket = createConnection({ host: hostname, port: port === '' ? fallbackPort : Number(port) })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

/** Where the programs of a PostgreSQL server are, which Debian keeps out of the PATH; null: nowhere. */
export const postgresServer = (): string | null => {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [...versions.map((version) => path.join(debian, version, 'bin')), ...PATHS]
  return folders.find((folder) => ['initdb', 'postgres'].every((name) => existsSync(path.join(folder, name)))) ?? null
}

/** Chromium without the half of it that draws windows, which takes a third of the processor, or else the whole; null: neither. */
export const chromiumProgram = (): string | null =>
  ['chromium-headless-shell', 'chromium']
    .flatMap((name) => PATHS.map((folder) => path.join(folder, name)))
    .find((program) => existsSync(program)) ?? null

const PATHS = (process.env['PATH'] ?? '').split(path.delimiter)
