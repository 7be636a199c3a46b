import { z } from '@hono/zod-openapi'
import { ACTIONS } from '../../core/action.js'
import type { Deps } from '../../flows/deps.js'
import { setPrice } from '../../flows/set-price.js'
import { type Api, addEndpoint, NOTHING } from '../endpoint.js'
import { pageOf, pageOptions, pageQuery } from '../schemas/page.js'
import { changedPriceSchema, priceChangeSchema, tldPriceSchema } from '../schemas/tlds.js'
import { tldOf } from '../tld-view.js'

const tag = 'TLDs'
const TLD = 'In A-labels or U-labels, such as de or co.uk.'

const listing = {
  method: 'get',
  path: '/v1/prices',
  operation: 'listPrices',
  tag,
  summary: 'List what orders cost that name no price of their own',
  description:
    'By TLD and action, in the order of the alphabet. Of two TLDs that a name ends in the longer one counts.',
  access: 'any',
  params: NOTHING,
  query: z.strictObject({ ...pageQuery, tld: z.string().max(300).optional().openapi({ description: TLD }) }),
  body: NOTHING,
  status: 200,
  reply: pageOf(tldPriceSchema),
  problems: [404],
} as const

const setting = {
  method: 'put',
  path: '/v1/tlds/{tld}/prices/{action}',
  operation: 'setPrice',
  tag,
  summary: 'Set what an action under a TLD costs, or remove that',
  description:
    'For orders that are placed from then on; those before keep their price. The TLD need not be one that orders are taken for. Again: nothing changes.',
  access: 'admin',
  params: z.object({ tld: z.string().openapi({ description: TLD }), action: z.enum(ACTIONS) }),
  query: NOTHING,
  body: priceChangeSchema,
  status: 200,
  reply: changedPriceSchema,
  problems: [400, 404, 413],
} as const

/** Prices of TLDs: list, set, remove. */
export const addPriceEndpoints = (api: Api, deps: Deps): void => {
  addEndpoint(api, listing, async ({ query }) => {
    const tld = query.tld === undefined ? undefined : tldOf(query.tld)
    const { items, next } = await deps.store.prices.page({ tld }, pageOptions(query))
    const views = items.map(({ tld, action, amount, currency }) => ({ tld, action, price: { amount, currency } }))
    return { body: { items: views, next } }
  })
  addEndpoint(api, setting, async ({ caller, params, body }) => {
    const change = { tld: tldOf(params.tld), action: params.action, price: body.price }
    const before = await setPrice(deps, { ...change, actor: caller.actor })
    return { body: { ...change, before } }
  })
}
