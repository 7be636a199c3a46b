import { z } from '@hono/zod-openapi'
import { ACTION_LEVELS } from '../../core/action-log.js'
import { actionView } from '../../core/views.js'
import type { Deps } from '../../flows/deps.js'
import { type Api, addEndpoint, NOTHING } from '../endpoint.js'
import { pageOf, pageOptions, pageQuery } from '../schemas/page.js'
import { instant } from '../schemas/text.js'
import { actionSchema } from '../schemas/views.js'
import { asciiName } from './orders.js'

const listing = {
  method: 'get',
  path: '/v1/actions',
  operation: 'listActions',
  tag: 'Action log',
  summary: 'The action log, newest first',
  access: 'shared',
  params: NOTHING,
  query: z.strictObject({
    ...pageQuery,
    domain: z.string().optional(),
    order: z.string().optional(),
    level: z.enum(ACTION_LEVELS).optional().openapi({ description: 'This level and above.' }),
    since: instant().optional(),
    after: z
      .string()
      .regex(/^\d{1,18}$/, 'must be the id of an entry, or 0 for the first')
      .optional()
      .openapi({ description: 'Only entries after the one with this id, oldest first: to follow the log.' }),
  }),
  body: NOTHING,
  status: 200,
  reply: pageOf(actionSchema),
} as const

/** The action log. */
export const addActionEndpoints = (api: Api, { store }: Deps): void => {
  addEndpoint(api, listing, async ({ query }) => {
    const { domain, order, level, since, after } = query
    const { items, next } = await store.actions.list(
      { domain: domain === undefined ? undefined : asciiName(domain), orderId: order, level, since, after },
      pageOptions(query),
    )
    return { body: { items: items.map(actionView), next } }
  })
}
