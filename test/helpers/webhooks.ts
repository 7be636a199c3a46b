import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { webhookSecret } from '../../src/core/webhook-signature.js'
import type { WebhookDeps } from '../../src/flows/deps.js'
import { createWebhookPost, type WebhookPostOptions } from '../../src/webhook/post.js'

/** The real call, which may go to this machine unless said. */
export const testWebhooks = (options: Partial<WebhookPostOptions> = {}): WebhookDeps => ({
  ...createWebhookPost({ privates: 'allow', ...options }),
  source: 'urn:uuid:00000000-0000-4000-8000-000000000000',
  newSecret: () => webhookSecret(randomBytes(32)),
})

export type TakenCall = { path: string; headers: IncomingHttpHeaders; body: string; event: Record<string, unknown> }

/** What a receiver answers: a status, or nothing for as long as it lives. */
export type ReceiverAnswer = number | 'silence'

/** A billing system that takes webhooks: keeps what comes, and answers as the test says. */
export type Receiver = {
  url: string
  taken: TakenCall[]
  /** Says what is answered to a call; without it each is 204. */
  answer(decide: (call: TakenCall) => ReceiverAnswer | Promise<ReceiverAnswer>): void
  close(): Promise<void>
}

export const openReceiver = async (): Promise<Receiver> => {
  const taken: TakenCall[] = []
  let decide: (call: TakenCall) => ReceiverAnswer | Promise<ReceiverAnswer> = () => 204
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString()
    const call = { path: request.url ?? '', headers: request.headers, body, event: JSON.parse(body) }
    taken.push(call)
    const status = await decide(call)
    if (status !== 'silence') response.writeHead(status).end(`answer ${status}`)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    taken,
    answer: (by) => {
      decide = by
    },
    close: async () => {
      server.closeAllConnections()
      if (server.listening) await new Promise((resolve) => server.close(resolve))
    },
  }
}
