import { Refusal } from '../../../core/errors.js'
import { keyUri } from '../../../core/totp.js'
import { confirmSecondFactor, removeSecondFactor, startSecondFactor } from '../../../flows/second-factor.js'
import type { User } from '../../../ports.js'
import { isPasswordOf, setPassword } from '../../accounts.js'
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
  /** Whoever finds a console that somebody left open has the session, and not the password. */
  const requirePassword = async (form: Form, user: User): Promise<void> => {
    take(passwords, user)
    if (!(await isPasswordOf(user, form.text('current'))))
      throw new Refusal('invalid', 'your present password is another')
    passwords.forget(user.id)
  }
  const orAgainHere = async (user: User, work: Parameters<typeof orAgain>[1]) =>
    orAgain(await loadPage(area, user), work)

  page(PATH, async (_, user) => (await loadPage(area, user))(null))
  action({ path: `${PATH}/password`, permission: 'read' }, (form, c, user) =>
    orAgainHere(user, async () => {
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
  action({ path: `${PATH}/second-factor`, permission: 'read' }, (form, _, user) =>
    orAgainHere(user, async () => {
      await requirePassword(form, user)
      const secret = await startSecondFactor(deps, user)
      return shown('Set up the second factor', <SecretPage secret={secret} uri={keyUri({ secret, name: user.name })} />)
    }),
  )
  action({ path: `${PATH}/second-factor/confirm`, permission: 'read' }, (form, c, user) =>
    orAgainHere(user, async () => {
      take(codes, user)
      const given = { name: user.name, code: form.text('code'), session: sessions.keyOf(c) ?? '', actor: actorOf(user) }
      return shown('Recovery codes', <RecoveryPage codes={await confirmSecondFactor(deps, given)} />)
    }),
  )
  action({ path: `${PATH}/second-factor/remove`, permission: 'read' }, (form, _, user) =>
    orAgainHere(user, async () => {
      await requirePassword(form, user)
      await removeSecondFactor(deps, { name: user.name, actor: actorOf(user) })
      return { to: PATH, text: 'The second factor was removed.' }
    }),
  )
}

const shown = (title: string, content: Page['content']): Page => ({ title, content, status: 200 })

/** The page as it is when it is asked for, to be shown with what is wrong. */
const loadPage = async ({ deps, words, settings }: Area, user: User) => {
  const open = (await deps.store.sessions.countByUser(deps.clock.now())).get(user.id) ?? 1
  const owed = owesSecondFactor(user, settings)
  return (wrong: Wrong): Page => ({
    title: user.name,
    content: <AccountPage {...{ user, owed, words }} problem={wrong?.text ?? null} sessions={open} />,
  })
}
