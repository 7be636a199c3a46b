import { z } from '@hono/zod-openapi'
import type { Domain } from '../../core/domain.js'
import { DOMAIN_STATUSES } from '../../core/domain.js'
import { DOMAIN_SORTS } from '../../core/domain-list.js'
import { parseOrderedName, parseTld } from '../../core/domain-name.js'
import { Refusal } from '../../core/errors.js'
import { ownerOf } from '../../core/owner.js'
import type { Deps } from '../../flows/deps.js'
import { dismissError } from '../../flows/dismiss-error.js'
import { giveDomain } from '../../flows/give-domain.js'
import type { Page, PageOptions, Tables } from '../../ports.js'
import type { Caller } from '../caller.js'
import { type Api, addEndpoint, NOTHING } from '../endpoint.js'
import { readDomainView, readTimeline, type TimelineItem, timeOf } from '../read-views.js'
import { accountSchema } from '../schemas/order-body.js'
import { pageOf, pageOptions, pageQuery } from '../schemas/page.js'
import { record, text } from '../schemas/text.js'
import { domainSchema, timelineItemSchema } from '../schemas/views.js'

const tag = 'Domains'
const nameParam = z.object({ name: z.string().openapi({ description: 'In A-labels or U-labels.' }) })

const listing = {
  method: 'get',
  path: '/v1/domains',
  operation: 'listDomains',
  tag,
  summary: 'List domains',
  access: 'shared',
  params: NOTHING,
  query: z.strictObject({
    ...pageQuery,
    status: z.enum(DOMAIN_STATUSES).optional(),
    registered: z
      .enum(['true', 'false'])
      .transform((value) => value === 'true')
      .optional()
      .openapi({ type: 'boolean' }),
    connection: z.string().max(200).optional().openapi({ description: "A connection's id." }),
    tld: z.string().max(253).optional().openapi({ description: 'Names that end in it: `de`, `co.uk`.' }),
    q: text(253).optional().openapi({ description: 'A part of the name, in A- or U-labels.' }),
    sort: z.enum(DOMAIN_SORTS).optional().openapi({
      description:
        '`name`; `status`, in the order of their life; `age`, those first that are in their state for the shortest time. A hyphen turns it round. Without it the newest come first.',
    }),
  }),
  body: NOTHING,
  status: 200,
  reply: pageOf(domainSchema),
} as const

const reading = {
  method: 'get',
  path: '/v1/domains/{name}',
  operation: 'readDomain',
  tag,
  summary: 'Read a domain',
  access: 'any',
  params: nameParam,
  query: NOTHING,
  body: NOTHING,
  status: 200,
  reply: domainSchema,
  problems: [404],
} as const

const timeline = {
  method: 'get',
  path: '/v1/domains/{name}/timeline',
  operation: 'readTimeline',
  tag,
  summary: 'Everything that happened to a domain, oldest first',
  access: 'shared',
  params: nameParam,
  query: z.strictObject(pageQuery),
  body: NOTHING,
  status: 200,
  reply: pageOf(timelineItemSchema),
  problems: [404],
} as const

const dismissing = {
  method: 'post',
  path: '/v1/domains/{name}/dismiss',
  operation: 'dismissError',
  tag,
  summary: 'Let a domain in Error stand as it is',
  description:
    'A domain that is ours becomes Registered again, one that never became so is Closed. Its orders stay as they are, and nothing is charged or refunded. The note is in the action log.',
  access: 'admin',
  params: nameParam,
  query: NOTHING,
  body: record({
    note: text(500).openapi({ description: 'What was found out, for who reads the log later.' }),
  }).openapi('Dismissal'),
  status: 200,
  reply: domainSchema,
  problems: [400, 404, 409, 413],
} as const

