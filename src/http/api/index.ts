import { OpenAPIHono } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import type { Deps } from '../../flows/deps.js'
import type { Authenticate } from '../auth.js'
import { answerProblem } from '../problem.js'
import { addActionEndpoints } from './actions.js'
import { addBatchEndpoints, BATCH_PATH } from './batches.js'
import { addChecklistEndpoints } from './checklist.js'
import { addConnectionTestEndpoint } from './connection-test.js'
import { addConnectionEndpoints } from './connections.js'
import { addDomainEndpoints } from './domains.js'
import { addErasureEndpoint } from './erasures.js'
import { describeEvents } from './events.js'
import { addEvidenceEndpoints } from './evidence.js'
import { addFormEndpoints } from './forms.js'
import { addMailEndpoints } from './mails.js'
import { addNoticeEndpoints } from './notices.js'
import { addOrderEndpoints } from './orders.js'
import { addPendingEndpoints } from './pending.js'
import { addPriceEndpoints } from './prices.js'
import { addRehearsalEndpoint } from './rehearsal.js'
import { addRuleEndpoints } from './rules.js'
import { addTemplateEndpoint } from './templates.js'
import { addTicketEndpoints } from './tickets.js'
import { addTldEndpoints } from './tlds.js'
import { addWebhookEndpoints } from './webhooks.js'

const MIB = 1024 * 1024
/** Of a call, and of one with many orders. In MiB. */
const LARGEST_BODY = 1
const LARGEST_BATCH = 4

/** Everything under `/v1`, for callers whom `authenticate` knows, and its description at `/openapi.json`. */
export const createApi = (deps: Deps, authenticate: Authenticate): OpenAPIHono => {
  const app = new OpenAPIHono()
  app.onError(answerProblem(deps.log))
  app.use('/v1/*', knownBeforeRead(authenticate), bounded)
  app.use('/v1/*', async (c, next) => {
    await next()
    c.header('cache-control', 'no-store')
  })
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' })
  const api = { app, authenticate }
  addOrderEndpoints(api, deps)
  addBatchEndpoints(api, deps)
  addPendingEndpoints(api, deps)
  addFormEndpoints(api, deps)
  addDomainEndpoints(api, deps)
  addActionEndpoints(api, deps)
  addMailEndpoints(api, deps)
  addEvidenceEndpoints(api, deps)
  addErasureEndpoint(api, deps)
  addConnectionEndpoints(api, deps)
  addChecklistEndpoints(api, deps)
  addConnectionTestEndpoint(api, deps)
  addRehearsalEndpoint(api, deps)
  addRuleEndpoints(api, deps)
  addTemplateEndpoint(api, deps)
  addTicketEndpoints(api, deps)
  addTldEndpoints(api, deps)
  addPriceEndpoints(api, deps)
  addWebhookEndpoints(api, deps)
  addNoticeEndpoints(api, deps)
  describeEvents(api)
  app.get('/openapi.json', (c) => c.json(app.getOpenAPI31Document(ABOUT)))
  return app
}

/** To know its size a body that does not tell its length is kept in memory as it comes: of strangers it is not read. */
const knownBeforeRead =
  (authenticate: Authenticate): MiddlewareHandler =>
  async (c, next) => {
    if (c.req.header('transfer-encoding') !== undefined) await authenticate(c)
    await next()
  }

const limitOf = (mib: number): MiddlewareHandler =>
  bodyLimit({
    maxSize: mib * MIB,
    onError: () => {
      throw new HTTPException(413, { message: `The body is larger than ${mib} MiB; send less at once` })
    },
  })

const bounded: MiddlewareHandler = (c, next) => (c.req.path === BATCH_PATH ? batchLimit : callLimit)(c, next)
const [callLimit, batchLimit] = [limitOf(LARGEST_BODY), limitOf(LARGEST_BATCH)]

const ABOUT = {
  openapi: '3.1.0',
  servers: [{ url: '/', description: 'The gateway that serves this document' }],
  info: {
    title: 'Sealpost',
    version: '1',
    description: 'Orders for domain registries that are driven by signed e-mail. Problems are RFC 9457.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
}
