import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { createWebhookPost, type WebhookPostOptions } from '../../src/webhook/post.js'
import { needs } from '../helpers/needs.js'
import { NOBODY } from '../helpers/nobody.js'
import { withDeadline } from '../helpers/with-deadline.js'
import { makeCertificate } from '../smtp/certificate.js'

const running: (TcpServer | Server)[] = []
afterEach(async () => {
  for (const server of running.splice(0)) {
    if ('closeAllConnections' in server) server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

const listening = async (server: TcpServer | Server): Promise<number> => {
  running.push(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return (server.address() as AddressInfo).port
}

const serving = async (answer: RequestListener): Promise<string> =>
  `http://127.0.0.1:${await listening(createServer(answer))}/`

/** What a test expects no call of. */
const forbidden = async (): Promise<{ port: number; connections(): number }> => {
  let count = 0
  const port = await listening(createTcpServer((socket) => void (++count && socket.destroy())))
  return { port, connections: () => count }
}

const post = (url: string, options: Partial<WebhookPostOptions> = {}, headers: Record<string, string> = {}) =>
  createWebhookPost({ privates: 'allow', ...options }).post({ url, headers, body: '{"grüße":1}' })

const loopback = async () => [{ address: '127.0.0.1', family: 4 }]

describe('a call', () => {
  test('is a POST of the very body, with its length, over a connection of its own', async () => {
    const seen: unknown[] = []
    const url = await serving(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      const { host, 'webhook-id': id, 'user-agent': agent, 'content-length': length, connection } = request.headers
      seen.push([request.method, request.url, Buffer.concat(chunks).toString(), id, agent, length, connection])
      expect(host).toBe(new URL(url).host)
      response.writeHead(202).end('taken')
    })
    const answer = await post(`${url}hooks?a=b#c`, {}, { 'webhook-id': 'msg_1' })
    expect(answer).toEqual({ outcome: 'delivered', status: 202, body: 'taken' })
    expect(seen).toEqual([['POST', '/hooks?a=b', '{"grüße":1}', 'msg_1', 'Sealpost', '13', 'close']])
  })

  test.each([200, 201, 204, 299])('is delivered with %i', async (status) => {
    const url = await serving((_, response) => response.writeHead(status).end())
    expect(await post(url)).toEqual({ outcome: 'delivered', status, body: '' })
  })

  test.each([400, 401, 404, 410, 429, 500, 503])('has failed with %i', async (status) => {
    const url = await serving((_, response) => response.writeHead(status).end('no'))
    expect(await post(url)).toEqual({
      ...{ outcome: 'failed', status, body: 'no', reason: `the answer was ${status}` },
    })
  })

  test.each([300, 301, 302, 303, 304, 307, 308])('never follows a redirect with %i', async (status) => {
    const other = await forbidden()
    const location = `http://127.0.0.1:${other.port}/admin`
    const url = await serving((_, response) => response.writeHead(status, { location }).end())
    const answer = await post(url)
    expect(answer).toMatchObject({
      outcome: 'failed',
      status,
      reason: expect.stringContaining(`redirect to ${location}`),
    })
    expect(other.connections()).toBe(0)
  })

  test('keeps the beginning of an answer as text to show, and hangs up on the rest', async () => {
    let hungUp: Promise<unknown> = Promise.resolve()
    const url = await serving((request, response) => {
      hungUp = new Promise((resolve) => request.socket.once('close', resolve))
      response.writeHead(200)
      response.write('\u001b[2J\u202e')
      const flood = (): void => void response.write('ü'.repeat(10_000), flood)
      flood()
    })
    const { body } = await post(url)
    expect(body).toMatch(/^\ufffd\[2J\ufffdü+$/)
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(2_048 + 4) // two signs took the places of shorter characters
    await hungUp
  })
})

describe('a server that does not behave', () => {
  const never: RequestListener = () => {}

  test('and never answers: the call ends with its time', async () => {
    expect(await post(await serving(never), { timeLimit: 50 })).toEqual({
      ...{ outcome: 'failed', status: null, body: '', reason: 'there was no answer in time' },
    })
  })

  test('and answers drop by drop: the status has decided, and what came in time is kept', async () => {
    await withDeadline(100, async (timeLimit) => {
      const answer = await post(await serving((_, response) => void response.writeHead(200).write('begin')), {
        timeLimit,
      })
      if (answer.outcome !== 'delivered' || answer.body === '') return false
      expect(answer).toEqual({ outcome: 'delivered', status: 200, body: 'begin' })
      return true
    })
  })

  test('and breaks off in the middle of its answer', async () => {
    const url = await serving((request, response) => {
      response.writeHead(500, { 'content-length': '100' }).write('begin', () => request.socket.destroy())
    })
    expect(await post(url)).toMatchObject({ outcome: 'failed', status: 500, body: 'begin' })
  })

  test.each([
    ['hangs up', ''],
    ['speaks another protocol', '220 mx.example ESMTP\r\n'],
    ['has a header of 20 KiB', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(20_480)}\r\n\r\n`],
    ['switches protocols', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'],
    ['says nothing final', 'HTTP/1.1 103 Early Hints\r\n\r\n'],
  ])('and %s', async (_, answer) => {
    const port = await listening(
      createTcpServer((socket) => socket.on('error', () => {}).once('data', () => socket.end(answer))),
    )
    expect(await post(`http://127.0.0.1:${port}/`)).toMatchObject({
      ...{ outcome: 'failed', status: null, reason: expect.stringMatching(/^there was no answer: \S/) },
    })
  })

  test('and is not there', async () => {
    const { reason } = (await post(`http://127.0.0.1:${NOBODY}/`)) as { reason: string }
    expect(reason).toContain('ECONNREFUSED')
  })
})

describe('where private addresses are refused', () => {
  const asked: string[] = []
  const answering =
    (...addresses: string[]): NonNullable<WebhookPostOptions['resolve']> =>
    async (host) => {
      asked.push(host)
      return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    }

  test.each([
    ['127.0.0.1'],
    ['10.0.0.1'],
    ['169.254.169.254'],
    ['::1'],
    ['fd00::1'],
    ['::ffff:127.0.0.1'],
    ['9.9.9.9', '127.0.0.1'],
    ['2606:4700::1', '::1'],
  ])('a name that leads to %s %s is refused before anything is sent', async (...addresses) => {
    asked.length = 0
    const { port, connections } = await forbidden()
    const answer = await post(`https://hook.example:${port}/`, { privates: 'refuse', resolve: answering(...addresses) })
    expect(answer).toEqual({
      ...{ outcome: 'failed', status: null, body: '' },
      reason: expect.stringMatching(/^hook\.example leads to \S+, which is .*; webhooks go to public addresses only/),
    })
    expect([asked, connections()]).toEqual([['hook.example'], 0])
  })

  test.each([
    ['https://localhost:PORT/', /^localhost leads to/],
    ['https://127.0.0.1:PORT/', /^the URL leads to 127\.0\.0\.1/],
    ['https://0x7f.1:PORT/', /^the URL leads to 127\.0\.0\.1/],
    ['http://127.0.0.1:PORT/', /^the URL starts with http:/],
    ['https://a:b@hook.example:PORT/', /^the URL has a user name/],
    ['no URL', /^the URL is no URL/],
  ])('%s is refused', async (url, reason) => {
    const { port, connections } = await forbidden()
    const answer = await post(url.replace('PORT', String(port)), { privates: 'refuse' })
    expect(answer).toMatchObject({ outcome: 'failed', status: null, reason: expect.stringMatching(reason) })
    expect(connections()).toBe(0)
  })
})

describe('the name of a server', () => {
  test('is looked up once, and the connection goes to what was found then', async () => {
    const answers = ['127.0.0.1', '192.0.2.1']
    const resolve = async () => [{ address: answers.shift() ?? '', family: 4 }]
    const url = await serving((request, response) => response.end(request.headers.host))
    const { port } = new URL(url)
    // A name that no resolver of the system knows: only the address that was judged can lead anywhere.
    const answer = await post(`http://rebinding.invalid:${port}/`, { resolve })
    expect(answer).toEqual({ outcome: 'delivered', status: 200, body: `rebinding.invalid:${port}` })
    expect(answers).toEqual(['192.0.2.1'])
  })

  test.each([
    ['has no address', async () => [], 'there was no answer: hook.example has no address'],
    ['cannot be found', async () => Promise.reject(new Error('ENOTFOUND')), 'there was no answer: ENOTFOUND'],
    ['is never found', () => new Promise<never>(() => {}), 'there was no answer in time'],
  ])('that %s is a call that failed', async (_, resolve, reason) => {
    expect(await post('https://hook.example/', { resolve, timeLimit: 100 })).toMatchObject({
      outcome: 'failed',
      reason,
    })
  })
})

const withOpenssl = await needs('openssl')
withOpenssl('over https', () => {
  const secure = async () => {
    const pair = makeCertificate()
    const port = await listening(createTlsServer(pair, (_, response) => response.end('safe')))
    return { port, ca: pair.cert }
  }

  test('a certificate of a trusted authority for the very name is needed', async () => {
    const { port, ca } = await secure()
    const named = { ca, resolve: loopback }
    expect(await post(`https://localhost:${port}/`, named)).toMatchObject({ outcome: 'delivered', body: 'safe' })
    expect(await post(`https://127.0.0.1:${port}/`, named)).toMatchObject({ outcome: 'delivered' })
    const other = await post(`https://hook.example:${port}/`, named)
    expect(other).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('does not match') })
    const unknown = await post(`https://localhost:${port}/`, { resolve: loopback })
    expect(unknown).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('self-signed certificate') })
  })

  test('whatever the environment says', async () => {
    const { port } = await secure()
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
    const answer = await post(`https://localhost:${port}/`, { resolve: loopback }).finally(() => {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
    })
    expect(answer).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('self-signed certificate') })
  })
})
