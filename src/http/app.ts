import type { Context, Hono, MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import { secureHeaders } from 'hono/secure-headers'
import type { Deps } from '../flows/deps.js'
import { createApi } from './api/index.js'
import { bearerAuth } from './auth.js'
import { baseApp, nothingAt } from './base-app.js'
import { requireAccess } from './caller.js'
import { createConsole, notFoundPage } from './console/index.js'
import type { Metrics } from './metrics.js'
import type { OneTimeLinks } from './one-time-links.js'
import { problemResponse } from './problem.js'
import type { HealthReport, HttpSettings } from './settings.js'

export type HttpAppOptions = {
  deps: Deps
  settings: HttpSettings
  /** Asked at every `/readyz`. */
  health(): Promise<HealthReport>
  metrics: Metrics
  links: OneTimeLinks
}

/** API, console, health and metrics as one Hono app. Does no I/O until a request comes. */
export const createHttpApp = (options: HttpAppOptions): Hono => {
  const { deps, settings, metrics } = options
  const app = baseApp(deps.log)
  const authenticate = bearerAuth({ store: deps.store, token: settings.token })
  app.use(async (c, next) => {
    await next()
    metrics.httpRequest({ route: routeOf(c), method: c.req.method, status: c.res.status })
    deps.log.debug({ method: c.req.method, path: c.req.path, status: c.res.status }, 'HTTP request')
  })
  app.use(secureHeaders(headersFor(settings)), unkept)
  app.get('/livez', (c) => c.json({ status: 'alive' }))
  app.get('/readyz', async () => readiness(await options.health()))
  app.get('/metrics', async (c) => {
    requireAccess(await authenticate(c), 'shared')
    return c.body(await metrics.render(), 200, { 'content-type': metrics.contentType })
  })
  app.route('/', createApi(deps, authenticate))
  app.route('/', createConsole(options))
  app.notFound((c) =>
    c.req.header('accept')?.includes('text/html') === true && !c.req.path.startsWith('/v1/')
      ? notFoundPage(c)
      : problemResponse({ status: 404, code: 'not-found', detail: nothingAt(c.req.path) }),
  )
  return app
}

/** No cache keeps what is for one caller alone; what may be kept says so itself. */
const unkept: MiddlewareHandler = async (c, next) => {
  await next()
  if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store')
}

const readiness = ({ ready, parts }: HealthReport): Response => {
  const named = Object.fromEntries(parts.map((part) => [part.name, { ready: part.ready, detail: part.detail }]))
  if (ready) return Response.json({ status: 'ready', parts: named })
  const failing = parts.filter((part) => !part.ready).map(({ name, detail }) => `${name}: ${detail}`)
  return problemResponse({
    status: 503,
    code: 'unavailable',
    detail: `not ready: ${failing.join('; ')}`,
    more: { parts: named },
  })
}

/** The route's pattern, so that ids do not become labels; middleware has patterns that end with a star. */
const routeOf = (c: Context): string => matchedRoutes(c).findLast(({ path }) => !path.endsWith('*'))?.path ?? 'none'

/**
 * No script runs on any page, and no style but the one sheet. `same-origin`: under `no-referrer` browsers send
 * `Origin: null` with forms, and the check against forged requests would have nothing to look at over plain http.
 */
const headersFor = ({ publicUrl }: HttpSettings): Parameters<typeof secureHeaders>[0] => ({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
  xFrameOptions: 'DENY',
  referrerPolicy: 'same-origin',
  strictTransportSecurity: publicUrl?.startsWith('https:') === true ? 'max-age=31536000' : false,
})
