import { randomBytes } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'
import { Refusal } from '../core/errors.js'
import type { Who } from '../core/two-persons.js'
import type { Deps } from '../flows/deps.js'
import { lockUser, requireLink, usedLink } from '../flows/manage-users.js'
import { type ApiToken, type Tables, UniqueViolation, type User } from '../ports.js'
import { hashSecret } from './auth.js'

/** NIST SP 800-63B, 5.1.1.2: length is what counts; the upper bound keeps hashing cheap. */
export const SHORTEST_PASSWORD = 8
export const LONGEST_PASSWORD = 256

export type NewUser = { name: string; role: User['role']; password: string }
export type NewToken = Pick<ApiToken, 'name' | 'scope' | 'accountId'> & {
  /** It stands for the console user who makes it. */
  personal?: boolean
}

/** Adds a console user. Throws `Refusal`: conflict (409) for a name that is taken. */
export const createUser = async (deps: Deps, input: NewUser, actor: string): Promise<User> => {
  const user = await newUser(deps, input)
  await inTransaction(deps, 'user-name', `a user ${input.name} exists already`, (tables) =>
    insertUser(deps, tables, user, actor),
  )
  return user
}

/** Adds the first user, an administrator. Throws `Refusal`: conflict (409) when there is one by now. */
export const createFirstUser = async (deps: Deps, input: Omit<NewUser, 'role'>): Promise<User> => {
  const user = await newUser(deps, { ...input, role: 'admin' })
  await inTransaction(deps, 'user-name', 'there is a user already; sign in', async (tables) => {
    if ((await tables.users.count()) > 0) throw new Refusal('conflict', 'there is a user already; sign in')
    await insertUser(deps, tables, user, `user:${user.name}`)
  })
  return user
}

/** Makes an API token and returns it, for the only time. Throws `Refusal`: conflict (409) for a name that is taken. */
export const createToken = async (
  deps: Deps,
  { personal = false, ...input }: NewToken,
  { actor, person }: Who,
): Promise<{ id: string; token: string }> => {
  const token = `sp_${randomBytes(32).toString('base64url')}`
  const row: ApiToken = {
    id: deps.newId(),
    ...input,
    tokenHash: hashSecret(token),
    createdAt: deps.clock.now(),
    ...{ ownerId: person?.id ?? null, ownerName: person?.name ?? null, personal: personal && person !== null },
    usedAt: null,
  }
  await inTransaction(
    deps,
    'token-name',
    `a token ${input.name} exists already; choose another name`,
    async (tables) => {
      await tables.tokens.insert(row)
      const of = input.accountId === null ? '' : ` of the account ${input.accountId}`
      await note(deps, tables, {
        actor,
        event: 'token.created',
        text: `the ${input.scope} token ${input.name}${of} was made${row.personal ? `; it stands for ${row.ownerName}` : ''}`,
      })
    },
  )
  return { id: row.id, token }
}

/**
 * Gives a user another password; what they had open ends, but for one session. A link that was made for this works no
 * more. Throws `Refusal` not-found, or what `still`, asked once nobody else can change the user, throws.
 */
export const setPassword = async (
  deps: Deps,
  input: { name: string; password: string; session: string | null; actor: string; still?: (user: User) => void },
): Promise<User> => {
  const { name, password, session, actor } = input
  const passwordHash = await hash(password)
  return deps.store.transaction(async (tables) => {
    const user = await lockUser(tables, name)
    input.still?.(user)
    const changed = { ...user, passwordHash, linkHash: null, linkUntil: null }
    await tables.users.update(changed)
    await tables.sessions.removeOf(user.id, session)
    await note(deps, tables, {
      actor,
      event: 'user.password',
      text: `${name} has another password; their ${session === null ? '' : 'other '}sessions ended`,
    })
    return changed
  })
}

/** Sets the password of whoever the link was made for. Throws `Refusal` gone for one that was used, or is too old. */
export const setPasswordByLink = async (deps: Deps, input: { secret: string; password: string }): Promise<User> => {
  const linkHash = hashSecret(input.secret)
  const user = await deps.store.users.findByLink(linkHash, deps.clock.now())
  if (user === null) throw usedLink()
  return setPassword(deps, {
    ...{ name: user.name, password: input.password, session: null, actor: `user:${user.name}` },
    still: (present) => requireLink(present, linkHash),
  })
}

/** Whether the password is the user's; takes as long where there is no such user. */
export const isPasswordOf = async (user: User | null, password: string): Promise<boolean> => {
  if (password.length > LONGEST_PASSWORD) return false
  const matches = await verify(user?.passwordHash ?? (await decoy()), password)
  return matches && user !== null
}

let decoyHash: Promise<string> | null = null
const decoy = (): Promise<string> => {
  decoyHash ??= hash(randomBytes(16).toString('hex'))
  return decoyHash
}

const newUser = async (deps: Deps, { name, role, password }: NewUser): Promise<User> => ({
  id: deps.newId(),
  name,
  role,
  passwordHash: await hash(password), // argon2id, 19 MiB, 2 passes: the library's defaults, as OWASP advises
  createdAt: deps.clock.now(),
  ...{
    disabledAt: null,
    totpSecret: null,
    totpSince: null,
    totpStep: null,
    recovery: [],
    linkHash: null,
    linkUntil: null,
    oidcIssuer: null,
    oidcSubject: null,
  },
})

const insertUser = async (deps: Deps, tables: Tables, user: User, actor: string): Promise<void> => {
  await tables.users.insert(user)
  await note(deps, tables, {
    actor,
    event: 'user.created',
    text: `the console user ${user.name} (${user.role}) was added`,
  })
}

const note = async (
  deps: Deps,
  tables: Tables,
  entry: { actor: string; event: string; text: string },
): Promise<void> => {
  await tables.actions.append([{ at: deps.clock.now(), level: 'info', ...entry }])
}

const inTransaction = async (
  deps: Deps,
  rule: UniqueViolation['rule'],
  taken: string,
  work: (tables: Tables) => Promise<void>,
): Promise<void> => {
  try {
    await deps.store.transaction(work)
  } catch (error) {
    if (error instanceof UniqueViolation && error.rule === rule) throw new Refusal('conflict', taken)
    throw error
  }
}
