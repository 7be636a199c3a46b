import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { parseOrderedName } from '../../core/domain-name.js'
import { Refusal } from '../../core/errors.js'
import { ORDER_STATUSES, type Order } from '../../core/order.js'
import type { OrderView } from '../../core/views.js'
import { approveOrder, rejectOrder } from '../../flows/approve-order.js'
import { checkOrder } from '../../flows/check-order.js'
import { cancelOrder, resetOrder, retryOrder } from '../../flows/decide-order.js'
import type { Deps } from '../../flows/deps.js'
import { holderOf } from '../../flows/own-domain.js'
import { payOrder } from '../../flows/pay-order.js'
import { acknowledgeDns } from '../../flows/prepare-dns.js'
import type { OrderBody } from '../../flows/prepare-order.js'
import { previewOrder } from '../../flows/preview-order.js'
import { readOrderForm } from '../../flows/read-order-form.js'
import { takeOrder } from '../../flows/take-order.js'
import type { Tables } from '../../ports.js'
import { besideSupport, besideSupportOfName } from '../beside-support.js'
import { approverOf, type Caller, requireAccount, requireAction } from '../caller.js'
import { type Api, addEndpoint, NOTHING, problemResponses, routingPath } from '../endpoint.js'
import { readOrderView, withSupport } from '../read-views.js'
import { orderBodySchema } from '../schemas/order-body.js'
import { pageOf, pageOptions, pageQuery } from '../schemas/page.js'
import { instant, record, text } from '../schemas/text.js'
import { checkedOrderSchema, orderSchema, previewSchema } from '../schemas/views.js'

const tag = 'Orders'
const idParam = z.object({ id: z.string() })

const placing = {
  method: 'post',
  path: '/v1/orders',
  operation: 'placeOrder',
  tag,
  summary: 'Place an order',
  description:
    "A customer's order sends nothing before its payment; a provider's goes at once. What takes two persons (`SEALPOST_TWO_PERSONS`) is `awaiting-approval` then, until a second one approves it. The same order again, by `Idempotency-Key` or by `(account.id, billingOrderId)`, is answered with the first one. `approve-transfer` and `reject-transfer` take a token with the scope admin.",
  access: 'any',
  params: NOTHING,
  query: NOTHING,
  headers: z.object({ 'idempotency-key': z.string().max(255).optional() }),
  body: orderBodySchema,
  status: 202,
  reply: orderSchema,
  problems: [400, 409, 413],
} as const

const paying = {
  method: 'post',
  path: '/v1/orders/{id}/payment',
  operation: 'payOrder',
  tag,
  summary: 'Say that an order is paid',
  description: 'Its request is queued. Again: the same answer, and nothing is sent twice. The body may be empty.',
  access: 'any',
  params: idParam,
  query: NOTHING,
  body: record({ paidAt: instant().optional(), reference: text(200).optional() }).openapi('Payment'),
  status: 200,
  reply: orderSchema,
  problems: [400, 404, 409, 413],
} as const

const reading = {
  method: 'get',
  path: '/v1/orders/{id}',
  operation: 'readOrder',
  tag,
  summary: 'Read an order',
  access: 'any',
  params: idParam,
  query: NOTHING,
  body: NOTHING,
  status: 200,
  reply: orderSchema,
  problems: [404],
} as const

const listing = {
  method: 'get',
  path: '/v1/orders',
  operation: 'listOrders',
  tag,
  summary: 'List orders, newest first',
  access: 'any',
  params: NOTHING,
  query: z.strictObject({ ...pageQuery, status: z.enum(ORDER_STATUSES).optional(), domain: z.string().optional() }),
  body: NOTHING,
  status: 200,
  reply: pageOf(orderSchema),
} as const

const deciding = {
  method: 'post',
  tag,
  access: 'any',
  params: idParam,
  query: NOTHING,
  body: NOTHING,
  status: 200,
  reply: orderSchema,
  problems: [404, 409],
} as const

const cancelling = {
  ...deciding,
  path: '/v1/orders/{id}/cancel',
  operation: 'cancelOrder',
  summary: 'Withdraw an order that is open',
  description:
    'What was paid is refunded. What has left may still be carried out by the registry: a success that comes later is a conflict for a person.',
} as const

const resetting = {
  ...deciding,
  path: '/v1/orders/{id}/reset',
  operation: 'resetOrder',
  summary: "Begin the wait for the registry's reply anew",
  description: 'The deadline is the reply time-out of the connection from now. Who did it is in the action log.',
} as const

const checking = {
  ...deciding,
  path: '/v1/orders/{id}/check',
  operation: 'checkOrder',
  summary: "Look for the registry's answer now",
  description: 'Mails of the connection that wait to be read are read. `check` says what was found.',
  reply: checkedOrderSchema,
} as const

