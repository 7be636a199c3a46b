import { z } from '@hono/zod-openapi'
import { ACTION_LEVELS } from '../../core/action-log.js'
import { actionView } from '../../core/views.js'
import type { Deps } from '../../flows/deps.js'
import { type Api, addEndpoint, NOTHING } from '../endpoint.js'
import { pageOf, pageOptions, pageQuery } from '../schemas/page.js'
import { instant } from '../schemas/text.js'
import { actionSchema } from '../schemas/views.js'
import { asciiName } from './orders.js'

const searchWord = () => z.string().max(200).optional()

const listing = {
  method: 'get',
  path: '/v1/actions',
  operation: 'listActions',
  tag: 'Action log',
  summary: 'The action log, newest first',
  description:
    'Actor, event and text are looked for in 50,000 entries at a time: a page with few items or none may have a `next`, which goes on.',
  access: 'shared',
  params: NOTHING,
  query: z.strictObject({
    ...pageQuery,
    domain: z.string().optional(),
    order: z.string().optional(),
    level: z.enum(ACTION_LEVELS).optional().openapi({ description: 'This level and above.' }),
    since: instant().optional(),
    until: instant().optional(),
    actor: searchWord().openapi({ description: 'Who did it: `system`, `registry`, `user:NAME`, `token:NAME`.' }),
    event: searchWord().openapi({ description: 'What happened, such as `order.placed`.' }),
    q: searchWord().openapi({ description: 'Is in the sentence, but for case.' }),
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
    const { domain, order: orderId, q: text, limit: _limit, cursor: _cursor, ...filter } = query
    const { items, next } = await store.actions.list(
      { ...filter, orderId, text, domain: domain === undefined ? undefined : asciiName(domain) },
      pageOptions(query),
    )
    return { body: { items: items.map(actionView), next } }
  })
}
