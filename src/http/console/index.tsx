import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { Refusal } from '../../core/errors.js'
import type { Deps } from '../../flows/deps.js'
import type { IdentityIssuer, SimulatedRegistries } from '../../ports.js'
import type { OneTimeLinks } from '../one-time-links.js'
import { logFailure } from '../problem.js'
import { createSessions } from '../sessions.js'
import type { HttpSettings } from '../settings.js'
import { viewerOf } from './frame/area.js'
import { ICON, STYLESHEET } from './frame/assets/index.js'
import { RULE_MAKER, RULE_MAKER_PATH } from './frame/assets/rule-maker.js'
import { renderPage } from './frame/layout.js'
import { MessagePage } from './frame/message-page.js'
import { ownFormsOnly } from './frame/own-forms.js'
import { addPages } from './routes.js'
import { addSignIn } from './sign-in/sign-in-routes.js'

export type ConsoleOptions = {
  deps: Deps
  settings: HttpSettings
  links: OneTimeLinks
  simulators?: SimulatedRegistries | null
  /** Null, or absent, where nobody but ourselves signs people in. */
  identity?: IdentityIssuer | null
}

const LARGEST_FORM = 64 * 1024

/** The console: server-rendered pages that work without a script, behind a login. */
export const createConsole = ({ deps, settings, links, simulators = null, identity = null }: ConsoleOptions): Hono => {
  const app = new Hono()
  const secure = settings.publicUrl?.startsWith('https:') === true
  const sessions = createSessions({ store: deps.store, clock: deps.clock, secure })
  const viewerOfError = async (c: Context) => {
    const user = await sessions.userOf(c)
    return user === null ? null : viewerOf({ deps, simulators }, user)
  }
  app.onError(async (error, c) => {
    const failure = logFailure(deps.log, error, c)
    const status = contentful(failure.status)
    const title = TITLES.get(status) ?? (status < 500 ? 'That did not work' : 'Something went wrong')
    for (const [name, value] of Object.entries(failure.headers ?? {})) c.header(name, value)
    const viewer = status < 500 ? await viewerOfError(c).catch(() => null) : null
    return renderPage(
      c,
      { title, viewer, narrow: true, status },
      <MessagePage title={title} text={pageWords(error) ?? failure.detail} />,
    )
  })
  // For every route, whoever adds one: nothing of the console is changed by another site's page, or read without end.
  app.use(ownFormsOnly(settings), bodyLimit({ maxSize: LARGEST_FORM, onError: refuseLargeForm }))
  app.get('/assets/console.css', (c) =>
    c.body(STYLESHEET, 200, { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'public, max-age=86400' }),
  )
  app.get('/assets/icon.svg', (c) =>
    c.body(ICON, 200, { 'content-type': 'image/svg+xml', 'cache-control': 'public, max-age=86400' }),
  )
  app.get(RULE_MAKER_PATH, (c) =>
    c.body(RULE_MAKER, 200, {
      ...{ 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'public, max-age=86400' },
    }),
  )
  addSignIn(app, { deps, settings, links, sessions, identity })
  addPages(app, { deps, settings, sessions, simulators, identity })
  return app
}

/** A page always has a body, and our failures are all of the 400s and 500s. */
const contentful = (status: number): ContentfulStatusCode =>
  ([400, 401, 403, 404, 409, 410, 413, 422, 429, 503] as const).find((known) => known === status) ?? 500

const TITLES: ReadonlyMap<number, string> = new Map([
  [403, 'Not allowed'],
  [404, 'Not found'],
  [410, 'No longer here'],
  [503, 'Not available for now'],
])

/** What is told otherwise on a page than to a program; null: the same. */
const pageWords = (error: Error): string | null => {
  if (error instanceof Refusal && error.problems.some(({ pointer }) => pointer === '/cursor'))
    return 'The address names a page of the list that does not exist. Begin again at the first.'
  return null
}

const refuseLargeForm = (): never => {
  throw new HTTPException(413, { message: 'The form is larger than 64 KiB' })
}

/** What a browser sees at an address that is none. */
export const notFoundPage = (c: Context): Response | Promise<Response> =>
  renderPage(
    c,
    { title: 'Not found', viewer: null, narrow: true, status: 404 },
    <MessagePage title="Not found" text={`There is nothing at ${c.req.path}.`} />,
  )
