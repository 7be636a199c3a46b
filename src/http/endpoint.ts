import { type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { describeProblems, Refusal } from '../core/errors.js'
import { problemsOfIssues } from '../core/zod-issues.js'
import type { Authenticate } from './auth.js'
import { type Access, type Caller, requireAccess } from './caller.js'
import { problemSchema } from './schemas/views.js'

/** An app that endpoints are added to, and how it tells who calls. */
export type Api = { app: OpenAPIHono; authenticate: Authenticate }

/** For an endpoint without parameters, a query, or a body. */
export const NOTHING = z.strictObject({})

export type EndpointSpec<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Reply extends z.ZodType,
> = {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** As OpenAPI writes it: `/v1/orders/{id}`. */
  path: string
  /** Its name in clients that are generated from the description (`operationId`). */
  operation: string
  tag: string
  summary: string
  description?: string
  access: Access
  params: Params
  query: Query
  body: Body
  /** Headers that the endpoint reads, for its description alone. */
  headers?: z.ZodObject
  status: 200 | 201 | 202 | 204
  reply: Reply
  /** Statuses of problems beside 401, 403, 422, 429, 500 and 503. */
  problems?: readonly (400 | 404 | 409 | 413)[]
}

export type EndpointInput<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> = {
  c: Context
  caller: Caller
  params: z.output<Params>
  query: z.output<Query>
  body: z.output<Body>
}

/**
 * Adds an endpoint: who may call it, what it takes and what it answers are said once, and are both checked and described
 * in OpenAPI. The body is read as JSON whatever its content type says; an empty one is `{}` where all of it is optional.
 */
export const addEndpoint = <
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Reply extends z.ZodType,
>(
  { app, authenticate }: Api,
  spec: EndpointSpec<Params, Query, Body, Reply>,
  handle: (
    input: EndpointInput<Params, Query, Body>,
  ) => Promise<{ body: z.input<Reply>; headers?: Record<string, string> }>,
): void => {
  describeEndpoint(app, spec)
  app.on(spec.method.toUpperCase(), routingPath(spec.path), async (c) => {
    const caller = await authenticate(c)
    requireAccess(caller, spec.access)
    const params = check(spec.params, c.req.param())
    const query = check(spec.query, withoutEmpty(c.req.query()))
    const body = check(spec.body, hasBody(spec) ? await readJson(c) : {})
    const answer = await handle({ c, caller, params, query, body })
    for (const [name, value] of Object.entries(answer.headers ?? {})) c.header(name, value)
    return spec.status === 204 ? c.body(null, 204) : c.body(JSON.stringify(answer.body), spec.status, JSON_CONTENT)
  })
}

const JSON_CONTENT = { 'content-type': 'application/json' }

/** The value as the schema gives it. Throws `Refusal` invalid (422) with every problem. */
export const check = <Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> => {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const problems = problemsOfIssues(result.error.issues)
  throw new Refusal('invalid', describeProblems(problems), { problems })
}

/** Throws 400 for what is not JSON in UTF-8, and `Refusal` invalid (422) for what is nested too deeply. */
export const readJson = async (c: Context): Promise<unknown> => {
  const octets = await c.req.arrayBuffer()
  if (octets.byteLength === 0) return {}
  const value = parseJson(octets)
  if (isNestedDeeper(DEEPEST, value))
    throw new Refusal('invalid', `the body is nested more than ${DEEPEST} levels deep; nothing that is taken here is`)
  return value
}

const parseJson = (octets: ArrayBuffer): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(octets))
  } catch (cause) {
    const why = cause instanceof SyntaxError ? cause.message : 'it is not UTF-8'
    throw new HTTPException(400, { message: `The body must be JSON in UTF-8: ${why}`, cause })
  }
}

/** JSON may be nested without end (RFC 8259, 9); what walks through a body by calling itself may not. */
const DEEPEST = 64

/** Whether lists and groups are within each other more often than that. */
export const isNestedDeeper = (levels: number, value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((within) => isNestedDeeper(levels - 1, within)))

const hasBody = (spec: { body: unknown }): boolean => spec.body !== NOTHING

/** `?status=` means the same as no status. */
const withoutEmpty = (query: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''))

export const routingPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1')

type Described = EndpointSpec<z.ZodObject, z.ZodObject, z.ZodType, z.ZodType>

const describeEndpoint = (app: OpenAPIHono, spec: Described): void => {
  const content = spec.status === 204 ? {} : { content: { 'application/json': { schema: spec.reply } } }
  app.openAPIRegistry.registerPath({
    method: spec.method,
    path: spec.path,
    operationId: spec.operation,
    tags: [spec.tag],
    summary: spec.summary,
    ...(spec.description === undefined ? {} : { description: spec.description }),
    security: [{ token: [] }],
    request: {
      ...(spec.params === NOTHING ? {} : { params: spec.params }),
      ...(spec.query === NOTHING ? {} : { query: spec.query }),
      ...(spec.headers === undefined ? {} : { headers: spec.headers }),
      ...(hasBody(spec) ? { body: bodyOf(spec.body) } : {}),
    },
    responses: { [spec.status]: { description: 'Done', ...content }, ...problemResponses(spec.problems ?? []) },
  })
}

/** A body whose fields are all optional may be left out. */
const bodyOf = (schema: z.ZodType) => ({
  required: !schema.safeParse({}).success,
  content: { 'application/json': { schema } },
})

const PROBLEMS: Record<number, string> = {
  400: 'The body is not JSON',
  401: 'No valid token',
  403: 'The token does not allow this',
  404: 'There is no such thing',
  409: 'It conflicts with what is there',
  413: 'The body is too large',
  422: 'Something given is not valid',
  429: 'Too many calls of this token; `Retry-After` says when the next is taken',
  500: 'A mistake of the gateway',
  503: 'The store is away; try again',
}

/** Of OpenAPI: every problem has one shape. */
export const problemResponses = (statuses: readonly number[]) =>
  Object.fromEntries(
    [401, 403, 422, 429, 500, 503, ...statuses].map((status) => [
      status,
      {
        description: PROBLEMS[status] ?? 'A problem',
        content: { 'application/problem+json': { schema: problemSchema } },
      },
    ]),
  )
