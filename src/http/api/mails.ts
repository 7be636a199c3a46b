import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { Refusal } from '../../core/errors.js'
import { isByMail, MAIL_STAGES, type Mail } from '../../core/mail.js'
import { mailView } from '../../core/views.js'
import { assignMail } from '../../flows/assign-mail.js'
import type { Deps } from '../../flows/deps.js'
import { readOctets } from '../../flows/read-octets.js'
import { replayMail } from '../../flows/replay-mail.js'
import type { Tables } from '../../ports.js'
import { requireAccess } from '../caller.js'
import { type Api, addEndpoint, NOTHING, problemResponses, routingPath } from '../endpoint.js'
import { pageOf, pageOptions, pageQuery } from '../schemas/page.js'
import { instant } from '../schemas/text.js'
import { assignBody } from '../schemas/tickets.js'
import { mailSchema } from '../schemas/views.js'

const tag = 'Mails'
const idParam = z.object({ id: z.string() })

const listing = {
  method: 'get',
  path: '/v1/mails',
  operation: 'listMails',
  tag,
  summary: 'List mails, newest first',
  access: 'shared',
  params: NOTHING,
  query: z.strictObject({
    ...pageQuery,
    direction: z.enum(['in', 'out']).optional(),
    verdict: z.enum(['trusted', 'untrusted', 'unsigned']).optional(),
    stage: z.enum(MAIL_STAGES).optional(),
    order: z.string().optional(),
    connection: z.string().optional(),
    since: instant().optional(),
    until: instant().optional(),
    party: z.string().max(254).optional().openapi({
      description:
        'Is in an address of the envelope, but for case. Looked for in 20,000 mails at a time: a page with few items may have a `next`.',
    }),
  }),
  body: NOTHING,
  status: 200,
  reply: pageOf(mailSchema),
} as const

const reading = {
  method: 'get',
  path: '/v1/mails/{id}',
  operation: 'readMail',
  tag,
  summary: 'Read what is known of a mail',
  access: 'shared',
  params: idParam,
  query: NOTHING,
  body: NOTHING,
  status: 200,
  reply: mailSchema,
  problems: [404],
} as const

const replaying = {
  ...reading,
  method: 'post',
  path: '/v1/mails/{id}/replay',
  operation: 'replayMail',
  summary: 'Judge a mail once more, with the keys, rules and profile of today',
  description: 'What took effect before cannot take effect again.',
  access: 'admin',
  status: 202,
  problems: [404, 409],
} as const

const assigning = {
  method: 'post',
  path: '/v1/mails/{id}/assign',
  operation: 'assignMail',
  tag,
  summary: 'Decide what a mail means that was not understood',
  description:
    'Puts it to a domain; `accepted`, `done` and `refused` settle the order of the domain as a reply of the registry would, in the name of the token. A mail that is not trusted can be `informational` alone.',
  access: 'admin',
  params: idParam,
  query: NOTHING,
  body: assignBody,
  status: 200,
  reply: mailSchema,
  problems: [400, 404, 409, 413],
} as const

const RAW_PATH = '/v1/mails/{id}/raw'

/** Mails: list, read, assign, and their exact octets. */
export const addMailEndpoints = (api: Api, deps: Deps): void => {
  const { store } = deps
  addEndpoint(api, listing, async ({ query }) => {
    const { limit: _limit, cursor: _cursor, ...filter } = query
    const { items, next } = await store.mails.list(filter, pageOptions(query))
    return { body: { items: items.map(mailView), next } }
  })
  addEndpoint(api, reading, async ({ params }) => ({ body: mailView(await findMail(store, params.id)) }))
  addEndpoint(api, replaying, async ({ caller, params: { id } }) => {
    await replayMail(deps, id, caller.actor)
    return { body: mailView(await findMail(store, id)) }
  })
  addEndpoint(api, assigning, async ({ caller, params, body }) => {
    const { code = null, ...said } = body
    return { body: mailView(await assignMail(deps, { ...said, code, id: params.id, actor: caller.actor })) }
  })
  describeRaw(api)
  api.app.get(routingPath(RAW_PATH), async (c) => {
    requireAccess(await api.authenticate(c), 'shared')
    return rawMail(c, deps, c.req.param('id') ?? '')
  })
}

export const findMail = async (tables: Tables, id: string): Promise<Mail> => {
  const mail = await tables.mails.get(id)
  if (mail === null) throw new Refusal('not-found', `there is no mail ${id}`)
  return mail
}

/** The octets of a mail as they went over SMTP, as a file to keep: never as something for a browser to show. */
export const rawMail = async (c: Context, deps: Deps, id: string): Promise<Response> => {
  const mail = await findMail(deps.store, id)
  const octets = await readOctets(deps, mail)
  if (octets.kind === 'gone') throw new Refusal('gone', octets.reason)
  return c.body(new Uint8Array(octets.raw), 200, {
    'content-type': isByMail(mail) ? 'message/rfc822' : 'application/octet-stream',
    'content-disposition': `attachment; filename="${mail.id}.${isByMail(mail) ? 'eml' : 'body'}"`,
    'x-content-type-options': 'nosniff',
  })
}

const describeRaw = ({ app }: Api): void => {
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: RAW_PATH,
    operationId: 'readMailOctets',
    tags: [tag],
    summary: 'The exact octets of a mail',
    security: [{ token: [] }],
    request: { params: idParam },
    responses: {
      200: { description: 'Done', content: { 'message/rfc822': { schema: { type: 'string', format: 'binary' } } } },
      ...problemResponses([404, 410]),
    },
  })
}
