import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { Redis } from 'ioredis'
import { temporaryFolder } from './database.js'
import { REDIS_URL } from './needs.js'

/** Names in the shared Redis that no other test has; `remove` takes away what is under them. */
export const newPrefix = () => {
  const prefix = `sealpost-test-${randomUUID()}`
  const remove = () => removeKeys(REDIS_URL, prefix)
  return { prefix, remove }
}

/** Everything of an installation in a Redis: its keys begin with the prefix. */
export const removeKeys = async (url: string, prefix: string): Promise<void> => {
  const redis = new Redis(url)
  try {
    let cursor = '0'
    do {
      const [next, keys] = await redis.scan(cursor, 'MATCH', `${prefix}:*`, 'COUNT', 1_000)
      if (keys.length > 0) await redis.unlink(keys)
      cursor = next
    } while (cursor !== '0')
  } finally {
    redis.disconnect()
  }
}

export type OwnRedis = {
  url: string
  start(): Promise<void>
  /** Ends the server, which forgets everything. */
  kill(): Promise<void>
  /** What Redis answers. */
  command(name: string, ...words: string[]): Promise<unknown>
  remove(): Promise<void>
}

/** A Redis that a test may stop, start and empty. */
export const newRedis = async (): Promise<OwnRedis> => {
  const folder = temporaryFolder()
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  let server: ChildProcess | null = null

  const start = async (): Promise<void> => {
    const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
    const child = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'ignore'] })
    server = child
    for await (const line of createInterface({ input: child.stdout })) {
      if (!line.includes('Ready to accept connections')) continue
      child.stdout.resume()
      return
    }
    throw new Error(`redis-server did not start on port ${port}`)
  }
  const kill = async (): Promise<void> => {
    const child = server
    server = null
    if (child === null || child.exitCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  await start()
  return {
    url,
    start,
    kill,
    command: async (name, ...words) => {
      const redis = new Redis(url)
      return redis.call(name, ...words).finally(() => redis.disconnect())
    },
    remove: async () => {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Redis cannot choose a port by itself. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
