import { readFile } from 'node:fs/promises'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { resolve as resolvePath } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { printable } from '../core/action-log.js'
import { messageOf } from '../core/errors.js'
import type { ReachedServer, ServerCall, ServerPost } from '../ports.js'

export type ServerPostOptions = {
  /** Of the certificate authorities that endpoints name. */
  keysDir: string
  /** Milliseconds for everything: the name, the connection, the answer. */
  timeLimit?: number
  /** Octets of an answer; one with more counts as none. */
  longestAnswer?: number
}

/** A registry may have to ask another one first. */
const TIME_LIMIT = 60_000
const LONGEST_ANSWER = 1024 * 1024

/**
 * Posts to registries' servers over TLS 1.2 or later. The certificate is verified whatever the environment says; redirects
 * are answers like any other; no proxy of the environment is asked, and no connection is kept.
 */
export const createServerPost = (options: ServerPostOptions): ServerPost => ({
  post: async (call) => {
    const ca = await readAuthority(call.endpoint.ca, options.keysDir)
    if (ca instanceof Error)
      return {
        outcome: 'temporary',
        answer: `not sent: cannot read the authority ${call.endpoint.ca} in the keys folder: ${messageOf(ca)}`,
      }
    const limit = AbortSignal.timeout(options.timeLimit ?? TIME_LIMIT)
    return send(call, { ca, limit, longest: options.longestAnswer ?? LONGEST_ANSWER })
  },
})

const readAuthority = (file: string | null, keysDir: string): Promise<Buffer | null | Error> =>
  file === null
    ? Promise.resolve(null)
    : readFile(resolvePath(keysDir, file)).catch((error: unknown) =>
        error instanceof Error ? error : new Error(String(error)),
      )

type Way = { ca: Buffer | null; limit: AbortSignal; longest: number }

const send = ({ endpoint, headers, body }: ServerCall, { ca, limit, longest }: Way): ReturnType<ServerPost['post']> =>
  new Promise((resolve) => {
    const { host, port, path } = endpoint
    const request: ClientRequest = requestHttps({
      ...{ method: 'POST', host, port, path, agent: false, signal: limit },
      headers: { ...headers, 'user-agent': 'Sealpost', 'content-length': body.length },
      // said in so many words, because NODE_TLS_REJECT_UNAUTHORIZED would change the default
      ...{ minVersion: 'TLSv1.2', rejectUnauthorized: true, ...(ca === null ? {} : { ca }) },
    })
    // Nothing of the call leaves before the certificate was verified, and from then on it may have.
    let reached: ReachedServer | null = null
    request.once('socket', (socket: TLSSocket) =>
      socket.once('secureConnect', () => {
        reached = reachedBy(socket)
      }),
    )
    const broken = (error: unknown): void => {
      const words = limit.aborted ? 'there was no answer in time' : wordsOf(error)
      const answer = printable(`${host}:${port}: ${words}`)
      resolve(reached === null ? { outcome: 'temporary', answer } : { outcome: 'uncertain', answer, reached })
    }
    request.on('error', broken)
    request.once('close', () => broken(new Error('the connection was closed without an answer')))
    request.once('response', (response) => {
      wholeOf(response, longest).then((octets) => {
        if (reached === null) return broken(new Error('it answered without TLS'))
        resolve({ outcome: 'answered', status: response.statusCode ?? 0, body: octets, reached })
        request.destroy()
      }, broken)
    })
    request.end(body)
  })

const reachedBy = (socket: TLSSocket): ReachedServer => ({
  address: socket.remoteAddress ?? 'an address that is not known',
  tls: `${socket.getProtocol() ?? 'TLS'}, certificate ${socket.getPeerCertificate().fingerprint256 ?? 'unknown'}`,
})

/** An answer that breaks off, or has no end within the limit, is none. */
const wholeOf = (response: IncomingMessage, longest: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.length
      if (size <= longest) return
      reject(new Error(`its answer has more than ${longest} octets`))
      response.destroy()
    })
    response.once('end', () => resolve(Buffer.concat(chunks)))
    response.once('error', reject)
    response.once('close', () => reject(new Error('its answer broke off')))
  })

/** Where a host has several addresses and none answers, the reasons are within. */
const wordsOf = (error: unknown): string =>
  error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : messageOf(error)
