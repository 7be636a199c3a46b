import { z } from '@hono/zod-openapi'
import type { Deps } from '../../flows/deps.js'
import { HOPS, testConnection } from '../../flows/test-connection.js'
import { type Api, addEndpoint, NOTHING } from '../endpoint.js'
import { record } from '../schemas/text.js'

const testing = {
  method: 'post',
  path: '/v1/connections/{id}/test',
  operation: 'testConnection',
  tag: 'Connections',
  summary: 'Try the way of a connection, and tell how far it goes',
  description:
    'A mail goes by the way that requests take to the reply address of the connection, signed as requests are; no registry gets it, and the answer comes when it has come in, or after `waitSeconds`. Where requests are calls of a server, that is asked something that changes nothing.',
  access: 'admin',
  params: z.object({ id: z.string() }),
  query: NOTHING,
  body: record({
    waitSeconds: z.number().int().min(0).max(60).optional().openapi({ description: '15 unless said.' }),
  }).openapi('ConnectionTest'),
  status: 200,
  reply: z
    .object({
      ok: z.boolean(),
      hops: z.array(
        z.object({
          hop: z.enum(HOPS),
          ok: z.boolean(),
          detail: z
            .string()
            .openapi({ description: "What happened, in the mail server's own words where it has said any." }),
          ms: z.number().nullable(),
        }),
      ),
      mail: z.string().nullable().openapi({ description: 'The mail as it came in.' }),
    })
    .openapi('ConnectionTestReport'),
  problems: [400, 404, 409, 413],
} as const

/** `connection test`. */
export const addConnectionTestEndpoint = (api: Api, deps: Deps): void =>
  addEndpoint(api, testing, async ({ caller, params: { id }, body: { waitSeconds = 15 } }) => ({
    body: await testConnection(deps, { id, waitMs: waitSeconds * 1_000, actor: caller.actor }),
  }))
