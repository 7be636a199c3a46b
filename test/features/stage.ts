import * as path from 'node:path'
import { expect } from 'vitest'
import type { Mail } from '../../src/core/mail.js'
import { createHttpApp } from '../../src/http/app.js'
import { createLocalApp } from '../../src/http/local.js'
import { createMetrics } from '../../src/http/metrics.js'
import { createOneTimeLinks } from '../../src/http/one-time-links.js'
import type { TestStore } from '../helpers/database.js'
import { aConnectionFile, createTestGateway, failure, type ReplyOptions, success } from '../helpers/gateway.js'
import { openReceiver, type TakenCall } from '../helpers/webhooks.js'
import { ADMIN_TOKEN, type Answer, call, orderBody } from '../http/harness.js'

export const HOUR = 3_600_000
export const DAY = 24 * HOUR
export const PROVIDER = { id: 'house', type: 'provider' }
const PASSWORD = 'correct horse'

export type Json = Record<string, unknown>
export type Placed = Json & { id: string; domain: string }
export type Stage = Awaited<ReturnType<typeof openStage>>

/**
 * A whole gateway as billing systems, administrators and registries meet it: everything is asked and ordered through its HTTP
 * app, events are what a receiver of webhooks took, and replies come in as signed mails. The clock is the test's, and `run`
 * does what is due.
 */
export const openStage = async (store: TestStore) => {
  await store.empty()
  const gateway = await createTestGateway(store, store.dataDir)
  const { deps } = gateway
  const app = createHttpApp({
    deps,
    settings: { token: ADMIN_TOKEN, publicUrl: null, trustedProxies: [], timezone: 'UTC', apiPerMinute: 1_200 },
    health: async () => ({ ready: true, parts: [] }),
    metrics: createMetrics({ store, processMetrics: false }),
    links: createOneTimeLinks(deps.clock),
  })
  const local = createLocalApp({ deps })
  const billing = await openReceiver()

  const get = async (at: string, token: string = ADMIN_TOKEN): Promise<Json> =>
    (await call(app, 'GET', at, { token })).json
  const items = async (at: string, token?: string): Promise<Json[]> => {
    const page = await get(`${at}${at.includes('?') ? '&' : '?'}limit=200`, token)
    expect(page['next'], `${at} has one page`).toBeNull()
    return page['items'] as Json[]
  }
  const post = (at: string, body?: unknown, token: string = ADMIN_TOKEN): Promise<Answer> =>
    call(app, 'POST', at, { body, token })
  const made = async (at: string, body: unknown, status: number): Promise<Json> => {
    const answer = await post(at, body)
    expect(answer.status, answer.text).toBe(status)
    return answer.json
  }
  const reference = async (orderId: string): Promise<string> => {
    const request = (await get(`/v1/orders/${orderId}`))['request'] as { reference: string }
    return request.reference
  }
  const reply = async (lines: string[], options: ReplyOptions = {}): Promise<Mail> =>
    gateway.receive(await gateway.reply(lines, options))

  return {
    ...{ app, local, gateway, get, items, post, reference, reply },
    /** Mails that left. */
    sent: gateway.sent,
    run: gateway.run,
    /** So much time goes by, in steps after each of which everything that is due is done. */
    pass: async (ms: number, step = ms): Promise<void> => {
      for (let passed = 0; passed < ms; passed += step) {
        gateway.pass(step)
        await gateway.run()
      }
    },
    connect: async (change: Json = {}): Promise<Json & { id: string }> => {
      const connection = await made('/v1/connections', aConnectionFile(change), 201)
      return { ...connection, id: String(connection['id']) }
    },
    /** Events from now on go to the receiver. */
    subscribe: async (): Promise<void> => {
      await made('/v1/webhooks', { url: billing.url, types: ['*'] }, 201)
    },
    place: async (change: Json = {}): Promise<Placed> => {
      const order = await made('/v1/orders', orderBody(change), 202)
      return { ...order, id: String(order['id']), domain: String(order['domain']) }
    },
    pay: (id: string) => post(`/v1/orders/${id}/payment`),
    /** The registry decides on the last request of an order. */
    succeed: async (id: string, ...more: string[]): Promise<Mail> => reply(success(await reference(id), ...more)),
    refuse: async (id: string): Promise<Mail> => reply(failure(await reference(id))),
    order: (id: string) => get(`/v1/orders/${id}`),
    domain: (name: string, token?: string) => get(`/v1/domains/${name}`, token),
    pending: async (): Promise<unknown[]> => (await items('/v1/pending')).map(({ order }) => order),
    /** The log, oldest first. */
    log: async (query = ''): Promise<Json[]> => (await items(`/v1/actions${query}`)).reverse(),
    /** What the billing system was told about an order, as it came. */
    events: (orderId: string): string[] =>
      billing.taken.filter(isAbout(orderId)).map(({ event }) => String(event['type'])),
    eventData: (orderId: string, type: string): Json[] =>
      billing.taken
        .filter(isAbout(orderId))
        .flatMap(({ event }) => (event['type'] === type ? [event['data'] as Json] : [])),
    /** A token of one customer. */
    tokenOf: async (account: string): Promise<string> => {
      const body = { name: `shop-${account}`, scope: 'billing', account }
      return String((await call(local, 'POST', '/local/tokens', { body })).json['token'])
    },
    /** Signs an operator in; gives what pages of the console show. */
    signIn: async (): Promise<(at: string) => Promise<string>> => {
      await call(local, 'POST', '/local/users', { body: { name: 'ann', role: 'admin', password: PASSWORD } })
      const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: 'http://localhost' }
      const body = new URLSearchParams({ name: 'ann', password: PASSWORD }).toString()
      const answer = await app.request('/login', { method: 'POST', headers, body })
      const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? ''
      return async (at) => {
        const page = await app.request(at, { headers: { cookie } })
        expect(page.status, at).toBe(200)
        return page.text()
      }
    },
    /** Where operators' copies of templates are. */
    templatesDir: path.join(store.dataDir, 'templates'),
    close: billing.close,
  }
}

const isAbout =
  (orderId: string) =>
  ({ event }: TakenCall) =>
    (event['data'] as Json)['orderId'] === orderId

export const count = (all: readonly string[], type: string): number => all.filter((one) => one === type).length

/** The body of a provider's order about a domain that is there. */
export const changeOf = (domain: string, action: string, more: Json = {}): Json =>
  orderBody({ account: PROVIDER, domain, action, nameservers: [], contacts: {}, ...more })

/** A provider's order that is at the registry. */
export const fileOrder = async (stage: Stage, more: Json = {}): Promise<Placed> => {
  const order = await stage.place({ account: PROVIDER, ...more })
  await stage.run()
  return order
}

/** A domain that the registry has registered for a provider. */
export const registerDomain = async (stage: Stage, more: Json = {}): Promise<Placed> => {
  const order = await fileOrder(stage, more)
  await stage.succeed(order.id)
  return order
}
