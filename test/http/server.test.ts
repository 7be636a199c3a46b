import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type HttpServer, startHttpServer, startLocalServer } from '../../src/http/server.js'

let folder: string
let running: HttpServer[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealpost-http-'))
  running = []
})
afterEach(async () => {
  for (const server of running) await server.stop(0)
  rmSync(folder, { recursive: true })
})

const app = new Hono().get('/ping', (c) => c.text('pong'))
const keep = async (server: Promise<HttpServer>): Promise<HttpServer> => {
  const started = await server
  running.push(started)
  return started
}

const overSocket = (socketPath: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, path: '/ping' }, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve(text))
    })
    outgoing.on('error', reject)
    outgoing.end()
  })

describe('on TCP', () => {
  test('takes a free port and answers', async () => {
    const { port } = await keep(startHttpServer(app, { host: '127.0.0.1', port: 0 }))
    expect(await (await fetch(`http://127.0.0.1:${port}/ping`)).text()).toBe('pong')
  })

  test('a port that is taken is a fault that names it', async () => {
    const { port } = await keep(startHttpServer(app, { host: '127.0.0.1', port: 0 }))
    await expect(startHttpServer(app, { host: '127.0.0.1', port })).rejects.toMatchObject({
      ...{ name: 'Fault', code: 'listen', message: expect.stringContaining(`127.0.0.1:${port}`) },
    })
  })

  test('stopping waits for the request under way', async () => {
    let answer = () => {}
    let arrived = () => {}
    const underWay = new Promise<void>((resolve) => {
      arrived = resolve
    })
    const slow = new Hono().get('/', async (c) => {
      arrived()
      await new Promise<void>((resolve) => {
        answer = resolve
      })
      return c.text('finished')
    })
    const server = await startHttpServer(slow, { host: '127.0.0.1', port: 0 })
    const response = fetch(`http://127.0.0.1:${server.port}/`)
    await underWay
    const stopped = server.stop()
    answer()
    expect(await (await response).text()).toBe('finished')
    await stopped
    await expect(fetch(`http://127.0.0.1:${server.port}/`)).rejects.toThrow()
  })

  test('stopping cuts what does not end', async () => {
    let arrived = () => {}
    const underWay = new Promise<void>((resolve) => {
      arrived = resolve
    })
    const never = new Hono().get('/', () => {
      arrived()
      return new Promise<Response>(() => {})
    })
    const server = await startHttpServer(never, { host: '127.0.0.1', port: 0 })
    const response = fetch(`http://127.0.0.1:${server.port}/`).catch(() => 'cut')
    await underWay
    await server.stop(10)
    expect(await response).toBe('cut')
  })
})

describe('on a local socket', () => {
  test('answers its owner alone, and leaves nothing behind', async () => {
    const path = join(folder, 'gateway.sock')
    const server = await startLocalServer(app, path)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(await overSocket(path)).toBe('pong')
    await server.stop()
    expect(existsSync(path)).toBe(false)
  })

  test('replaces the socket of a process that died', async () => {
    const path = join(folder, 'gateway.sock')
    spawnSync(process.execPath, [
      '-e',
      `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`,
    ])
    expect(existsSync(path)).toBe(true)
    await keep(startLocalServer(app, path))
    expect(await overSocket(path)).toBe('pong')
  })

  test('leaves the socket of a gateway that answers', async () => {
    const path = join(folder, 'gateway.sock')
    await keep(startLocalServer(app, path))
    await expect(startLocalServer(app, path)).rejects.toMatchObject({ code: 'socket-taken' })
    expect(await overSocket(path)).toBe('pong')
  })

  test('never removes a file that is no socket', async () => {
    const path = join(folder, 'gateway.sock')
    writeFileSync(path, 'precious')
    await expect(startLocalServer(app, path)).rejects.toMatchObject({
      name: 'Fault',
      message: expect.stringContaining(path),
    })
    expect(existsSync(path)).toBe(true)
  })

  test('a path that systems would cut is refused with what to do', async () => {
    const deep = join(folder, 'x'.repeat(100))
    mkdirSync(deep)
    await expect(startLocalServer(app, join(deep, 'gateway.sock'))).rejects.toMatchObject({
      ...{ code: 'socket-path', message: expect.stringContaining('shorter SEALPOST_DATA') },
    })
  })
})
