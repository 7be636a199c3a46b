import type { Context } from 'hono'
import { Refusal } from '../../../core/errors.js'
import { keyUri } from '../../../core/totp.js'
import { confirmSecondFactor, removeSecondFactor, startSecondFactor } from '../../../flows/second-factor.js'
import type { User } from '../../../ports.js'
import { isPasswordOf, setPassword } from '../../accounts.js'
import type { SignedIn } from '../../sessions.js'
import { createThrottle, type Throttle } from '../../throttle.js'
import { actorOf, owesSecondFactor } from '../frame/access.js'
import type { Area, Page } from '../frame/area.js'
import type { Form } from '../frame/form.js'
import type { Wrong } from '../keys/key-forms.js'
import { orAgain } from '../keys/key-routes.js'
import { passwordProblem } from '../sign-in/password-rule.js'
import { TOO_MANY } from '../sign-in/sign-in-guard.js'
import { WINDOW_MS } from '../sign-in/sign-in-limits.js'
import { AccountPage, RecoveryPage, SecretPage } from './account-page.js'

const PATH = '/account'
const TRIES = 5

/** What everybody does for themselves: their password, second factor and sessions. */
export const addAccountPages = (area: Area): void => {
  const { deps, sessions, page, action } = area
  const throttle = () => createThrottle({ clock: deps.clock, tries: TRIES, windowMs: WINDOW_MS })
  const [passwords, codes] = [throttle(), throttle()]
  const take = (tries: Throttle, { id }: User): void => {
    if (!tries.take(id)) throw new Refusal('too-many', TOO_MANY, { retryAfter: WINDOW_MS / 1_000 })
  }
  /**
   * Whoever finds a console that somebody left open has the session, and not the password. Who signed in without one has
   * to have done so just now.
   */
  const requireThemselves = async (c: Context, form: Form, user: User): Promise<void> => {
    const signed = await sessions.signedIn(c)
    if (signed !== null && signed.via !== 'password') requireFresh(deps.clock.now(), signed)
    else await requirePassword(form, user)
  }
  const requirePassword = async (form: Form, user: User): Promise<void> => {
    take(passwords, user)
    if (!(await isPasswordOf(user, form.text('current'))))
      throw new Refusal('invalid', 'your present password is another')
    passwords.forget(user.id)
  }
  const orAgainHere = async (c: Context, user: User, work: Parameters<typeof orAgain>[1]) =>
    orAgain(await loadPage(area, c, user), work)

  page(PATH, async (c, user) => (await loadPage(area, c, user))(null))
  action({ path: `${PATH}/password`, permission: 'read' }, (form, c, user) =>
    orAgainHere(c, user, async () => {
      await requirePassword(form, user)
      const password = form.text('password')
      const problem = passwordProblem(password)
      if (problem !== null) throw new Refusal('invalid', problem)
      await setPassword(deps, { name: user.name, password, session: sessions.keyOf(c), actor: actorOf(user) })
      return { to: PATH, text: 'The password was changed.' }
    }),
  )
  action({ path: `${PATH}/sessions`, permission: 'read' }, async (_, c, user) => {
    const count = await deps.store.sessions.removeOf(user.id, sessions.keyOf(c))
    return { to: PATH, text: `Other sessions that were ended: ${count}.` }
  })
  action({ path: `${PATH}/second-factor`, permission: 'read' }, (form, c, user) =>
    orAgainHere(c, user, async () => {
      await requireThemselves(c, form, user)
      const secret = await startSecondFactor(deps, user)
      return shown('Set up the second factor', <SecretPage secret={secret} uri={keyUri({ secret, name: user.name })} />)
    }),
  )
  action({ path: `${PATH}/second-factor/confirm`, permission: 'read' }, (form, c, user) =>
    orAgainHere(c, user, async () => {
      take(codes, user)
      const given = { name: user.name, code: form.text('code'), session: sessions.keyOf(c) ?? '', actor: actorOf(user) }
      return shown('Recovery codes', <RecoveryPage codes={await confirmSecondFactor(deps, given)} />)
    }),
  )
  action({ path: `${PATH}/second-factor/remove`, permission: 'read' }, (form, c, user) =>
    orAgainHere(c, user, async () => {
      await requireThemselves(c, form, user)
      await removeSecondFactor(deps, { name: user.name, actor: actorOf(user) })
      return { to: PATH, text: 'The second factor was removed.' }
    }),
  )
}

/** How long after signing in somebody counts as there. Milliseconds. */
const FRESH_MS = 10 * 60_000

const requireFresh = (now: Date, { since }: SignedIn): void => {
  if (now.getTime() - since.getTime() > FRESH_MS)
    throw new Refusal('invalid', 'you signed in more than ten minutes ago: sign out and in again, then do it at once')
}

const shown = (title: string, content: Page['content']): Page => ({ title, content, status: 200 })

/** The page as it is when it is asked for, to be shown with what is wrong. */
const loadPage = async ({ deps, words, settings, sessions }: Area, c: Context, user: User) => {
  const open = (await deps.store.sessions.countByUser(deps.clock.now())).get(user.id) ?? 1
  const via = (await sessions.signedIn(c))?.via ?? 'password'
  const owed = owesSecondFactor({ user, via }, settings)
  const byPassword = via === 'password'
  return (wrong: Wrong): Page => ({
    title: user.name,
    content: <AccountPage {...{ user, owed, byPassword, words }} problem={wrong?.text ?? null} sessions={open} />,
  })
}