const retrying = {
  ...deciding,
  path: '/v1/orders/{id}/retry',
  operation: 'retryOrder',
  summary: 'Try an order again',
  description:
    'An order that failed (refused, timed out) is checked again and sent with a new request, once a second person approved it where that is needed and was not done; nothing is charged or refunded a second time. An uncertain one is sent again with the same reference: look at the registry first, it may have the request already. One that waits for its next try is tried now.',
} as const

const approving = {
  ...deciding,
  path: '/v1/orders/{id}/approve',
  operation: 'approveOrder',
  summary: 'Approve an order as the second person',
  description:
    'Of an order that is `awaiting-approval` (`SEALPOST_TWO_PERSONS`). It takes a token that stands for a console user, who is operator or administrator and did not order it, not by a token that they made either. Again by the same person: the same answer.',
} as const

const rejecting = {
  ...deciding,
  path: '/v1/orders/{id}/reject',
  operation: 'rejectOrder',
  summary: 'Reject an order that waits for a second person',
  description:
    'It is cancelled with the code `rejected` and the note as its reason, and what was paid is refunded. Whoever may cancel an order may reject it.',
  body: record({ note: text(500).openapi({ description: 'Why it is not wanted; billing is told.' }) }).openapi(
    'Rejection',
  ),
  problems: [400, 404, 409, 413],
} as const

const preparing = {
  ...deciding,
  path: '/v1/orders/{id}/dns-prepared',
  operation: 'acknowledgeDns',
  summary: "Say that the DNS of an order's name is prepared",
  description:
    'Of an order that is held by `dnsPrepare: required` of its connection: its request may go then, as if every webhook had answered `dns.prepare` with 2xx. Again: the same answer, and nothing is sent twice.',
} as const

const previewing = {
  method: 'post',
  path: '/v1/preview',
  operation: 'previewOrder',
  tag,
  summary: 'Show the exact signed mail that an order would send',
  description:
    'Nothing is stored and nothing is sent. The mail bears a valid signature and could be sent by whoever has it, so only an administrator gets it.',
  access: 'admin',
  params: NOTHING,
  query: NOTHING,
  body: orderBodySchema,
  status: 200,
  reply: previewSchema,
  problems: [400, 409, 413],
} as const

const FORM_PATH = '/v1/orders/{id}/form'

/** Orders: place, pay, approve, reject, cancel, reset, check, retry, read, list, preview; say that their DNS is prepared; and the forms of some. */
export const addOrderEndpoints = (api: Api, deps: Deps): void => {
  addEndpoint(api, placing, async ({ c, caller, body }) => {
    const answer = await placeFor(deps, caller, { body, key: idempotencyKey(c.req.header('idempotency-key')) })
    return { body: answer, headers: { location: `/v1/orders/${answer.id}` } }
  })
  addEndpoint(api, paying, async ({ caller, params, body }) => {
    const { paidAt = null, reference = null } = body
    const pay = (id: string) => payOrder(deps, { id, paidAt, reference, actor: caller.actor })
    return { body: await decide(deps, await findDecidable(deps, caller, params.id), pay) }
  })
  addEndpoint(api, reading, async ({ caller, params }) => ({
    body: await readOrderView(deps.store, await findOrder(deps, caller, params.id)),
  }))
  addEndpoint(api, listing, async ({ caller, query }) => {
    const filter = {
      status: query.status,
      domain: query.domain === undefined ? undefined : asciiName(query.domain),
      accountId: caller.accountId ?? undefined,
    }
    const { items, next } = await deps.store.orders.list(filter, pageOptions(query))
    return { body: { items: await Promise.all(items.map((order) => readOrderView(deps.store, order))), next } }
  })
  addEndpoint(api, cancelling, async ({ caller, params }) => ({
    body: await decide(deps, await findDecidable(deps, caller, params.id), (id) =>
      cancelOrder(deps, { id, actor: caller.actor }),
    ),
  }))
  addEndpoint(api, resetting, async ({ caller, params }) => ({
    body: await decide(deps, await findDecidable(deps, caller, params.id), (id) =>
      resetOrder(deps, { id, actor: caller.actor }),
    ),
  }))
  addEndpoint(api, checking, async ({ caller, params }) => ({
    body: await decide(deps, await findDecidable(deps, caller, params.id), (id) =>
      checkOrder(deps, { id, actor: caller.actor }),
    ),
  }))
  addEndpoint(api, retrying, async ({ caller, params }) => ({
    body: await decide(deps, await findDecidable(deps, caller, params.id), (id) =>
      retryOrder(deps, { id, actor: caller.actor, person: caller.person }),
    ),
  }))
  addEndpoint(api, approving, async ({ caller, params }) => {
    const by = approverOf(caller)
    return {
      body: await decide(deps, await findDecidable(deps, caller, params.id), (id) => approveOrder(deps, { id, by })),
    }
  })
  addEndpoint(api, rejecting, async ({ caller, params, body: { note } }) => ({
    body: await decide(deps, await findDecidable(deps, caller, params.id), (id) =>
      rejectOrder(deps, { id, note, actor: caller.actor }),
    ),
  }))
  addEndpoint(api, preparing, async ({ caller, params }) => ({
    body: await decide(deps, await findDecidable(deps, caller, params.id), (id) =>
      acknowledgeDns(deps, { id, actor: caller.actor }),
    ),
  }))
  addEndpoint(api, previewing, async ({ body }) => {
    const preview = () => previewOrder(deps, body)
    const { envelope, raw } = await besideSupportOfName(deps.store, body.domain, preview)
    return { body: { envelope, raw: raw.toString('utf8') } }
  })
  describeForm(api)
  api.app.get(routingPath(FORM_PATH), async (c) => {
    const caller = await api.authenticate(c)
    const order = await findOrder(deps, caller, c.req.param('id') ?? '')
    // Who sees no mails sees no AuthInfo.
    return formFile(c, await readOrderForm(deps, order, { whole: caller.accountId === null }))
  })
}

