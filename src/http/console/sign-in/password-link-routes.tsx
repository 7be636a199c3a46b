import type { Context, Hono } from 'hono'
import { Refusal } from '../../../core/errors.js'
import { hashSecret } from '../../../core/secret-hash.js'
import { takeLink } from '../../../flows/manage-users.js'
import { setPasswordByLink } from '../../accounts.js'
import { sentence } from '../frame/area.js'
import { readForm } from '../frame/form.js'
import { renderPage } from '../frame/layout.js'
import { MessagePage } from '../frame/message-page.js'
import { passwordProblem } from './password-rule.js'
import { LinkPage, NewPasswordPage } from './sign-in.js'
import { enter, type SignIn, sayWait, TOO_MANY, withoutPasswords } from './sign-in-guard.js'

const PATH = '/login/password'

/**
 * Where a link leads that an administrator made for who has forgotten a password. It signs nobody in, but where passwords
 * are switched off: there it is the way in while the issuer is away, and no way round a second factor.
 */
export const addPasswordLink = (app: Hono, signIn: SignIn): void => {
  const { deps, limits, addressOf } = signIn
  const find = (token: string) => deps.store.users.findByLink(hashSecret(token), deps.clock.now())
  app.get(PATH, async (c) => {
    const token = c.req.query('token') ?? ''
    const user = await find(token)
    if (user === null) return deadLink(c)
    return withoutPasswords(signIn)
      ? linkPage(c, { token, name: user.name })
      : passwordPage(c, { token, name: user.name, problem: null })
  })
  app.post(PATH, async (c) => {
    const form = await readForm(c)
    const [token, password, name] = [form.text('token'), form.text('password'), form.text('name')]
    // Counted by link: whoever tries others has the tries of one client, and takes none from whoever has a link that works.
    if (!limits.take({ name: `${PATH}\n${token}`, address: addressOf(c) })) {
      sayWait(c)
      return messagePage(c, TOO_MANY, 429)
    }
    if ((await find(token)) === null) return deadLink(c)
    if (withoutPasswords(signIn)) return enterByLink(c, signIn, token)
    const problem = passwordProblem(password)
    if (problem !== null) return passwordPage(c, { token, name, problem })
    try {
      await setPasswordByLink(deps, { secret: token, password })
    } catch (error) {
      if (error instanceof Refusal) return deadLink(c)
      throw error
    }
    return messagePage(c, 'The password was set. Sign in with it.', 200)
  })
}

const enterByLink = async (c: Context, signIn: SignIn, token: string): Promise<Response> => {
  try {
    const user = await takeLink(signIn.deps, token)
    return (await enter(c, signIn, { user, via: 'link', next: '/' })) ?? (await deadLink(c))
  } catch (error) {
    if (error instanceof Refusal) return deadLink(c)
    throw error
  }
}

const linkPage = (c: Context, state: { token: string; name: string }) =>
  renderPage(c, { title: 'Sign in by a link', viewer: null, narrow: true }, <LinkPage {...state} />)

type State = { token: string; name: string; problem: string | null }

const passwordPage = (c: Context, state: State) =>
  renderPage(
    c,
    { title: 'A new password', viewer: null, narrow: true, status: state.problem === null ? 200 : 422 },
    <NewPasswordPage {...state} />,
  )

const deadLink = (c: Context) =>
  messagePage(
    c,
    sentence('this link was used, is too old, or another was made since; ask an administrator for a new one'),
    403,
  )

const messagePage = (c: Context, text: string, status: 200 | 403 | 429) => {
  const title = status === 200 ? 'Done' : 'This link does not work'
  return renderPage(c, { title, viewer: null, narrow: true, status }, <MessagePage title={title} text={text} />)
}
