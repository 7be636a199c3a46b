import type { Context, Hono } from 'hono'
import type { Child } from 'hono/jsx'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { Refusal } from '../../../core/errors.js'
import type { Deps } from '../../../flows/deps.js'
import type { IdentityIssuer, SessionNotice, SimulatedRegistries, User } from '../../../ports.js'
import type { Sessions } from '../../sessions.js'
import type { HttpSettings } from '../../settings.js'
import { owesSecondFactor, type Permission, requirePermission } from './access.js'
import { type Form, readForm } from './form.js'
import { type Crumb, renderPage, type Viewer } from './layout.js'
import { type TimeWords, timeWords } from './words.js'

/** What a page shows. `status`: of a form that is shown again with what is wrong in it, 422. */
export type Page = { title: string; content: Child; crumbs?: readonly Crumb[]; status?: ContentfulStatusCode }

/** What came of a form: the page to go on with, and what is said there. */
export type Done = { to: string; text: string; tone?: SessionNotice['tone']; lines?: string[] }

export type ActionOptions = {
  path: string
  permission: Permission
  /** The page that the form is on: a `Refusal` is said there. Without one it is a page of its own. */
  back?(form: Form, c: Context): string
}

/**
 * How the pages of one part of the console are added. Every one asks for a session first, then whether the role may
 * (`access.ts`); every form also has to come from a page of ours (`own-forms.ts`). Pages are for `read` unless said.
 */
export type Area = {
  deps: Deps
  settings: HttpSettings
  sessions: Sessions
  /** Null where no registry is simulated. */
  simulators: SimulatedRegistries | null
  /** Null where nobody but ourselves signs people in. */
  identity: IdentityIssuer | null
  words: TimeWords
  page(path: string, render: (c: Context, user: User) => Promise<Page>, permission?: Permission): void
  /** What is no page: a download. */
  file(path: string, answer: (c: Context, user: User) => Promise<Response>, permission?: Permission): void
  /**
   * What a form does. Sent twice it runs twice: the flow that it calls has to refuse or not mind the second. It answers with
   * 303, so that a page that is loaded again sends nothing again; or with the form and what is wrong in it.
   */
  action(options: ActionOptions, run: (form: Form, c: Context, user: User) => Promise<Done | Page>): void
}

export type AreaOptions = {
  deps: Deps
  settings: HttpSettings
  sessions: Sessions
  simulators: SimulatedRegistries | null
  identity: IdentityIssuer | null
}

export const createArea = (app: Hono, { deps, settings, sessions, simulators, identity }: AreaOptions): Area => {
  const signedIn =
    (permission: Permission, answer: (c: Context, user: User) => Promise<Response>) => async (c: Context) => {
      const signed = await sessions.signedIn(c)
      if (signed === null) return c.redirect(signInUrl(c), 303)
      if (owesSecondFactor(signed, settings) && !isAccount(c)) return c.redirect(ACCOUNT, 303)
      requirePermission(signed.user, permission)
      return answer(c, signed.user)
    }
  const show = async (c: Context, user: User, { content, ...page }: Page) => {
    const [viewer, notice] = [await viewerOf({ deps, simulators }, user), await sessions.takeNotice(c)]
    return renderPage(c, { ...page, viewer, notice }, content)
  }
  return {
    ...{ deps, settings, sessions, simulators, identity, words: timeWords(settings.timezone) },
    page: (path, render, permission = 'read') =>
      void app.get(
        path,
        signedIn(permission, async (c, user) => show(c, user, await render(c, user))),
      ),
    file: (path, answer, permission = 'read') => void app.get(path, signedIn(permission, answer)),
    action: ({ path, permission, back }, run) =>
      void app.post(
        path,
        signedIn(permission, async (c, user) => {
          const form = await readForm(c)
          const done = await run(form, c, user).catch((error: unknown) => refusedOn(back?.(form, c), error))
          if ('content' in done) return show(c, user, { status: 422, ...done })
          const target = new URL(done.to, 'http://localhost')
          await sessions.leaveNotice(c, noticeOf(done, target))
          return c.redirect(`${target.pathname}${target.search}${target.hash}`, 303)
        }),
      ),
  }
}

const ACCOUNT = '/account'

/** Where a second factor is set up. */
const isAccount = ({ req: { path } }: Context): boolean => path === ACCOUNT || path.startsWith(`${ACCOUNT}/`)

/** What the bar above a page says. */
export const viewerOf = async (
  { deps, simulators }: Pick<AreaOptions, 'deps' | 'simulators'>,
  user: User,
): Promise<Viewer> => {
  const connections = await deps.store.connections.list()
  const testConnections = connections.filter(({ mode }) => mode === 'test').length
  return { user, testConnections, simulated: simulators !== null }
}

const noticeOf = ({ text, tone = 'good', lines = [] }: Done, { pathname }: URL): SessionNotice => ({
  ...{ tone, text, lines, path: pathname },
})

const refusedOn = (to: string | undefined, error: unknown): Done => {
  if (to === undefined || !(error instanceof Refusal)) throw error
  const untold = error.problems.filter(({ detail }) => !error.message.includes(detail.replace(/\.$/, '')))
  const lines = untold.map(({ pointer, detail }) => `${pointer}: ${detail}`)
  return { to, text: sentence(error.message), tone: 'bad', lines }
}

/** Refusals are clauses or sentences, as their callers put them. */
export const sentence = (clause: string): string =>
  `${clause.charAt(0).toUpperCase()}${clause.slice(1)}${/[.!?]$/.test(clause) ? '' : '.'}`

/** Where to come back to after signing in: a page that was asked for; a form is not sent by itself. */
const signInUrl = (c: Context): string => {
  const { pathname, search } = new URL(c.req.url)
  const isFirst = pathname === '/' && search === ''
  return isFirst || c.req.method === 'POST'
    ? '/login'
    : `/login?${new URLSearchParams({ next: `${pathname}${search}` })}`
}