/** A form as a file to keep: never as something for a browser to show. */
export const formFile = (c: Context, { name, octets }: { name: string; octets: Buffer }): Response =>
  c.body(new Uint8Array(octets), 200, {
    'content-type': FORM_TYPE,
    'content-disposition': `attachment; filename="${name}"`,
    'x-content-type-options': 'nosniff',
  })

const FORM_TYPE = 'text/plain; charset=utf-8'

const describeForm = ({ app }: Api): void => {
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: FORM_PATH,
    operationId: 'readOrderForm',
    tags: [tag],
    summary: 'The form that an order was read from, as it was dropped',
    description:
      'Orders that came by another way have none. A token of one account gets `***` for the AuthInfo, as in the order; everybody else the exact octets.',
    security: [{ token: [] }],
    request: { params: idParam },
    responses: {
      200: { description: 'Done', content: { [FORM_TYPE]: { schema: { type: 'string', format: 'binary' } } } },
      ...problemResponses([404, 410]),
    },
  })
}

/** Places an order for a caller, who may for their own account, if they have one. */
export const placeFor = async (
  deps: Deps,
  caller: Caller,
  { body, key }: { body: OrderBody; key: string | null },
): Promise<OrderView> => {
  requireAccount(caller, body.account.id)
  requireAction(caller, body.action)
  const idempotency = key === null ? null : { owner: caller.owner, key }
  const guard = (tables: Tables) => requireOwnDomain(tables, caller, body)
  const { actor, person } = caller
  const place = async () => (await takeOrder(deps, { body, actor, person, idempotency, guard })).answer
  return besideSupportOfName(deps.store, body.domain, place)
}

/** What somebody decides about an order, with whom to ask where it went wrong, or goes wrong now. */
const decide = async <View extends OrderView>(
  { store }: Deps,
  { id, connectionId }: Order,
  act: (id: string) => Promise<View>,
) => withSupport(store, await besideSupport(store, connectionId, () => act(id)))

/** Throws `Refusal`: not-found, or forbidden where it is of another account than the caller. */
export const findOrder = async (deps: Deps, caller: Caller, id: string): Promise<Order> => {
  const order = await deps.store.orders.get(id)
  if (order === null) throw new Refusal('not-found', `there is no order ${id}`)
  requireAccount(caller, order.terms.account.id)
  return order
}

/** One that the caller may decide about. Throws as `findOrder`, and forbidden for what no billing system orders. */
const findDecidable = async (deps: Deps, caller: Caller, id: string): Promise<Order> => {
  const order = await findOrder(deps, caller, id)
  requireAction(caller, order.terms.action)
  return order
}

/** A token of one account orders nothing on a domain that is another's. */
const requireOwnDomain = async (tables: Tables, caller: Caller, body: OrderBody): Promise<void> => {
  const holder = caller.accountId === null ? null : await holderOf(tables, body)
  if (holder !== null) requireAccount(caller, holder)
}

/** Printable ASCII: what a header can carry without a doubt about its encoding. */
export const idempotencyKey = (header: string | undefined): string | null => {
  if (header === undefined || header === '') return null
  if (/^[\x21-\x7e]{1,255}$/.test(header)) return header
  throw new Refusal('invalid', 'Idempotency-Key must be 1 to 255 characters of ASCII without spaces, such as a UUID')
}

/** Filters take names as people write them; what is no name matches nothing. */
export const asciiName = (name: string): string => {
  const parsed = parseOrderedName(name)
  return parsed.ok ? parsed.value.name : name
}
