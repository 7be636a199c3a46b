import type { Hono } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import type { Deps } from '../flows/deps.js'
import type { IdentityIssuer, SimulatedRegistries } from '../ports.js'
import { createApi } from './api/index.js'
import { bearerAuth } from './auth.js'
import { baseApp, nothingAt } from './base-app.js'
import { limitCalls } from './call-limits.js'
import { mayRunScript } from './console/frame/assets/rule-maker.js'
import { createConsole, notFoundPage } from './console/index.js'
import { addHealth, counted, unkept } from './health-app.js'
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
  /** Null, or absent, where none is simulated. */
  simulators?: SimulatedRegistries | null
  /** Null, or absent, where nobody but ourselves signs people in. */
  identity?: IdentityIssuer | null
}

/** API, console, health and metrics as one Hono app. Does no I/O until a request comes. */
export const createHttpApp = (options: HttpAppOptions): Hono => {
  const { deps, settings, metrics } = options
  const app = baseApp(deps.log)
  const authenticate = bearerAuth({ store: deps.store, clock: deps.clock, token: settings.token })
  const [silent, scripted] = [secureHeaders(headersFor(settings)), secureHeaders(headersFor(settings, ["'self'"]))]
  app.use(counted(options), (c, next) => (mayRunScript(c.req.path) ? scripted : silent)(c, next), unkept)
  addHealth(app, { health: options.health, metrics, authenticate })
  app.route('/', createApi(deps, limitCalls(authenticate, { perMinute: settings.apiPerMinute, clock: deps.clock })))
  app.route('/', createConsole(options))
  app.notFound((c) =>
    c.req.header('accept')?.includes('text/html') === true && !c.req.path.startsWith('/v1/')
      ? notFoundPage(c)
      : problemResponse({ status: 404, code: 'not-found', detail: nothingAt(c.req.path) }),
  )
  return app
}

/**
 * No script runs on any page but those that write rules (`mayRunScript`), where ours does; and no style but the one sheet. `same-origin`: under `no-referrer` browsers send
 * `Origin: null` with forms, and the check against forged requests would have nothing to look at over plain http.
 */
const headersFor = ({ publicUrl }: HttpSettings, scriptSrc: string[] = []): Parameters<typeof secureHeaders>[0] => ({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    ...(scriptSrc.length === 0 ? {} : { scriptSrc }),
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
