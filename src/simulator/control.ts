import { createServer, type IncomingMessage } from 'node:http'
import { SimulatorError, sentenceOf } from './errors.js'

/** What drives a simulator while it runs. */
export type Controlled = {
  protocol: string
  /** What it can do, in one sentence each. */
  behaviours: Readonly<Record<string, string>>
  behaves(): string
  /** Throws `SimulatorError` (usage) for what it cannot do. */
  behave(behaviour: string): void
}

/** A body is a name; more is not read. Octets. */
const LONGEST_BODY = 1_024

/**
 * Lets a gateway's console make this simulator misbehave: `GET /` tells what it does and could do, `PUT /` with
 * `{"behave": NAME}` changes it from the next mail on. It asks for no secret, so it listens on loopback alone, and takes no
 * call that a web page could make a browser send. Throws `SimulatorError` (usage, listen).
 */
export const startControl = async (
  listen: { host: string; port: number },
  controlled: Controlled,
): Promise<{ port: number; close(): Promise<void> }> => {
  requireLoopback(listen)
  const server = createServer((request, response) => {
    void answer(request, controlled)
      .catch((error: unknown) => ({ status: 400, body: { problem: sentenceOf(error) } }))
      .then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
        response.end(`${JSON.stringify(body)}\n`)
      })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new SimulatorError('listen', `--control ${listen.host}:${listen.port}: ${sentenceOf(cause)}`, { cause })),
    )
    server.listen(listen.port, listen.host, resolve)
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : listen.port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** Throws `SimulatorError` (usage) where others than this machine could reach it. */
export const requireLoopback = <Listen extends { host: string }>(listen: Listen): Listen => {
  if (LOOPBACK.includes(listen.host)) return listen
  throw new SimulatorError(
    'usage',
    `--control ${listen.host}: only loopback may control a simulator; give 127.0.0.1:PORT`,
  )
}

const LOOPBACK: readonly string[] = ['127.0.0.1', '::1', 'localhost']

const answer = async (request: IncomingMessage, controlled: Controlled): Promise<{ status: number; body: object }> => {
  // Browsers send `Origin` with what a page of another site asks for, and a name that was bound to loopback as `Host`.
  if (request.headers.origin !== undefined || !isLoopbackName(request.headers.host))
    return {
      status: 403,
      body: { problem: 'a simulator is controlled by a gateway on the same machine, not by web pages' },
    }
  if (request.method === 'PUT') {
    const { behave } = JSON.parse(await readBody(request)) as { behave?: unknown }
    controlled.behave(String(behave))
  } else if (request.method !== 'GET') return { status: 405, body: { problem: 'GET or PUT' } }
  return {
    status: 200,
    body: { protocol: controlled.protocol, behaves: controlled.behaves(), behaviours: controlled.behaviours },
  }
}

const isLoopbackName = (host: string | undefined): boolean => {
  const name = (host ?? '').replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
  return LOOPBACK.includes(name)
}

const readBody = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of request) {
    length += (part as Buffer).length
    if (length > LONGEST_BODY) throw new SimulatorError('usage', `the body is longer than ${LONGEST_BODY} octets`)
    parts.push(part as Buffer)
  }
  return Buffer.concat(parts).toString('utf8')
}
