import { Hono } from 'hono'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { requestId } from 'hono/request-id'
import type { Log } from '../ports.js'
import { answerProblem, problemResponse } from './problem.js'

/** An app that answers what no route answers, and what fails, as a problem; every request has an id. */
export const baseApp = (log: Log): Hono => {
  const app = new Hono()
  app.use(requestId(), async (c, next) => {
    await next()
    // Afterwards: an answer that is made for an error does not have what was set before.
    c.header('X-Request-Id', c.get('requestId'))
  })
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) =>
        problemResponse({
          status: 405,
          code: 'method-not-allowed',
          detail: `${c.req.method} does not apply to ${c.req.path}; allowed are ${methods.join(', ')}`,
          headers: { allow: methods.join(', ') },
        }),
    }),
  )
  app.onError(answerProblem(log))
  app.notFound((c) => problemResponse({ status: 404, code: 'not-found', detail: nothingAt(c.req.path) }))
  return app
}

export const nothingAt = (path: string): string => `there is nothing at ${path}; see /openapi.json`
