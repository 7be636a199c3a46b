import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { printable } from '../core/action-log.js'
import { Fault, messageOf, type Problem } from '../core/errors.js'
import { hostOf, type PrivateWebhooks, parseWebhookUrl, refusalOf } from '../core/webhook-url.js'
import type { WebhookAnswer, WebhookPost } from '../ports.js'

export type WebhookPostOptions = {
  privates: PrivateWebhooks
  /** Milliseconds for everything: the name, the connection, the answer. */
  timeLimit?: number
  /** Milliseconds that a call has when the gateway stops. */
  grace?: number
  /** Every address of a host name. */
  resolve?: (host: string) => Promise<LookupAddress[]>
  /** Certificates (PEM) that are trusted instead of the usual authorities. */
  ca?: string
}

/** Standard Webhooks advises 15 to 30 seconds. */
const TIME_LIMIT = 15_000
/** Somebody waits for the answer to a form. */
const LOOK_UP_LIMIT = 5_000
/** Of calls that are under way when the gateway stops, which has ten seconds for everything. */
const GRACE = 4_000
/** Octets of an answer that are read: enough to see in a delivery log what went wrong. */
const LONGEST_ANSWER = 2_048

/**
 * Posts to URLs that others chose, from within a network that they may not look into. The name is resolved once, every
 * address that it has is judged, and the connection goes to these very addresses, so that a name that answers something
 * else the second time gains nothing. Redirects are not followed; certificates are verified whatever the environment says.
 */
export const createWebhookPost = (options: WebhookPostOptions): WebhookPost & Stoppable => {
  const open = new Set<AbortController>()
  let stopped = false
  return {
    post: async (call) => {
      const url = parseWebhookUrl(call.url, options.privates)
      if (!url.ok) return failed(`the URL ${wordsOfProblems(url)}`)
      const end = new AbortController()
      const timer = setTimeout(() => end.abort(), options.timeLimit ?? TIME_LIMIT)
      open.add(end)
      try {
        const { addresses, refusal } = await judge(url.value, end.signal, options)
        if (refusal !== null) return failed(refusal)
        return await send({ ...call, url: url.value, addresses, limit: end.signal, ca: options.ca })
      } catch (error) {
        if (stopped && end.signal.aborted) throw cutOff(error)
        return failed(end.signal.aborted ? 'there was no answer in time' : `there was no answer: ${wordsOf(error)}`)
      } finally {
        clearTimeout(timer)
        open.delete(end)
      }
    },

    refusal: async (text) => {
      const url = parseWebhookUrl(text, options.privates)
      if (!url.ok) return wordsOfProblems(url)
      try {
        return (await judge(url.value, AbortSignal.timeout(LOOK_UP_LIMIT), options)).refusal
      } catch {
        return null
      }
    },

    stop: () => {
      const cut = (): void => {
        stopped = true
        for (const end of open) end.abort()
      }
      setTimeout(cut, options.grace ?? GRACE).unref()
    },
  }
}

export type Stoppable = {
  /** What is under way has a few seconds more and is then broken off. */
  stop(): void
}

const cutOff = (cause: unknown): Fault =>
  new Fault('webhook-cut-off', 'the gateway stops, and the call was not answered yet', { temporary: true, cause })

/** The addresses that a URL leads to, and why nothing may go to them; null where something may. */
const judge = async (url: URL, limit: AbortSignal, { privates, resolve = everyAddress }: WebhookPostOptions) => {
  const host = hostOf(url)
  const addresses = await within(limit, addressesOf(host, resolve))
  const reason = addresses.map(({ address }) => refusalOf(address)).find((refusal) => refusal !== null)
  return { addresses, refusal: reason === undefined || privates === 'allow' ? null : `${host} ${reason}` }
}

const wordsOfProblems = ({ problems }: { problems: readonly Problem[] }): string =>
  problems.map(({ detail }) => detail).join('; ')

const failed = (reason: string): WebhookAnswer => ({ outcome: 'failed', status: null, body: '', reason })

/** Where a host has several addresses and none answers, the reasons are within. */
const wordsOf = (error: unknown): string =>
  error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : messageOf(error)

/** A look-up cannot be called off, but nobody has to wait for it. */
const within = <T>(limit: AbortSignal, work: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    limit.addEventListener('abort', () => reject(limit.reason), { once: true })
    work.then(resolve, reject)
  })

type Resolve = (host: string) => Promise<LookupAddress[]>

const addressesOf = async (host: string, resolve: Resolve): Promise<LookupAddress[]> => {
  const family = isIP(host)
  const addresses = family === 0 ? await resolve(host) : [{ address: host, family }]
  if (addresses.length === 0) throw new Error(`${host} has no address`)
  return addresses
}

const everyAddress: Resolve = (host) => lookup(host, { all: true })

type Sending = {
  url: URL
  addresses: LookupAddress[]
  headers: Record<string, string>
  body: string
  limit: AbortSignal
  ca: string | undefined
}

const send = ({ url, addresses, headers, body, limit, ca }: Sending): Promise<WebhookAnswer> =>
  new Promise((resolve, reject) => {
    const octets = Buffer.from(body)
    const request: ClientRequest = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      method: 'POST',
      headers: { ...headers, 'user-agent': 'Sealpost', 'content-length': octets.length },
      agent: false, // no connection is kept, so each goes to addresses that were judged for it
      lookup: always(addresses),
      signal: limit,
      rejectUnauthorized: true,
      ...(ca === undefined ? {} : { ca }),
    })
    let answered = false
    const broken = (error: Error): void => (answered ? undefined : reject(error))
    request.on('error', broken)
    request.once('close', () => broken(new Error('the connection was closed')))
    request.once('response', (response) => {
      answered = true
      void beginningOf(response).then((text) => {
        resolve(answerOf(response, text))
        request.destroy()
      })
    })
    request.end(octets)
  })

const always =
  (addresses: LookupAddress[]): LookupFunction =>
  (_hostname, { all }, callback) => {
    if (all === true) callback(null, addresses)
    else callback(null, addresses[0]?.address ?? '', addresses[0]?.family)
  }

/** The status has decided by then: of a body that breaks off or never ends, what came is kept. */
const beginningOf = (response: IncomingMessage): Promise<string> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    const end = (): void => {
      const octets = Buffer.concat(chunks).subarray(0, LONGEST_ANSWER)
      resolve(printable(new TextDecoder().decode(octets, { stream: true })))
    }
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.length
      if (size >= LONGEST_ANSWER) end()
    })
    response.once('error', end)
    response.once('close', end)
  })

const answerOf = ({ statusCode = 0, headers }: IncomingMessage, body: string): WebhookAnswer => {
  if (statusCode >= 200 && statusCode < 300) return { outcome: 'delivered', status: statusCode, body }
  const redirected = statusCode >= 300 && statusCode < 400
  const target = printable(headers.location ?? 'nowhere').slice(0, 200)
  const reason = redirected
    ? `the answer was ${statusCode}, a redirect to ${target}; redirects are not followed, so give the URL that it leads to`
    : `the answer was ${statusCode}`
  return { outcome: 'failed', status: statusCode, body, reason }
}
