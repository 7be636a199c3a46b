import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { Fault, messageOf, type Problem, Refusal, type RefusalCode } from '../core/errors.js'
import type { Log } from '../ports.js'

const STATUS: Record<RefusalCode, number> = {
  invalid: 422,
  unsupported: 422,
  'key-reused': 422,
  conflict: 409,
  'not-found': 404,
  gone: 410,
  unauthorized: 401,
  forbidden: 403,
  'too-many': 429,
  'lookup-failed': 503,
  'dns-failed': 503,
}

const TITLE: Record<string, string> = {
  invalid: 'The request is not valid',
  unsupported: 'The registry cannot do this by mail',
  'key-reused': 'The idempotency key belongs to another request',
  conflict: 'The request conflicts with what is there',
  'lookup-failed': 'Nobody knows whether the name is free',
  'dns-failed': 'The DNS cannot be asked for now',
  'not-found': 'Not found',
  gone: 'No longer here',
  unauthorized: 'No valid token',
  forbidden: 'Not allowed',
  'too-many': 'Too many calls',
  malformed: 'The body is not JSON',
  'too-large': 'The body is too large',
  'method-not-allowed': 'The method does not apply here',
  unavailable: 'Not available for now',
  fault: 'The gateway cannot do this as it is set up',
  internal: 'Something went wrong here',
}

export type ProblemInput = {
  status: number
  /** The last word of `type`, for programs. */
  code: string
  /** What is wrong and what to do, for people. */
  detail: string
  problems?: readonly Problem[]
  headers?: Record<string, string>
  /** Extension members (RFC 9457, 3.2). */
  more?: Record<string, unknown>
}

/** Problem details (RFC 9457) with `errors[]`: a JSON pointer and a sentence for each field that is wrong. */
export const problemResponse = (input: ProblemInput): Response =>
  new Response(JSON.stringify(problemOf(input)), {
    status: input.status,
    headers: { 'content-type': 'application/problem+json', ...input.headers },
  })

export const problemOf = (input: ProblemInput) => ({
  type: `urn:sealpost:problem:${input.code}`,
  title: TITLE[input.code] ?? input.code,
  status: input.status,
  detail: input.detail,
  errors: [...(input.problems ?? [])],
  ...input.more,
})

export const statusOfRefusal = (refusal: Refusal): number => STATUS[refusal.code]

/** Seconds after which a caller may try again what failed for now. */
const RETRY_AFTER = '5'

export type Failure = ProblemInput & { unexpected: boolean }

/**
 * What a caller is told about something that was thrown. A `Fault` says in a sentence what to mend; of an error that
 * nobody expected nothing is told but the id to ask about.
 */
export const failureOf = (error: unknown, requestId: string): Failure => {
  if (error instanceof Refusal) return refusalFailure(error)
  if (error instanceof Fault && error.temporary)
    return {
      unexpected: false,
      status: 503,
      code: 'unavailable',
      detail: `${publicWords(error)}; whether this call was carried out is not known, so make the same call again in a few seconds`,
      headers: { 'retry-after': RETRY_AFTER },
    }
  if (error instanceof Fault)
    return { unexpected: true, status: 500, code: 'fault', detail: `${messageOf(error)} (request ${requestId})` }
  if (isBrokenOff(error))
    return { unexpected: false, status: 400, code: 'malformed', detail: 'The request broke off before its end' }
  if (error instanceof HTTPException && error.status < 500)
    return {
      unexpected: false,
      status: error.status,
      code: httpCode(error.status),
      detail: messageOf(error) || 'refused',
    }
  return {
    unexpected: true,
    status: 500,
    code: 'internal',
    detail: `This is our mistake, not yours. Give the administrator the request id ${requestId}; the log says more.`,
  }
}

/** Where the database is and what it said is for the log: the page to sign in at says this to anybody. */
const publicWords = (fault: Fault): string =>
  fault.code === 'store-unavailable' ? 'the database does not answer' : messageOf(fault)

/** `onError` of an app that speaks JSON. */
export const answerProblem =
  (log: Log) =>
  (error: unknown, c: Context): Response => {
    const failure = logFailure(log, error, c)
    return problemResponse(failure)
  }

/** Turns what was thrown into its answer, and into a line of the process log where nobody expected it. */
export const logFailure = (log: Log, error: unknown, c: Context): Failure => {
  const requestId: unknown = c.get('requestId')
  const id = typeof requestId === 'string' ? requestId : 'unknown'
  const failure = failureOf(error, id)
  const about = { requestId: id, method: c.req.method, path: c.req.path, err: error }
  if (failure.unexpected) log.error(about, 'an HTTP request failed unexpectedly')
  else if (failure.status === 503) log.warn(about, 'an HTTP request failed for now')
  return failure
}

/** How Node says that a client went away, or was cut off, in the middle of its body: nothing for an operator to mend. */
const isBrokenOff = (error: unknown): boolean =>
  error instanceof Error && error.message === 'aborted' && Reflect.get(error, 'code') === 'ECONNRESET'

const refusalFailure = (refusal: Refusal): Failure => ({
  unexpected: false,
  status: statusOfRefusal(refusal),
  code: refusal.code,
  detail: refusal.message,
  problems: refusal.problems,
  ...(refusal.support === null ? {} : { more: { support: refusal.support } }),
  headers: {
    ...(refusal.code === 'unauthorized' ? { 'www-authenticate': 'Bearer realm="sealpost"' } : {}),
    ...(refusal.temporary ? { 'retry-after': String(refusal.retryAfter ?? RETRY_AFTER) } : {}),
  },
})

const httpCode = (status: number): string =>
  status === 400
    ? 'malformed'
    : status === 413
      ? 'too-large'
      : status === 403
        ? 'forbidden'
        : status === 404
          ? 'not-found'
          : 'invalid'
