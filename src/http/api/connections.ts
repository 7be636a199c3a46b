import { z } from '@hono/zod-openapi'
import type { Connection } from '../../core/connection.js'
import { Refusal } from '../../core/errors.js'
import { changeConnection } from '../../flows/change-connection.js'
import type { Deps } from '../../flows/deps.js'
import { addConnection, removeConnection } from '../../flows/manage-connections.js'
import { setPaused } from '../../flows/pause-connection.js'
import type { PageOptions } from '../../ports.js'
import { readConnectionView } from '../connection-view.js'
import { type Api, addEndpoint, NOTHING } from '../endpoint.js'
import { pageOf, pageOptions, pageQuery } from '../schemas/page.js'
import { connectionSchema } from '../schemas/views.js'

const tag = 'Connections'
const idParam = z.object({ id: z.string() })

const adding = {
  method: 'post',
  path: '/v1/connections',
  operation: 'addConnection',
  tag,
  summary: 'Add a connection',
  description: 'The body is what a connection file holds.',
  access: 'admin',
  params: NOTHING,
  query: NOTHING,
  // The profile decides about its own part, so the flow checks the whole at once.
  body: z.unknown().openapi({ type: 'object', description: 'As docs describe a connection file.' }),
  status: 201,
  reply: connectionSchema,
  problems: [400, 409, 413],
} as const

const listing = {
  method: 'get',
  path: '/v1/connections',
  operation: 'listConnections',
  tag,
  summary: 'List connections',
  access: 'admin',
  params: NOTHING,
  query: z.strictObject(pageQuery),
  body: NOTHING,
  status: 200,
  reply: pageOf(connectionSchema),
} as const

const reading = {
  method: 'get',
  path: '/v1/connections/{id}',
  operation: 'readConnection',
  tag,
  summary: 'Read a connection',
  access: 'admin',
  params: idParam,
  query: NOTHING,
  body: NOTHING,
  status: 200,
  reply: connectionSchema,
  problems: [404],
} as const

const changing = {
  method: 'patch',
  path: '/v1/connections/{id}',
  operation: 'changeConnection',
  tag,
  summary: 'Change a connection',
  description:
    'A merge patch (RFC 7396) in the words of a connection file, such as another list of `trust.keys`. Profile and reply address stay; `mode` becomes `live` once the checklist is done.',
  access: 'admin',
  params: idParam,
  query: NOTHING,
  body: z.record(z.string(), z.unknown()).openapi({ type: 'object', description: 'What changes; null removes.' }),
  status: 200,
  reply: connectionSchema,
  problems: [400, 404, 409, 413],
} as const

const switching = {
  method: 'post',
  tag,
  access: 'admin',
  params: idParam,
  query: NOTHING,
  body: NOTHING,
  status: 200,
  reply: connectionSchema,
  problems: [404],
} as const

const pausing = {
  ...switching,
  path: '/v1/connections/{id}/pause',
  operation: 'pauseConnection',
  summary: 'Let nothing of a connection leave',
  description: 'Orders are still taken and wait; replies are still read. Again: the same answer.',
} as const

const resuming = {
  ...switching,
  path: '/v1/connections/{id}/resume',
  operation: 'resumeConnection',
  summary: 'Let a paused connection send again',
  description: 'What waited is due at once. Again: the same answer.',
} as const

const removing = {
  method: 'delete',
  path: '/v1/connections/{id}',
  operation: 'removeConnection',
  tag,
  summary: 'Remove a connection that nothing depends on',
  access: 'admin',
  params: idParam,
  query: NOTHING,
  body: NOTHING,
  status: 204,
  reply: z.null(),
  problems: [404, 409],
} as const

/** Connections: add, list, read, change, remove. Passphrases and passwords are never in one, only where to find them. */
export const addConnectionEndpoints = (api: Api, deps: Deps): void => {
  addEndpoint(api, adding, async ({ caller, body }) => {
    const connection = await addConnection(deps, body, caller.actor)
    return {
      body: await readConnectionView(deps, connection),
      headers: { location: `/v1/connections/${connection.id}` },
    }
  })
  addEndpoint(api, listing, async ({ query }) => ({
    body: await page(deps, await deps.store.connections.list(), pageOptions(query)),
  }))
  addEndpoint(api, reading, async ({ params }) => {
    const connection = await deps.store.connections.get(params.id)
    if (connection === null) throw new Refusal('not-found', `there is no connection ${params.id}`)
    return { body: await readConnectionView(deps, connection) }
  })
  addEndpoint(api, changing, async ({ caller, params, body }) => ({
    body: await readConnectionView(deps, await changeConnection(deps, params.id, body, caller.actor)),
  }))
  addEndpoint(api, pausing, async ({ caller, params: { id } }) => ({
    body: await readConnectionView(deps, await setPaused(deps, { id, paused: true, actor: caller.actor })),
  }))
  addEndpoint(api, resuming, async ({ caller, params: { id } }) => ({
    body: await readConnectionView(deps, await setPaused(deps, { id, paused: false, actor: caller.actor })),
  }))
  addEndpoint(api, removing, async ({ caller, params }) => {
    await removeConnection(deps, params.id, caller.actor)
    return { body: null }
  })
}

/** There are few connections: a page is cut from all of them, after the one that the cursor names. */
const page = async (deps: Deps, all: readonly Connection[], { limit, cursor }: PageOptions) => {
  const start = cursor === null ? 0 : all.findIndex(({ id }) => id === cursor) + 1
  if (cursor !== null && start === 0)
    throw new Refusal('invalid', 'the cursor is none that this list gave', {
      problems: [{ pointer: '/cursor', detail: 'is none that this list gave; begin without one' }],
    })
  const items = all.slice(start, start + limit)
  return {
    items: await Promise.all(items.map((connection) => readConnectionView(deps, connection))),
    next: start + limit < all.length ? (items.at(-1)?.id ?? null) : null,
  }
}
