import { z } from '@hono/zod-openapi'
import type { Connection } from '../../core/connection.js'
import { Refusal } from '../../core/errors.js'
import { assignTld } from '../../flows/assign-tld.js'
import type { Deps } from '../../flows/deps.js'
import type { PageOptions } from '../../ports.js'
import { type Api, addEndpoint, NOTHING } from '../endpoint.js'
import { pageOf, pageOptions, pageQuery } from '../schemas/page.js'
import { record, text } from '../schemas/text.js'
import { tldSchema, tldSummarySchema } from '../schemas/tlds.js'
import { readTldSummary, readTldView, tldOf } from '../tld-view.js'

const tag = 'TLDs'
const tldParam = z.object({ tld: z.string().openapi({ description: 'In A-labels or U-labels, such as de or co.uk.' }) })

const listing = {
  method: 'get',
  path: '/v1/tlds',
  operation: 'listTlds',
  tag,
  summary: 'List the TLDs that orders are taken for',
  description: 'In the order of the alphabet. What an order has to say is with the single TLD.',
  access: 'any',
  params: NOTHING,
  query: z.strictObject(pageQuery),
  body: NOTHING,
  status: 200,
  reply: pageOf(tldSummarySchema),
} as const

const reading = {
  method: 'get',
  path: '/v1/tlds/{tld}',
  operation: 'readTld',
  tag,
  summary: 'Read a TLD: its agreement, its actions, and what an order has to say',
  access: 'any',
  params: tldParam,
  query: NOTHING,
  body: NOTHING,
  status: 200,
  reply: tldSchema,
  problems: [404],
} as const

const assigning = {
  method: 'put',
  path: '/v1/tlds/{tld}',
  operation: 'assignTld',
  tag,
  summary: 'Give a TLD to a connection, also one that another has',
  description: 'New orders go there. Open orders and domains stay where they are. Again: the same answer.',
  access: 'admin',
  params: tldParam,
  query: NOTHING,
  body: record({ connection: text(200).openapi({ description: 'Its id or title.' }) }).openapi('TldAssignment'),
  status: 200,
  reply: tldSchema,
  problems: [400, 404, 409, 413],
} as const

/** TLDs: list, read, give to a connection. */
export const addTldEndpoints = (api: Api, deps: Deps): void => {
  addEndpoint(api, listing, async ({ query }) => {
    const { items, next } = page(ownersOf(await deps.store.connections.list()), pageOptions(query))
    const views = await Promise.all(items.map(([tld, connection]) => readTldSummary(deps, tld, connection)))
    return { body: { items: views, next } }
  })
  addEndpoint(api, reading, async ({ params }) => {
    const tld = tldOf(params.tld)
    const owners = ownersOf(await deps.store.connections.list())
    const owner = owners.find(([name]) => name === tld)
    if (owner === undefined) throw unsupported(params.tld, owners)
    return { body: await readTldView(deps, tld, owner[1]) }
  })
  addEndpoint(api, assigning, async ({ caller, params, body }) => {
    const tld = tldOf(params.tld)
    const connection = await assignTld(deps, { tld, connection: body.connection, actor: caller.actor })
    return { body: await readTldView(deps, tld, connection) }
  })
}

const ownersOf = (connections: readonly Connection[]): [string, Connection][] =>
  connections
    .flatMap((connection) => connection.tlds.map((tld): [string, Connection] => [tld, connection]))
    .sort(([a], [b]) => (a < b ? -1 : 1))

const unsupported = (given: string, owners: readonly [string, Connection][]): Refusal => {
  const supported = owners.length === 0 ? 'none yet' : owners.map(([tld]) => tld).join(', ')
  return new Refusal('not-found', `no connection takes orders under .${given}; supported are: ${supported}`)
}

/** After the TLD that the cursor names, which may have gone meanwhile. */
const page = (all: readonly [string, Connection][], { limit, cursor }: PageOptions) => {
  const after = cursor === null ? null : Buffer.from(cursor, 'base64url').toString()
  if (after !== null && !/^[a-z0-9.-]{1,253}$/.test(after))
    throw new Refusal('invalid', 'the cursor is none that this list gave', {
      problems: [{ pointer: '/cursor', detail: 'is none that this list gave; begin without one' }],
    })
  const rest = after === null ? all : all.filter(([tld]) => tld > after)
  const items = rest.slice(0, limit)
  const last = items.at(-1)
  return { items, next: rest.length > limit && last !== undefined ? Buffer.from(last[0]).toString('base64url') : null }
}
