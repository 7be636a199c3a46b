import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { createServer, type Server } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net'
import * as path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createServerPost, type ServerPostOptions } from '../../src/https/server-post.js'
import { temporaryFolder } from '../helpers/database.js'
import { needs } from '../helpers/needs.js'
import { makeCertificate } from '../smtp/certificate.js'

const withOpenssl = await needs('openssl')
withOpenssl('a call of a server', () => {
  const keysDir = temporaryFolder()
  let pair: { cert: string; key: string }
  beforeAll(() => {
    pair = makeCertificate({ names: 'DNS:localhost' })
    writeFileSync(path.join(keysDir, 'server-ca.pem'), pair.cert)
  })
  afterAll(() => rmSync(keysDir, { recursive: true, force: true }))

  const running: (Server | TcpServer)[] = []
  afterEach(async () => {
    for (const server of running.splice(0)) {
      if ('closeAllConnections' in server) server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  })
  const listening = async <S extends Server | TcpServer>(server: S): Promise<number> => {
    running.push(server)
    await once(server.listen(0, 'localhost'), 'listening')
    return (server.address() as AddressInfo).port
  }
  const serving = (answer: RequestListener) => listening(createServer(pair, answer))

  const post = (
    port: number,
    change: { host?: string; ca?: string | null } = {},
    options: Partial<ServerPostOptions> = {},
  ) =>
    createServerPost({ keysDir, ...options }).post({
      endpoint: { host: 'localhost', port, path: '/orders', ca: 'server-ca.pem', ...change },
      headers: { 'x-proof': 'abc', 'content-type': 'text/xml' },
      body: Buffer.from('<grüße/>'),
    })

  test('is the very octets with its headers, and its answer whole', async () => {
    const seen: unknown[] = []
    const port = await serving(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      const { 'x-proof': proof, 'content-length': length, connection } = request.headers
      seen.push(request.method, request.url, Buffer.concat(chunks).toString(), proof, length, connection)
      response.writeHead(201).end('<ok/>')
    })
    expect(await post(port)).toEqual({
      ...{ outcome: 'answered', status: 201, body: Buffer.from('<ok/>') },
      reached: {
        address: expect.stringMatching(/127\.0\.0\.1|::1/),
        tls: expect.stringMatching(/^TLSv1\.[23], certificate [0-9A-F:]{95}$/),
      },
    })
    expect(seen).toEqual(['POST', '/orders', '<grüße/>', 'abc', '10', 'close'])
  })

  test('never follows a redirect: that is an answer', async () => {
    const port = await serving((_, response) => response.writeHead(302, { location: 'https://localhost:1/' }).end())
    expect(await post(port)).toMatchObject({ outcome: 'answered', status: 302 })
  })

  test.each([
    { name: 'an authority that nobody knows', change: { ca: null }, words: 'self-signed certificate' },
    { name: 'another name', change: { host: '127.0.0.1' }, words: 'does not match' },
    { name: 'an authority that is not there', change: { ca: 'other.pem' }, words: 'other.pem' },
  ])('does not leave for a certificate of $name', async ({ change, words }) => {
    let calls = 0
    const port = await serving((_, response) => void (++calls && response.end()))
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
    const answer = await post(port, change).finally(() => {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
    })
    expect(answer).toEqual({ outcome: 'temporary', answer: expect.stringContaining(words) })
    expect(calls).toBe(0)
  })

  test('does not leave where nobody listens, and not without TLS', async () => {
    const closed = createTcpServer()
    const port = await listening(closed)
    running.splice(0)
    await new Promise((resolve) => closed.close(resolve))
    expect(await post(port)).toMatchObject({ outcome: 'temporary' })
    const plain = await listening(
      createTcpServer((socket) => void socket.end('HTTP/1.1 200 OK\r\n\r\n', () => socket.destroy())),
    )
    expect(await post(plain)).toMatchObject({ outcome: 'temporary' })
  })

  test.each<{ name: string; answer: RequestListener; words: string; options?: Partial<ServerPostOptions> }>([
    { name: 'hangs up', answer: (request) => void request.socket.destroy(), words: 'localhost' },
    {
      name: 'breaks off in its answer',
      answer: (_, response) => {
        response.writeHead(200, { 'content-length': '10' }).write('12345')
        setImmediate(() => response.destroy())
      },
      words: 'localhost',
    },
    {
      name: 'says too much',
      answer: (_, response) => void response.end('x'.repeat(101)),
      ...{ words: 'more than 100 octets', options: { longestAnswer: 100 } },
    },
    {
      name: 'says nothing in time',
      answer: () => {},
      ...{ words: 'no answer in time', options: { timeLimit: 300 } },
    },
  ])('may have arrived at a server that $name', async ({ answer, words, options = {} }) => {
    const port = await serving(answer)
    expect(await post(port, {}, options)).toMatchObject({
      ...{ outcome: 'uncertain', answer: expect.stringContaining(words) },
      reached: { address: expect.any(String) },
    })
  })

  test('that no proxy of the environment gets', async () => {
    const port = await serving((_, response) => void response.end('direct'))
    process.env['HTTPS_PROXY'] = 'http://127.0.0.1:1/'
    const answer = await post(port).finally(() => {
      delete process.env['HTTPS_PROXY']
    })
    expect(answer).toMatchObject({ outcome: 'answered', body: Buffer.from('direct') })
  })
})
