import { z } from '@hono/zod-openapi'
import { compareRequests } from '../../flows/compare-requests.js'
import type { Deps } from '../../flows/deps.js'
import { type Api, addEndpoint, NOTHING } from '../endpoint.js'
import { comparisonBody, comparisonSchema } from '../schemas/templates.js'

const trying = {
  method: 'post',
  path: '/v1/connections/{id}/templates/try',
  operation: 'tryTemplate',
  tag: 'Connections',
  summary: 'What a template would make of requests that were sent',
  description:
    'The newest 20 requests of the action that the registry carried out are written once more and compared with what was sent. Nothing is stored, signed or sent.',
  access: 'admin',
  params: z.object({ id: z.string() }),
  query: NOTHING,
  body: comparisonBody,
  status: 200,
  reply: comparisonSchema,
  problems: [400, 404, 413],
} as const

/** Templates, before they are used. */
export const addTemplateEndpoint = (api: Api, deps: Deps): void => {
  addEndpoint(api, trying, async ({ params: { id }, body: { action, template = null } }) => {
    const { problems, compared } = await compareRequests(deps, { connectionId: id, action, template })
    return {
      body: {
        problems,
        compared: compared.map(({ sentAt, ...one }) => ({ ...one, sentAt: sentAt?.toISOString() ?? null })),
      },
    }
  })
}
