import type { Context, Hono, MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import type { Deps } from '../flows/deps.js'
import { bearerAuth } from './auth.js'
import { baseApp } from './base-app.js'
import { requireAccess } from './caller.js'
import type { Metrics } from './metrics.js'
import { problemResponse } from './problem.js'
import type { HealthReport, HttpSettings } from './settings.js'

export type HealthAppOptions = {
  deps: Deps
  settings: Pick<HttpSettings, 'token'>
  /** Asked at every `/readyz`. */
  health(): Promise<HealthReport>
  metrics: Metrics
}

/** `/livez`, `/readyz` and `/metrics` alone, for a process that serves nothing else by HTTP. */
export const createHealthApp = (options: HealthAppOptions): Hono => {
  const { deps, settings, health, metrics } = options
  const app = baseApp(deps.log)
  app.use(counted(options), unkept)
  addHealth(app, {
    health,
    metrics,
    authenticate: bearerAuth({ store: deps.store, clock: deps.clock, token: settings.token }),
  })
  return app
}

/** Whether the process lives and is ready, for anybody; what it counts, for who may know. */
export const addHealth = (
  app: Hono,
  { health, metrics, authenticate }: Pick<HealthAppOptions, 'health' | 'metrics'> & { authenticate: Authenticate },
): void => {
  app.get('/livez', (c) => c.json({ status: 'alive' }))
  app.get('/readyz', async () => readiness(await health()))
  app.get('/metrics', async (c) => {
    requireAccess(await authenticate(c), 'shared')
    return c.body(await metrics.render(), 200, { 'content-type': metrics.contentType })
  })
}

type Authenticate = ReturnType<typeof bearerAuth>

/** Each request is counted, by its route. */
export const counted =
  ({ deps, metrics }: Pick<HealthAppOptions, 'deps' | 'metrics'>): MiddlewareHandler =>
  async (c, next) => {
    await next()
    metrics.httpRequest({ route: routeOf(c), method: c.req.method, status: c.res.status })
    deps.log.debug({ method: c.req.method, path: c.req.path, status: c.res.status }, 'HTTP request')
  }

/** No cache keeps what is for one caller alone; what may be kept says so itself. */
export const unkept: MiddlewareHandler = async (c, next) => {
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
