import { randomBytes } from 'node:crypto'
import { Refusal } from '../core/errors.js'
import { type Claims, grantedRole, type IssuerPolicy, namedUser } from '../core/issuer-claims.js'
import type { Deps } from '../flows/deps.js'
import { changedUser, requireAdminLeft } from '../flows/manage-users.js'
import type { Tables, User } from '../ports.js'
import { createUser } from './accounts.js'
import { isUserName } from './schemas/accounts.js'

/** Somebody for whom an issuer vouches. */
export type Vouched = { issuer: string; subject: string; claims: Claims }

/** Who acts where an issuer's word makes or changes a user. */
const ACTOR = 'issuer'

/**
 * The user whom an issuer means. The first time the claim of the policy names them; from then on the issuer's `sub` is who
 * they are, because an address or a name may become somebody else's (OpenID Connect Core 1.0, 5.7). Where the issuer gives
 * roles, the user has the present one afterwards, and whatever they had open ends with another.
 *
 * Throws `Refusal` forbidden, with what to do about it.
 */
export const userOfIssuer = async (deps: Deps, vouched: Vouched, policy: IssuerPolicy): Promise<User> => {
  const role = policy.roles === null ? null : grantedRole(vouched.claims, policy.roles)
  if (policy.roles !== null && role === null) throw noRole(vouched, policy.roles.claim)
  const found = await settle(deps, vouched, { policy, role })
  if (found !== null) return found
  const name = nameOf(vouched, policy)
  if (!policy.creates || role === null) throw nobody(vouched, name)
  await createUser(deps, { name, role, password: randomBytes(32).toString('base64url') }, ACTOR).catch(unlessTaken)
  const made = await settle(deps, vouched, { policy, role })
  if (made === null) throw nobody(vouched, name)
  return made
}

/** Somebody comes twice at the same moment: the second goes on with the user that the first made. */
const unlessTaken = (error: unknown): void => {
  if (!(error instanceof Refusal && error.code === 'conflict')) throw error
}

type Given = { policy: IssuerPolicy; role: User['role'] | null }

/** Null where nobody is known by that identity or that name. */
const settle = (deps: Deps, vouched: Vouched, { policy, role }: Given): Promise<User | null> =>
  deps.store.transaction(async (tables) => {
    const admins = await tables.users.lockAdmins()
    const { issuer, subject } = vouched
    const known = await tables.users.lockIdentity(issuer, subject)
    const user = known ?? (await firstTime(tables, vouched, policy))
    if (user === null) return null
    if (user.disabledAt !== null)
      throw new Refusal('forbidden', `${user.name} may not sign in any more: ask an administrator`)
    const linked = { ...user, oidcIssuer: issuer, oidcSubject: subject }
    const changed = role === null ? linked : { ...linked, role }
    requireAdminLeft(admins, changed)
    await tables.users.update(changed)
    const at = deps.clock.now()
    if (known === null) await tables.actions.append([{ at, ...linkedAction(linked) }])
    if (changed.role !== user.role) {
      await tables.sessions.removeOf(user.id, null)
      await tables.actions.append([{ ...changedUser(user, changed), at, actor: ACTOR }])
    }
    return changed
  })

/** A user who is somebody else at the issuer of today is not taken over by a name; one of an issuer of before is known anew. */
const firstTime = async (tables: Tables, vouched: Vouched, policy: IssuerPolicy): Promise<User | null> => {
  const name = nameOf(vouched, policy)
  const user = await tables.users.lock(name)
  if (user?.oidcIssuer === vouched.issuer && user.oidcSubject !== vouched.subject)
    throw new Refusal(
      'forbidden',
      `${name} is somebody else at ${vouched.issuer}, who had this name before: an administrator lets the console forget that (Forget identity, at Settings, Users) if it is the same person`,
    )
  return user
}

const nameOf = ({ issuer, claims }: Vouched, policy: IssuerPolicy): string => {
  const named = namedUser(claims, policy)
  if ('problem' in named && named.problem === 'unverified')
    throw new Refusal(
      'forbidden',
      `${issuer} does not say that your address is verified: verify it there, then sign in again`,
    )
  if ('problem' in named || !isUserName(named.name))
    throw new Refusal(
      'forbidden',
      `${issuer} gives no name in the claim ${policy.userClaim} that a user of this console can have: ask an administrator to look at SEALPOST_OIDC_USER_CLAIM, SEALPOST_OIDC_SCOPE, and what ${issuer} gives to this console`,
    )
  return named.name
}

const noRole = ({ issuer }: Vouched, claim: string): Refusal =>
  new Refusal(
    'forbidden',
    `none of what ${issuer} says in ${claim} gives you a role in this console (SEALPOST_OIDC_ROLES): ask an administrator to put you into such a group there`,
  )

const nobody = ({ issuer }: Vouched, name: string): Refusal =>
  new Refusal(
    'forbidden',
    `${issuer} calls you ${name}, and there is no user of that name here: ask an administrator to add it (Settings, Users, or sealpost user create)`,
  )

const linkedAction = ({ id, name, oidcIssuer, oidcSubject }: User) => ({
  ...{ actor: ACTOR, level: 'warning' as const, event: 'user.identity' },
  text: `${name} signed in at ${oidcIssuer} for the first time, and is known by that identity from now on`,
  data: { user: id, issuer: oidcIssuer, subject: oidcSubject },
})
