import type { NewAction } from '../core/action-log.js'
import { Refusal } from '../core/errors.js'
import { hashSecret } from '../core/secret-hash.js'
import type { Tables, User } from '../ports.js'
import type { Deps } from './deps.js'

type UserDeps = Pick<Deps, 'store' | 'clock' | 'newSecret'>

export type UserChange = { role?: User['role'] | undefined; disabled?: boolean | undefined }

/**
 * Changes what a console user may do, or whether they may sign in. Whatever they had open ends with it. To say the same
 * again changes nothing. Throws `Refusal`: not-found, or conflict where no administrator would be left.
 */
export const changeUser = (
  deps: UserDeps,
  { name, change, actor }: { name: string; change: UserChange; actor: string },
): Promise<User> =>
  deps.store.transaction(async (tables) => {
    const admins = await tables.users.lockAdmins()
    const user = await lockUser(tables, name)
    const changed = changedBy(user, change, deps.clock.now())
    const same = changed.role === user.role && (changed.disabledAt === null) === (user.disabledAt === null)
    if (same) return user
    requireAdminLeft(admins, changed)
    await tables.users.update(changed)
    await tables.sessions.removeOf(user.id, null)
    await tables.actions.append([{ ...changedUser(user, changed), at: deps.clock.now(), actor }])
    return changed
  })

/** `admins`: of `lockAdmins`. Throws `Refusal` conflict where the change leaves no administrator who may sign in. */
export const requireAdminLeft = (admins: readonly string[], changed: User): void => {
  if (admins.length === 1 && admins[0] === changed.id && !isActiveAdmin(changed))
    throw new Refusal(
      'conflict',
      `${changed.name} is the last administrator that may sign in: make another user an administrator first`,
    )
}

const isActiveAdmin = ({ role, disabledAt }: User): boolean => role === 'admin' && disabledAt === null

/** A link that was made for somebody who is disabled by now works no more. */
const changedBy = (user: User, { role = user.role, disabled }: UserChange, now: Date): User => ({
  ...user,
  role,
  ...(disabled === true ? { disabledAt: user.disabledAt ?? now, linkHash: null, linkUntil: null } : {}),
  ...(disabled === false ? { disabledAt: null } : {}),
})

/** What the action log says of a change of role, or of whether they may sign in. */
export const changedUser = (user: User, changed: User): Pick<NewAction, 'level' | 'event' | 'text' | 'data'> => {
  const switched = (user.disabledAt === null) !== (changed.disabledAt === null)
  const words = [
    ...(user.role === changed.role ? [] : [`the role ${changed.role} instead of ${user.role}`]),
    ...(switched ? [changed.disabledAt === null ? 'may sign in again' : 'may not sign in any more'] : []),
  ]
  return {
    ...{ level: 'warning', event: 'user.changed', data: { user: user.id, role: changed.role } },
    text: `the console user ${user.name} has changed: ${words.join(', ')}; their sessions ended`,
  }
}

/** Signs a user out everywhere: how many sessions that were. Throws `Refusal` not-found. */
export const endSessions = (deps: UserDeps, { name, actor }: { name: string; actor: string }): Promise<number> =>
  deps.store.transaction(async (tables) => {
    const user = await lockUser(tables, name)
    const count = await tables.sessions.removeOf(user.id, null)
    await note(deps, tables, { actor, event: 'user.signed-out', text: `${count} sessions of ${name} were ended` })
    return count
  })

/**
 * Lets the identity of a user at an issuer of OpenID Connect be forgotten: who is named so there next is this user. Their
 * sessions end. Throws `Refusal`: not-found, or conflict where none is known.
 */
export const forgetIdentity = (deps: UserDeps, { name, actor }: { name: string; actor: string }): Promise<void> =>
  deps.store.transaction(async (tables) => {
    const user = await lockUser(tables, name)
    if (user.oidcSubject === null) throw new Refusal('conflict', `${name} has not signed in by an issuer yet`)
    await tables.users.update({ ...user, oidcIssuer: null, oidcSubject: null })
    await tables.sessions.removeOf(user.id, null)
    const text = `the identity of ${name} at ${user.oidcIssuer} was forgotten; their sessions ended`
    await note(deps, tables, { actor, event: 'user.identity-forgotten', text })
  })

const LINK_MS = 24 * 3_600_000

/**
 * A secret for a link that lets a user set a new password, or sign in where passwords are switched off: once, within a day.
 * One that was made before works no more; the old password works until then. Throws `Refusal`: not-found, or conflict for a
 * user who may not sign in.
 */
export const makePasswordLink = (
  deps: UserDeps,
  { name, actor }: { name: string; actor: string },
): Promise<{ secret: string; until: Date }> =>
  deps.store.transaction(async (tables) => {
    const user = await lockUser(tables, name)
    if (user.disabledAt !== null) throw new Refusal('conflict', `${name} may not sign in: let them sign in again first`)
    const secret = deps.newSecret()
    const until = new Date(deps.clock.now().getTime() + LINK_MS)
    await tables.users.update({ ...user, linkHash: hashSecret(secret), linkUntil: until })
    await note(deps, tables, { actor, event: 'user.link', text: `a link to sign in with was made for ${name}` })
    return { secret, until }
  })

/** Takes a link, to sign in by it. Throws `Refusal` gone for one that was used, or is too old. */
export const takeLink = async (deps: UserDeps, secret: string): Promise<User> => {
  const linkHash = hashSecret(secret)
  const found = await deps.store.users.findByLink(linkHash, deps.clock.now())
  if (found === null) throw usedLink()
  return deps.store.transaction(async (tables) => {
    const user = await lockUser(tables, found.name)
    requireLink(user, linkHash)
    await tables.users.update({ ...user, linkHash: null, linkUntil: null })
    const text = `${user.name} used the link that was made for them to sign in`
    await note(deps, tables, { actor: `user:${user.name}`, event: 'user.link-used', text })
    return user
  })
}

/** Throws `Refusal` gone where that link is not, or not any more, the user's. */
export const requireLink = ({ linkHash, disabledAt }: User, expected: string): void => {
  if (linkHash !== expected || disabledAt !== null) throw usedLink()
}

export const usedLink = (): Refusal =>
  new Refusal('gone', 'this link was used, is too old, or another was made since; ask an administrator for a new one')

export const lockUser = async (tables: Tables, name: string): Promise<User> => {
  const user = await tables.users.lock(name)
  if (user === null) throw new Refusal('not-found', `there is no console user ${name}`)
  return user
}

const note = async (
  { clock }: UserDeps,
  tables: Tables,
  entry: { actor: string; event: string; text: string },
): Promise<void> => {
  await tables.actions.append([{ at: clock.now(), level: 'warning', ...entry }])
}
