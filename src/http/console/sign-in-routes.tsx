import type { Context, Hono } from 'hono'
import { Refusal } from '../../core/errors.js'
import type { Deps } from '../../flows/deps.js'
import { createFirstUser, isPasswordOf, LONGEST_PASSWORD, SHORTEST_PASSWORD } from '../accounts.js'
import { clientAddress } from '../client-address.js'
import type { OneTimeLinks } from '../one-time-links.js'
import { isUserName, USER_NAME_RULE } from '../schemas/accounts.js'
import type { Sessions } from '../sessions.js'
import type { HttpSettings } from '../settings.js'
import { readForm } from './form.js'
import { renderPage } from './layout.js'
import { localTarget } from './local-target.js'
import { MessagePage } from './message-page.js'
import { FirstUserPage, SignInPage } from './sign-in.js'
import { createSignInLimits, WINDOW_MS } from './sign-in-limits.js'

type SignInOptions = { deps: Deps; settings: HttpSettings; links: OneTimeLinks; sessions: Sessions }

/** Signing in and out, and the one-time link for the first user. */
export const addSignIn = (app: Hono, options: SignInOptions): void => {
  const { store, clock } = options.deps
  const limits = createSignInLimits(clock)

  app.get('/login', async (c) => {
    if ((await options.sessions.userOf(c)) !== null) return c.redirect('/', 303)
    return signInPage(c, { noUsers: (await store.users.count()) === 0 })
  })
  app.post('/login', async (c) => {
    const { name, password } = await readFields(c)
    const address = clientAddress(c, options.settings.trustedProxies)
    if (!limits.take({ name, address }))
      return signInPage(c, { name, status: 429, problem: 'Too many tries. Wait a quarter of an hour, then try again.' })
    const user = await store.users.findByName(name)
    if (!(await isPasswordOf(user, password)) || user === null) {
      options.deps.log.warn({ name: name.slice(0, 64), address }, 'a sign-in to the console failed')
      return signInPage(c, { name, status: 401, problem: 'The name or the password is wrong.' })
    }
    limits.forget({ name, address })
    await options.sessions.start(c, user)
    return c.redirect(localTarget(c.req.query('next')), 303)
  })
  app.post('/logout', async (c) => {
    await options.sessions.end(c)
    return c.redirect('/login', 303)
  })
  addFirstUser(app, options)
}

const addFirstUser = (app: Hono, { deps, links, sessions }: SignInOptions): void => {
  app.get('/login/once', async (c) => {
    const token = c.req.query('token') ?? ''
    if (!links.isValid(token) || (await deps.store.users.count()) > 0) return usedLink(c)
    return firstUserPage(c, { token })
  })
  app.post('/login/once', async (c) => {
    const { name, password, token } = await readFields(c)
    if (!links.isValid(token)) return usedLink(c)
    const problem = nameProblem(name) ?? passwordProblem(password)
    if (problem !== null) return firstUserPage(c, { token, name, problem })
    if (!links.consume(token)) return usedLink(c)
    try {
      await sessions.start(c, await createFirstUser(deps, { name, password }))
    } catch (error) {
      if (error instanceof Refusal) return usedLink(c)
      throw error
    }
    return c.redirect('/', 303)
  })
}

const nameProblem = (name: string): string | null => (isUserName(name) ? null : `The name ${USER_NAME_RULE}.`)

const passwordProblem = (password: string): string | null =>
  password.length >= SHORTEST_PASSWORD && password.length <= LONGEST_PASSWORD
    ? null
    : `The password must have ${SHORTEST_PASSWORD} to ${LONGEST_PASSWORD} characters.`

type SignInState = { name?: string; problem?: string; noUsers?: boolean; status?: 401 | 429 }

const signInPage = (c: Context, { name = '', problem, noUsers = false, status }: SignInState) => {
  if (status === 429) c.header('retry-after', String(WINDOW_MS / 1_000))
  return renderPage(
    c,
    { title: 'Sign in', viewer: null, narrow: true, status: status ?? 200 },
    <SignInPage problem={problem ?? null} noUsers={noUsers} name={name} next={localTarget(c.req.query('next'))} />,
  )
}

const firstUserPage = (c: Context, state: { token: string; name?: string; problem?: string }) =>
  renderPage(
    c,
    { title: 'The first user', viewer: null, narrow: true, status: state.problem === undefined ? 200 : 422 },
    <FirstUserPage token={state.token} name={state.name ?? ''} problem={state.problem ?? null} />,
  )

const usedLink = (c: Context) =>
  renderPage(
    c,
    { title: 'This link does not work', viewer: null, narrow: true, status: 403 },
    <MessagePage
      title="This link does not work"
      text="It was used, is too old, or there is a user already. Sign in; or start the gateway again, which prints a new link while there is no user."
    />,
  )

const readFields = async (c: Context): Promise<{ name: string; password: string; token: string }> => {
  const form = await readForm(c)
  return { name: form.text('name').trim(), password: form.text('password'), token: form.text('token') }
}
