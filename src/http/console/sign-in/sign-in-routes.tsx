import type { Context, Hono } from 'hono'
import { Refusal } from '../../../core/errors.js'
import { createFirstUser, isPasswordOf } from '../../accounts.js'
import { isUserName, USER_NAME_RULE } from '../../schemas/accounts.js'
import { readForm } from '../frame/form.js'
import { renderPage } from '../frame/layout.js'
import { localTarget } from '../frame/local-target.js'
import { MessagePage } from '../frame/message-page.js'
import { addCodePages } from './code-routes.js'
import { addIssuerSignIn, hostOf, SIGNED_OUT_PATH } from './issuer-routes.js'
import { addPasswordLink } from './password-link-routes.js'
import { passwordProblem } from './password-rule.js'
import { FirstUserPage, SignInPage } from './sign-in.js'
import {
  createSignIn,
  enter,
  type SignIn,
  type SignInOptions,
  sayWait,
  TOO_MANY,
  withoutPasswords,
} from './sign-in-guard.js'

/** Signing in and out, in one step or two; the links for the first user and for a forgotten password. */
export const addSignIn = (app: Hono, options: SignInOptions): void => {
  const signIn = createSignIn(options)
  const { deps, sessions, identity } = signIn
  app.get('/login', async (c) => {
    if ((await sessions.userOf(c)) !== null) return c.redirect('/', 303)
    return signInPage(c, signIn, { noUsers: (await deps.store.users.count()) === 0 })
  })
  app.post('/login', (c) => takePassword(c, signIn))
  app.post('/logout', async (c) => {
    const via = (await sessions.signedIn(c))?.via
    await sessions.end(c)
    const atIssuer = identity !== null && (via === 'issuer' || via === 'issuer-mfa')
    return c.redirect(atIssuer ? SIGNED_OUT_PATH : '/login', 303)
  })
  addCodePages(app, signIn)
  addPasswordLink(app, signIn)
  addIssuerSignIn(app, signIn)
  addFirstUser(app, options)
}

/** Tries are forgotten once all that is asked for was right: a password alone must not buy tries of codes. */
const takePassword = async (c: Context, signIn: SignIn): Promise<Response> => {
  const { deps, limits, addressOf } = signIn
  const { name, password } = await readFields(c)
  const attempt = { name, address: addressOf(c) }
  if (withoutPasswords(signIn)) {
    deps.log.warn({ ...attempt, name: name.slice(0, 64) }, 'a sign-in to the console by password was refused')
    return signInPage(c, signIn, { name, status: 403, problem: NO_PASSWORDS })
  }
  if (!limits.take(attempt)) return signInPage(c, signIn, { name, status: 429, problem: TOO_MANY })
  const user = await deps.store.users.findByName(name)
  if (!(await isPasswordOf(user, password)) || user === null) {
    deps.log.warn({ ...attempt, name: name.slice(0, 64) }, 'a sign-in to the console failed')
    return signInPage(c, signIn, { name, status: 401, problem: WRONG })
  }
  if (user.disabledAt !== null) return signInPage(c, signIn, { name, status: 401, problem: DISABLED })
  const next = localTarget(c.req.query('next'))
  const entered = await enter(c, signIn, { user, via: 'password', next })
  if (entered === null) return signInPage(c, signIn, { name, status: 401, problem: WRONG })
  if (user.totpSince === null) limits.forget(attempt)
  return entered
}

const NO_PASSWORDS =
  'Passwords are switched off here (SEALPOST_OIDC_ONLY). Sign in below; where that does not work, an administrator makes you a link (sealpost user link NAME).'

const WRONG = 'The name or the password is wrong.'
const DISABLED = 'You may not sign in any more. Ask an administrator.'

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
      await sessions.start(c, await createFirstUser(deps, { name, password }), 'password')
    } catch (error) {
      if (error instanceof Refusal) return usedLink(c)
      throw error
    }
    return c.redirect('/', 303)
  })
}

const nameProblem = (name: string): string | null => (isUserName(name) ? null : `The name ${USER_NAME_RULE}.`)

type SignInState = { name?: string; problem?: string; noUsers?: boolean; status?: 401 | 403 | 429 }

const signInPage = (c: Context, signIn: SignIn, { name = '', problem, noUsers = false, status }: SignInState) => {
  if (status === 429) sayWait(c)
  const next = localTarget(c.req.query('next'))
  return renderPage(
    c,
    { title: 'Sign in', viewer: null, narrow: true, status: status ?? 200 },
    <SignInPage
      {...{ problem: problem ?? null, noUsers, name, next }}
      issuer={signIn.identity === null ? null : hostOf(signIn.identity)}
      passwords={!withoutPasswords(signIn)}
    />,
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
