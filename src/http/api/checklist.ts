import { z } from '@hono/zod-openapi'
import { CHECKLIST, type ChecklistLine, isChecklistItem } from '../../core/checklist.js'
import { Refusal } from '../../core/errors.js'
import { readChecklist, tickChecklist } from '../../flows/checklist.js'
import type { Deps } from '../../flows/deps.js'
import { type Api, addEndpoint, NOTHING } from '../endpoint.js'
import { record, text } from '../schemas/text.js'

const checklistSchema = z
  .object({
    ready: z.boolean().openapi({ description: 'Whether the connection may go live by `PATCH` of its mode.' }),
    items: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        done: z.boolean(),
        detail: z.string().openapi({ description: 'What is known of it, or what to do.' }),
        doneBy: z.string().nullable(),
        doneAt: z.string().nullable().openapi({ format: 'date-time' }),
      }),
    ),
  })
  .openapi('Checklist')

const reading = {
  method: 'get',
  path: '/v1/connections/{id}/checklist',
  operation: 'readChecklist',
  tag: 'Connections',
  summary: 'What has to be done before a connection in test mode goes live',
  access: 'admin',
  params: z.object({ id: z.string() }),
  query: NOTHING,
  body: NOTHING,
  status: 200,
  reply: checklistSchema,
  problems: [404],
} as const

const ticking = {
  method: 'post',
  path: '/v1/connections/{id}/checklist/{item}',
  operation: 'tickChecklist',
  tag: 'Connections',
  summary: 'Say that an item of the checklist is done, or no longer',
  description: 'The name of the token is written beside it. Whether a test order passed is known from the orders.',
  access: 'admin',
  params: z.object({ id: z.string(), item: z.string() }),
  query: NOTHING,
  body: record({
    done: z.boolean().optional().openapi({ description: 'True unless said.' }),
    note: text(500).optional(),
  }).openapi('ChecklistTick'),
  status: 200,
  reply: checklistSchema,
  problems: [400, 404, 409, 413],
} as const

/** The checklist of a connection: read, tick. */
export const addChecklistEndpoints = (api: Api, deps: Deps): void => {
  addEndpoint(api, reading, async ({ params: { id } }) => {
    const connection = await deps.store.connections.get(id)
    if (connection === null) throw new Refusal('not-found', `there is no connection ${id}`)
    return { body: view(await readChecklist(deps, deps.store, connection)) }
  })
  addEndpoint(api, ticking, async ({ caller, params: { id, item }, body: { done = true, note = null } }) => {
    if (!isChecklistItem(item))
      throw new Refusal('not-found', `the checklist has no ${item}; it has ${Object.keys(CHECKLIST).join(', ')}`)
    return { body: view(await tickChecklist(deps, { id, item, done, note, actor: caller.actor })) }
  })
}

const view = (lines: readonly ChecklistLine[]) => ({
  ready: lines.every(({ done }) => done),
  items: lines.map(({ item, done, detail, doneBy, doneAt }) => ({
    ...{ id: item, title: CHECKLIST[item], done, detail, doneBy },
    doneAt: doneAt?.toISOString() ?? null,
  })),
})
