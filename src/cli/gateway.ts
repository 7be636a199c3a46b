import { existsSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import * as path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Settings } from '../config.js'
import { Fault } from '../core/errors.js'
import { withSecretFiles } from '../secret-files.js'
import { CommandError, EXIT } from './output.js'

/** The one way in which commands reach orders, domains, mails and the log: the API, spoken locally. */
export type Gateway = { call(method: string, path: string, body?: Buffer | object): Promise<Answer> }
export type Answer = { status: number; body: Buffer }

export const SOCKET_NAME = 'gateway.sock'

/**
 * Runs a command against the gateway that serves this data directory, through its local socket, or, where none does,
 * opens the database for as long as the command takes.
 */
export const withGateway = async <T>(settings: Settings, work: (gateway: Gateway) => Promise<T>): Promise<T> => {
  const socketPath = socketOf(settings)
  // A gateway that is just starting, or another command, may hold the database without answering on the socket yet.
  for (let attempt = 1; ; attempt++) {
    if (await answers(socketPath)) return work({ call: (...call) => callSocket(socketPath, ...call) })
    try {
      return await withOwnApp(settings, work)
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'store-locked' || attempt === 40) throw error
      await sleep(250)
    }
  }
}

/** The local socket of the gateway that serves this data directory. */
export const socketOf = ({ dataDir }: Settings): string => path.join(dataDir, SOCKET_NAME)

/** Whether a gateway answers for this data directory. */
export const isServed = (settings: Settings): Promise<boolean> => answers(socketOf(settings))

/**
 * True where nobody said which folder the gateway uses and the one that is taken then has no database: a delivery agent
 * that runs a command somewhere else would fill a database that nobody reads.
 */
export const isLost = (settings: Settings, env: NodeJS.ProcessEnv): boolean =>
  settings.databaseUrl === null && env['SEALPOST_DATA'] === undefined && !hasDatabase(settings)

/** Whether there is an embedded database in the data directory. */
export const hasDatabase = ({ dataDir }: Settings): boolean => existsSync(path.join(dataDir, 'pglite'))

const withOwnApp = async <T>(settings: Settings, work: (gateway: Gateway) => Promise<T>): Promise<T> => {
  const [{ openApp }, { createLogger }] = await Promise.all([import('../app.js'), import('../logger.js')])
  const app = await openApp({ settings, env: withSecretFiles(process.env), log: createLogger('silent') })
  try {
    return await work({ call: (...call) => callApp(app.local, ...call) })
  } finally {
    await app.close()
  }
}

const answers = async (socketPath: string): Promise<boolean> => {
  try {
    return (await callSocket(socketPath, 'GET', '/local/ping')).status === 200
  } catch {
    return false
  }
}

const callSocket = (socketPath: string, method: string, target: string, body?: Buffer | object): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { payload, headers } = encode(body)
    const outgoing = httpRequest({ socketPath, method, path: target, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) }))
    })
    outgoing.on('error', reject)
    outgoing.end(payload)
  })

type Local = { fetch(request: Request): Response | Promise<Response> }

export const callApp = async (app: Local, method: string, target: string, body?: Buffer | object): Promise<Answer> => {
  const { payload, headers } = encode(body)
  const init = { method, headers, ...(payload === undefined ? {} : { body: new Uint8Array(payload) }) }
  const response = await app.fetch(new Request(`http://localhost${target}`, init))
  return { status: response.status, body: Buffer.from(await response.arrayBuffer()) }
}

const encode = (body: Buffer | object | undefined): { payload?: Buffer; headers: Record<string, string> } => {
  if (body === undefined) return { headers: {} }
  if (Buffer.isBuffer(body))
    return {
      payload: body,
      headers: { 'content-type': 'application/octet-stream', 'content-length': String(body.length) },
    }
  const payload = Buffer.from(JSON.stringify(body))
  return { payload, headers: { 'content-type': 'application/json', 'content-length': String(payload.length) } }
}

const problemSchema = z.object({
  detail: z.string(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
})

/** Calls and takes the answer as JSON; a refusal becomes one sentence with everything that is wrong. */
export const callJson = async (gateway: Gateway, ...call: Parameters<Gateway['call']>): Promise<unknown> => {
  const body = await callRaw(gateway, ...call)
  return body.length === 0 ? null : JSON.parse(body.toString('utf8'))
}

/** Calls and takes the answer as it is. */
export const callRaw = async (gateway: Gateway, ...call: Parameters<Gateway['call']>): Promise<Buffer> => {
  const { status, body } = await gateway.call(...call)
  if (status >= 200 && status < 300) return body
  throw new CommandError(sentence(status, body), status === 503 ? EXIT.temporary : EXIT.failed)
}

const sentence = (status: number, body: Buffer): string => {
  const parsed = problemSchema.safeParse(parseJson(body))
  if (!parsed.success) return `the gateway answered ${status} without saying why; look into its log`
  const { detail, errors = [] } = parsed.data
  // The detail tells most of them, and drops the full stop where it goes on.
  const missing = errors.filter((error) => !detail.includes(error.detail.replace(/\.$/, '')))
  return [detail, ...missing.map((error) => `  ${error.pointer} ${error.detail}`)].join('\n')
}

const parseJson = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return null
  }
}