const giving = {
  method: 'patch',
  path: '/v1/domains/{name}',
  operation: 'giveDomain',
  tag,
  summary: 'Give a domain to another account',
  description:
    'Nothing is sent to its registry. From then on the account that it belonged to reads it no more and orders nothing on it; mails about it go to the new one. 409 while an order is open on it, where it is not registered here, and where it belongs to that account already.',
  access: 'admin',
  params: nameParam,
  query: NOTHING,
  body: record({
    account: accountSchema,
    from: text(100)
      .optional()
      .openapi({ description: 'The account that you take it from: 409 where it belongs to another one by now.' }),
  }).openapi('DomainChange'),
  status: 200,
  reply: domainSchema,
  problems: [400, 404, 409, 413],
} as const

/** Domains: list, read, give, timeline, dismiss. */
export const addDomainEndpoints = (api: Api, deps: Deps): void => {
  const { store, clock } = deps
  addEndpoint(api, listing, async ({ query }) => {
    const { status, registered, connection: connectionId, sort } = query
    const filter = {
      status,
      registered,
      connectionId,
      sort,
      tld: asciiTld(query.tld),
      part: query.q?.normalize('NFC').toLowerCase(),
    }
    const { items, next } = await store.domains.list(filter, pageOptions(query))
    return {
      body: { items: await Promise.all(items.map((domain) => readDomainView(deps, domain, clock.now()))), next },
    }
  })
  addEndpoint(api, reading, async ({ caller, params }) => {
    const domain = await findDomain(store, params.name)
    await requireOwnDomain(store, caller, domain)
    return { body: await readDomainView(deps, domain, clock.now()) }
  })
  addEndpoint(api, giving, async ({ caller, params: { name }, body: { account, from = null } }) => {
    const to = { ...account, email: account.email ?? null }
    const domain = await giveDomain(deps, { name, account: to, from, actor: caller.actor })
    return { body: await readDomainView(deps, domain, clock.now()) }
  })
  addEndpoint(api, timeline, async ({ params, query }) => {
    const domain = await findDomain(store, params.name)
    return { body: pageOfTimeline(await readTimeline(store, domain.name), pageOptions(query)) }
  })
  addEndpoint(api, dismissing, async ({ caller, params: { name }, body: { note } }) => {
    const domain = await dismissError(deps, { name, note, actor: caller.actor })
    return { body: await readDomainView(deps, domain, clock.now()) }
  })
}

/** What is no TLD is the end of no name. */
const asciiTld = (given: string | undefined): string | undefined => {
  const parsed = given === undefined ? null : parseTld(given)
  return parsed?.ok === true ? parsed.value.tld : given
}

/** By A-label or U-label. Throws `Refusal` not-found (404), for what is no name at all too. */
export const findDomain = async (tables: Tables, name: string): Promise<Domain> => {
  const parsed = parseOrderedName(name)
  const domain = parsed.ok ? await tables.domains.get(parsed.value.name) : null
  if (domain === null || domain.state === 'none')
    throw new Refusal('not-found', `no domain ${name} is looked after here`)
  return domain
}

/** To a token of one account the domains of others do not exist. */
const requireOwnDomain = async (tables: Tables, caller: Caller, domain: Domain): Promise<void> => {
  if (caller.accountId === null) return
  const owning = await tables.orders.findOwning(domain.name)
  if (ownerOf(domain, owning) === caller.accountId) return
  throw new Refusal('not-found', `the account ${caller.accountId} has no domain ${domain.unicodeName}`)
}

/** The cursor names the last item of a page: what is added later never moves what was shown. */
const pageOfTimeline = (items: readonly TimelineItem[], { limit, cursor }: PageOptions): Page<TimelineItem> => {
  const last = cursor === null ? -1 : items.findIndex((item) => cursorOf(item) === cursor)
  if (cursor !== null && last === -1)
    throw new Refusal('invalid', 'cursor is not the `next` of a page of this timeline; leave it out to begin again', {
      problems: [{ pointer: '/cursor', detail: 'is not the `next` of a page of this timeline' }],
    })
  const page = items.slice(last + 1, last + 1 + limit)
  const end = page.at(-1)
  return { items: page, next: end === undefined || last + 1 + limit >= items.length ? null : cursorOf(end) }
}

const cursorOf = (item: TimelineItem): string =>
  Buffer.from(`${item.kind}:${item.id}:${timeOf(item)}`).toString('base64url')
