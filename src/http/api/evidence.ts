import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Deps } from '../../flows/deps.js'
import { type EvidenceAsked, makeEvidence } from '../../flows/make-evidence.js'
import { requireAccess } from '../caller.js'
import { type Api, problemResponses, routingPath } from '../endpoint.js'

const ZIP = 'application/zip'

const ENDPOINTS = [
  {
    path: '/v1/domains/{name}/evidence',
    operation: 'readDomainEvidence',
    tag: 'Domains',
    summary: 'What proves everything that happened to a domain, as a zip',
    params: z.object({ name: z.string().openapi({ description: 'In A-labels or U-labels.' }) }),
    asked: (c: Context): EvidenceAsked => ({ domain: c.req.param('name') ?? '' }),
  },
  {
    path: '/v1/orders/{id}/evidence',
    operation: 'readOrderEvidence',
    tag: 'Orders',
    summary: 'What proves everything that happened to an order, as a zip',
    params: z.object({ id: z.string() }),
    asked: (c: Context): EvidenceAsked => ({ order: c.req.param('id') ?? '' }),
  },
] as const

/** Bundles of evidence, each of which is recorded with who asked for it. */
export const addEvidenceEndpoints = (api: Api, deps: Deps): void => {
  for (const endpoint of ENDPOINTS) {
    describeEndpoint(api, endpoint)
    api.app.get(routingPath(endpoint.path), async (c) => {
      const caller = await api.authenticate(c)
      requireAccess(caller, 'admin')
      const { name, zip } = await makeEvidence(deps, endpoint.asked(c), caller.actor)
      return c.body(new Uint8Array(zip), 200, {
        'content-type': ZIP,
        'content-disposition': `attachment; filename="${name}"`,
        'x-content-type-options': 'nosniff',
      })
    })
  }
}

const describeEndpoint = (
  { app }: Api,
  { path, operation, tag, summary, params }: (typeof ENDPOINTS)[number],
): void => {
  app.openAPIRegistry.registerPath({
    method: 'get',
    path,
    operationId: operation,
    tags: [tag],
    summary,
    description:
      'Mails as they went over the network, keys, the entries of the log and what proves them; VERIFY.txt in it says how to verify that without the gateway.',
    security: [{ token: [] }],
    request: { params },
    responses: {
      200: { description: 'Done', content: { [ZIP]: { schema: { type: 'string', format: 'binary' } } } },
      ...problemResponses([404, 409]),
    },
  })
}
