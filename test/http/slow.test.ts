import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Hono } from 'hono'
import { afterEach, describe, expect, test } from 'vitest'
import { type HttpLimits, type HttpServer, startHttpServer } from '../../src/http/server.js'

let server: HttpServer | null = null
const sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await server?.stop(0)
})

/** Resolves when the server stops to write what never ends. */
let givenUp: Promise<void> = Promise.resolve()

const endless = (): ReadableStream<Uint8Array> => {
  let tell = (): void => {}
  givenUp = new Promise((resolve) => {
    tell = resolve
  })
  return new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)), cancel: () => tell() })
}

const app = new Hono()
  .get('/', (c) => c.text('here'))
  .post('/', async (c) => c.text(await c.req.text()))
  .get('/endless', (c) => c.body(endless()))

const serve = async (limits: Partial<HttpLimits>): Promise<void> => {
  server = await startHttpServer(app, { host: '127.0.0.1', port: 0 }, { check: 20, ...limits })
}

const open = async (): Promise<Socket> => {
  const socket = connect({ host: '127.0.0.1', port: server?.port ?? 0 }).on('error', () => {})
  sockets.push(socket)
  await once(socket, 'connect')
  return socket
}

/** Everything that comes until the server hangs up. */
const untilClosed = async (socket: Socket): Promise<string> => {
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk
  })
  await new Promise((resolve) => socket.once('close', resolve))
  return text
}

/** Sends a byte every few milliseconds for as long as it may. */
const drip = (socket: Socket): void => {
  const timer = setInterval(() => socket.write('x'), 5)
  socket.once('close', () => clearInterval(timer))
}

describe('a client that is slow on purpose', () => {
  test.each([
    ['opens a connection and is silent', ''],
    ['never ends its header', 'GET / HTTP/1.1\r\nhost: x\r\nx: '],
  ])('and %s is cut off', async (_, beginning) => {
    await serve({ header: 100, request: 100 })
    const socket = await open()
    socket.write(beginning)
    if (beginning !== '') drip(socket)
    expect(await untilClosed(socket)).toMatch(/^HTTP\/1\.1 408 /)
  })

  test('and never ends its body is cut off', async () => {
    await serve({ header: 100, request: 100 })
    const socket = await open()
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n')
    drip(socket)
    expect(await untilClosed(socket)).toMatch(/^HTTP\/1\.1 408 /)
  })

  test('and does not read what it asked for is cut off', async () => {
    await serve({ silence: 100 })
    const socket = await open()
    socket.write('GET /endless HTTP/1.1\r\nhost: x\r\n\r\n')
    await once(socket, 'readable') // it has begun, and nobody reads on
    await givenUp
  })

  test('holds nobody up: others are answered meanwhile', async () => {
    await serve({})
    for (let i = 0; i < 50; i++) (await open()).write('GET / HTTP/1.1\r\nx: ')
    expect(await (await fetch(`http://127.0.0.1:${server?.port}/`)).text()).toBe('here')
  })
})

test('more clients than there may be are hung up on', async () => {
  await serve({ connections: 2 })
  const [first] = [await open(), await open()]
  expect(await untilClosed(await open())).toBe('')
  first.destroy()
  // The server may hear of it a moment later.
  let answer = ''
  while (answer === '') {
    const later = await open()
    later.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
    answer = await untilClosed(later)
  }
  expect(answer).toMatch(/here$/)
})
