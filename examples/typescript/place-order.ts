/**
 * Places an order, says that it is paid, and waits until the registry has decided. The types of every path, body and answer
 * come from `docs/openapi.json`; `npm run generate` writes them to `api.d.ts`.
 */
import createClient from 'openapi-fetch'
import type { components, paths } from './api.js'

export type Order = components['schemas']['Order']
export type OrderRequest = components['schemas']['OrderRequest']
export type Problem = components['schemas']['Problem']

const OPEN: readonly Order['status'][] = [
  'awaiting-payment',
  'awaiting-approval',
  'queued',
  'sent',
  'acknowledged',
  'uncertain',
]

export const createSealpost = (options: { url: string; token: string }) => {
  const client = createClient<paths>({
    baseUrl: options.url,
    headers: { authorization: `Bearer ${options.token}` },
  })

  return {
    /** The same key again is answered with the same order, so that a call whose answer was lost can be made again. */
    place: async (body: OrderRequest, key: string): Promise<Order> =>
      taken(await client.POST('/v1/orders', { body, params: { header: { 'idempotency-key': key } } })),

    pay: async (id: string, reference: string): Promise<Order> =>
      taken(await client.POST('/v1/orders/{id}/payment', { body: { reference }, params: { path: { id } } })),

    read: async (id: string): Promise<Order> =>
      taken(await client.GET('/v1/orders/{id}', { params: { path: { id } } })),

    /** Asks each `everyMs` until the order is over. Registries take minutes or days: a webhook tells it sooner. */
    settled: async (id: string, everyMs: number): Promise<Order> => {
      for (;;) {
        const order = taken(await client.GET('/v1/orders/{id}', { params: { path: { id } } }))
        if (!OPEN.includes(order.status)) return order
        await new Promise((resolve) => setTimeout(resolve, everyMs))
      }
    },
  }
}

/** Every problem says in `detail` what is wrong and what to do, and in `errors` which fields it is about. */
const taken = <T>({ data, error }: { data?: T; error?: Problem }): T => {
  if (data !== undefined) return data
  const fields = (error?.errors ?? []).map(({ pointer, detail }) => `${pointer} ${detail}`)
  throw new Error([error?.detail ?? 'no answer', ...fields].join('\n'))
}
