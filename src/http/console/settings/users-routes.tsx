import { randomBytes } from 'node:crypto'
import type { Context } from 'hono'
import { Refusal } from '../../../core/errors.js'
import { changeUser, endSessions, forgetIdentity, makePasswordLink } from '../../../flows/manage-users.js'
import { removeSecondFactor } from '../../../flows/second-factor.js'
import type { User } from '../../../ports.js'
import { createUser } from '../../accounts.js'
import { check } from '../../endpoint.js'
import { userBody } from '../../schemas/accounts.js'
import { actorOf, type Role } from '../frame/access.js'
import type { Area, Done, Page } from '../frame/area.js'
import type { Form } from '../frame/form.js'
import { orAgain } from '../keys/key-routes.js'
import { SETTINGS_CRUMBS, ShownOnce } from './settings-parts.js'
import { UsersPage, type UsersPageProps } from './users-page.js'

const PATH = '/settings/users'

/** The users of the console, for administrators. Names stand in the forms: one may be a dot, which no path can hold. */
export const addUserPages = (area: Area): void => {
  area.page('/settings', () => usersPage(area), 'users')
  area.page(PATH, () => usersPage(area), 'users')
  addNewUser(area)
  addLink(area)
  addChanges(area)
}

const NOTHING_TYPED: UsersPageProps['fields'] = { name: '', role: 'viewer' }

const usersPage = async (area: Area): Promise<Page> => (await loadPage(area, NOTHING_TYPED))(null)

/** The page, read now, to be shown with what is wrong. */
const loadPage = async ({ deps, words }: Area, fields: UsersPageProps['fields']) => {
  const [users, sessions] = [await deps.store.users.list(), await deps.store.sessions.countByUser(deps.clock.now())]
  return (wrong: UsersPageProps['wrong']): Page => ({
    title: 'Users',
    content: <UsersPage {...{ users, sessions, fields, wrong, words }} />,
  })
}

const addNewUser = (area: Area): void =>
  area.action({ path: `${PATH}/add`, permission: 'users' }, async (form, c, user) => {
    const fields = { name: form.text('name').trim(), role: form.text('role') }
    return orAgain(await loadPage(area, fields), async () => {
      const body = check(userBody, { ...fields, password: randomBytes(32).toString('base64url') })
      await createUser(area.deps, body, actorOf(user))
      return linkPage(area, c, { name: body.name, user })
    })
  })

const addLink = (area: Area): void =>
  area.action({ path: `${PATH}/link`, permission: 'users', back: () => PATH }, (form, c, user) =>
    linkPage(area, c, { name: form.text('name'), user }),
  )

const linkPage = async (
  { deps, settings, words }: Area,
  c: Context,
  { name, user }: { name: string; user: User },
): Promise<Page> => {
  const { secret, until } = await makePasswordLink(deps, { name, actor: actorOf(user) })
  const base = settings.publicUrl ?? new URL(c.req.url).origin
  return {
    ...{ title: 'A link to sign in with', crumbs: SETTINGS_CRUMBS, status: 200 },
    content: (
      <ShownOnce
        title={`A link for ${name}`}
        text={`Give it to ${name} by a way that nobody else reads. It works once, until ${words(until.toISOString())}.`}
        secret={`${base}/login/password?token=${secret}`}
        back={PATH}
      />
    ),
  }
}

const addChanges = ({ deps, action }: Area): void => {
  const act = (path: string, run: (name: string, actor: string, form: Form) => Promise<string>): void =>
    action(
      { path: `${PATH}/${path}`, permission: 'users', back: () => PATH },
      async (form, _, user): Promise<Done> => ({
        to: PATH,
        text: await run(form.text('name'), actorOf(user), form),
      }),
    )
  act('role', async (name, actor, form) => {
    const { role } = await changeUser(deps, { name, change: { role: roleIn(form) }, actor })
    return `${name} has the role ${role}.`
  })
  act('disable', async (name, actor) => {
    await changeUser(deps, { name, change: { disabled: true }, actor })
    return `${name} may not sign in any more.`
  })
  act('enable', async (name, actor) => {
    await changeUser(deps, { name, change: { disabled: false }, actor })
    return `${name} may sign in again.`
  })
  act(
    'sign-out',
    async (name, actor) => `Sessions of ${name} that were ended: ${await endSessions(deps, { name, actor })}.`,
  )
  act('identity', async (name, actor) => {
    await forgetIdentity(deps, { name, actor })
    return `The identity of ${name} is forgotten: they are named by the claim at the next sign-in.`
  })
  act('second-factor', async (name, actor) => {
    await removeSecondFactor(deps, { name, actor })
    return `${name} has no second factor any more.`
  })
}

const roleIn = (form: Form): Role => {
  const role = (['viewer', 'operator', 'admin'] as const).find((known) => known === form.text('role'))
  if (role === undefined) throw new Refusal('invalid', 'choose one of the roles viewer, operator and admin')
  return role
}
