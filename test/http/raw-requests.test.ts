import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type HttpServer, startHttpServer } from '../../src/http/server.js'
import { ADMIN_TOKEN, call, type Harness, openHarness, orderBody } from './harness.js'

let harness: Harness
let server: HttpServer
beforeAll(async () => {
  harness = await openHarness()
  server = await startHttpServer(harness.app, { host: '127.0.0.1', port: 0 })
})
afterAll(async () => {
  await server.stop(0)
  await harness.close()
})
beforeEach(() => {
  harness.logged.length = 0
})

/** Everything that is answered to these octets, until the server hangs up. */
const answerTo = async (octets: string): Promise<string> => {
  const socket = connect({ host: '127.0.0.1', port: server.port }).on('error', () => {})
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk
  })
  socket.write(octets)
  await new Promise((resolve) => socket.once('close', resolve))
  return text
}

/** Sends the beginning of a request, then resets the connection once the server has read it. */
const breakOff = async (octets: string): Promise<void> => {
  const socket = connect({ host: '127.0.0.1', port: server.port }).on('error', () => {})
  // The server asks for the body when the header has arrived (RFC 9110, 10.1.1).
  socket.write(octets.replace('\r\n\r\n', '\r\nexpect: 100-continue\r\n\r\n'))
  await once(socket, 'data')
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.resetAndDestroy()
  await closed
}

const header = (path: string, ...more: string[]): string =>
  [
    `POST ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    `authorization: Bearer ${ADMIN_TOKEN}`,
    'connection: close',
    ...more,
    '',
    '',
  ].join('\r\n')

/** How many calls of a route were answered with 400, or would have been, had the client waited. */
const refusedOf = async (route: string): Promise<number> => {
  const { text } = await call(harness.app, 'GET', '/metrics')
  const line = `sealpost_http_requests_total{route="${route}",method="POST",status="400"} `
  return Number(
    text
      .split('\n')
      .find((one) => one.startsWith(line))
      ?.slice(line.length) ?? 0,
  )
}

const MIB = 1024 * 1024

describe('bodies', () => {
  test.each([
    ['/v1/orders', MIB + 1],
    ['/v1/orders', 10 ** 12],
    ['/login', 64 * 1024 + 1],
    ['/login/once', 10 ** 12],
    ['/logout', 10 ** 12],
  ])('POST %s of %i octets: 413 before they are sent', async (path, size) => {
    expect(await answerTo(header(path, `content-length: ${size}`))).toMatch(/^HTTP\/1\.1 413 /)
  })

  test.each([
    ['/v1/orders', MIB],
    ['/login', 64 * 1024],
  ])('POST %s in chunks, of more than %i octets: 413', async (path, limit) => {
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`
    const octets = header(path, 'transfer-encoding: chunked') + chunk.repeat(limit / 0x4000 + 1)
    expect(await answerTo(octets)).toMatch(/^HTTP\/1\.1 413 /)
  })

  test.each(['POST', 'PATCH', 'GET', 'DELETE'])(
    '%s of a stranger in chunks: 401 before the body has come',
    async (method) => {
      const octets = header('/v1/orders', 'transfer-encoding: chunked')
        .replace('POST', method)
        .replace(/\r\nauthorization: [^\r]*/, '')
      expect(await answerTo(`${octets}5\r\n{"a":`)).toMatch(/^HTTP\/1\.1 401 /)
    },
  )

  test('an order of 1 MiB is too long in its fields, not as a whole', async () => {
    const body = JSON.stringify(orderBody())
    const answer = await call(harness.app, 'POST', '/v1/orders', { raw: `${' '.repeat(MIB - body.length)}${body}` })
    expect(answer.status, answer.text).toBe(202)
  })

  test.each([
    ['with a length', '/v1/orders', ['content-length: 100'], '{'],
    ['in chunks', '/v1/orders', ['transfer-encoding: chunked'], '5\r\n'],
    ['of a form', '/login', ['content-type: application/x-www-form-urlencoded', 'content-length: 100'], 'name='],
  ])('a body %s that breaks off is nothing for the log of errors', async (_, path, headers, beginning) => {
    const before = await refusedOf(path)
    await breakOff(header(path, ...headers) + beginning)
    await expect.poll(() => refusedOf(path)).toBe(before + 1)
    expect(harness.logged).toEqual([])
  })

  test.each([
    ['multipart/form-data; boundary=x', 'abc'],
    ['multipart/form-data', 'abc'],
  ])('a form as %s that is none is refused, not a mistake of ours', async (type, body) => {
    for (const path of ['/login', '/login/once']) {
      const octets = header(path, `content-type: ${type}`, `content-length: ${body.length}`) + body
      expect(await answerTo(octets)).toMatch(/^HTTP\/1\.1 400 /)
    }
    expect(harness.logged).toEqual([])
  })
})

test.each([
  ['two lengths', 'content-length: 5\r\ntransfer-encoding: chunked'],
  ['two different lengths', 'content-length: 5\r\ncontent-length: 6'],
  ['a length that is no number', 'content-length: 0x5'],
  ['a chunk without a size', 'transfer-encoding: chunked\r\n\r\nzz'],
  ['another coding', 'transfer-encoding: gzip, identity'],
  ['a header with a bare CR', 'x: a\rcontent-length: 5'],
  ['a header with a NUL', 'x: a\0b'],
])('a request with %s is refused: nothing can be smuggled behind it', async (_, lines) => {
  const octets = `POST /v1/preview HTTP/1.1\r\nhost: 127.0.0.1\r\n${lines}\r\n\r\n`
  expect(await answerTo(`${octets}GET /livez HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 400 (?!.*alive)/s,
  )
})

test('a header of more than 16 KiB is refused', async () => {
  expect(await answerTo(`GET /livez HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(17_000)}\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 431 /,
  )
})

test.each(['', 'evil example', 'a/b', 'a@b', 'a?b', 'a#b', '[::1'])('the host "%s" is refused', async (host) => {
  expect(await answerTo(`GET /login HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 400 /,
  )
})
