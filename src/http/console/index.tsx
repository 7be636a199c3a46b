import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { csrf } from 'hono/csrf'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { Refusal } from '../../core/errors.js'
import type { Deps } from '../../flows/deps.js'
import type { OneTimeLinks } from '../one-time-links.js'
import { logFailure } from '../problem.js'
import { createSessions } from '../sessions.js'
import type { HttpSettings } from '../settings.js'
import { renderPage } from './layout.js'
import { MessagePage } from './message-page.js'
import { addPages } from './routes.js'
import { addSignIn } from './sign-in-routes.js'
import { ICON, STYLESHEET } from './style.js'

export type ConsoleOptions = { deps: Deps; settings: HttpSettings; links: OneTimeLinks }

const LARGEST_FORM = 64 * 1024

/** The console: server-rendered pages that work without a script, behind a login. */
export const createConsole = ({ deps, settings, links }: ConsoleOptions): Hono => {
  const app = new Hono()
  const secure = settings.publicUrl?.startsWith('https:') === true
  const sessions = createSessions({ store: deps.store, clock: deps.clock, secure })
  app.onError(async (error, c) => {
    const failure = logFailure(deps.log, error, c)
    const status = contentful(failure.status)
    const title = TITLES.get(status) ?? (status < 500 ? 'That did not work' : 'Something went wrong')
    for (const [name, value] of Object.entries(failure.headers ?? {})) c.header(name, value)
    const user = status < 500 ? await sessions.userOf(c).catch(() => null) : null
    return renderPage(
      c,
      { title, user: user?.name ?? null, narrow: true, status },
      <MessagePage title={title} text={pageWords(error) ?? failure.detail} />,
    )
  })
  for (const path of ['/login', '/login/once', '/logout'])
    app.post(path, bodyLimit({ maxSize: LARGEST_FORM, onError: refuseLargeForm }), ownFormsOnly(settings))
  app.get('/assets/console.css', (c) =>
    c.body(STYLESHEET, 200, { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'public, max-age=86400' }),
  )
  app.get('/assets/icon.svg', (c) =>
    c.body(ICON, 200, { 'content-type': 'image/svg+xml', 'cache-control': 'public, max-age=86400' }),
  )
  addSignIn(app, { deps, settings, links, sessions })
  addPages(app, { deps, settings, sessions })
  return app
}

/** A page always has a body, and our failures are all of the 400s and 500s. */
const contentful = (status: number): ContentfulStatusCode =>
  ([400, 401, 403, 404, 409, 413, 422, 429, 503] as const).find((known) => known === status) ?? 500

const TITLES: ReadonlyMap<number, string> = new Map([
  [403, 'Not allowed'],
  [404, 'Not found'],
  [503, 'Not available for now'],
])

/** What is told otherwise on a page than to a program; null: the same. */
const pageWords = (error: Error): string | null => {
  if (error instanceof Refusal && error.problems.some(({ pointer }) => pointer === '/cursor'))
    return 'The address names a page of the list that does not exist. Begin again at the first.'
  if (error instanceof HTTPException && error.status === 403)
    return 'The form did not come from a page of this console. Open the page again, then send it once more.'
  return null
}

/**
 * Browsers say where a form comes from, and only browsers hold a person's session: what names no origin at all is a
 * program with its own password, and is let through.
 */
const ownFormsOnly = (settings: HttpSettings): MiddlewareHandler => {
  const check = csrf({ origin: isOwnOrigin(settings) })
  return (c, next) =>
    c.req.header('origin') === undefined && c.req.header('sec-fetch-site') === undefined ? next() : check(c, next)
}

/** A form may come from the page that we served, under the public URL or under the name that was asked for. */
const isOwnOrigin =
  ({ publicUrl }: HttpSettings) =>
  (origin: string, c: { req: { url: string } }): boolean =>
    origin === new URL(c.req.url).origin || (publicUrl !== null && origin === new URL(publicUrl).origin)

const refuseLargeForm = (): never => {
  throw new HTTPException(413, { message: 'The form is larger than 64 KiB' })
}

/** What a browser sees at an address that is none. */
export const notFoundPage = (c: Context): Response | Promise<Response> =>
  renderPage(
    c,
    { title: 'Not found', user: null, narrow: true, status: 404 },
    <MessagePage title="Not found" text={`There is nothing at ${c.req.path}.`} />,
  )
