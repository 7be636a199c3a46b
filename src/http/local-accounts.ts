import { z } from '@hono/zod-openapi'
import type { Deps } from '../flows/deps.js'
import { changeUser, forgetIdentity, makePasswordLink } from '../flows/manage-users.js'
import { revokeToken } from '../flows/revoke-token.js'
import { removeSecondFactor } from '../flows/second-factor.js'
import type { ApiToken, User } from '../ports.js'
import { createToken, createUser, setPassword } from './accounts.js'
import { type Api, addEndpoint, NOTHING } from './endpoint.js'
import { namedBody, passwordBody, tokenBody, userBody, userChange } from './schemas/accounts.js'

const common = { tag: 'Local', access: 'admin', params: NOTHING, query: NOTHING, body: NOTHING } as const

const tokenSchema = z.object({
  ...{ id: z.string(), name: z.string(), scope: z.string(), account: z.string().nullable() },
  ...{ madeBy: z.string().nullable(), personal: z.boolean() },
  ...{ createdAt: z.string(), usedAt: z.string().nullable() },
})

const userSchema = z.object({
  ...{ id: z.string(), name: z.string(), role: z.string(), createdAt: z.string() },
  ...{ disabledAt: z.string().nullable(), secondFactor: z.boolean(), issuer: z.string().nullable() },
})

const tokenView = ({ id, name, scope, accountId, ownerName, personal, createdAt, usedAt }: ApiToken) => ({
  ...{ id, name, scope, account: accountId, madeBy: ownerName, personal },
  ...{ createdAt: createdAt.toISOString(), usedAt: usedAt?.toISOString() ?? null },
})

const userView = ({ id, name, role, createdAt, disabledAt, totpSince, oidcIssuer }: User) => ({
  ...{ id, name, role, createdAt: createdAt.toISOString() },
  ...{ disabledAt: disabledAt?.toISOString() ?? null, secondFactor: totpSince !== null, issuer: oidcIssuer },
})

/** Users of the console and tokens of the API, for commands. Names are in bodies: one may be a dot, which no path can hold. */
export const addLocalAccounts = (api: Api, deps: Deps): void => {
  addTokens(api, deps)
  addUsers(api, deps)
}

const addTokens = (api: Api, deps: Deps): void => {
  const making = {
    ...common,
    method: 'post',
    path: '/local/tokens',
    operation: 'makeToken',
    summary: 'Make an API token',
    status: 201,
    body: tokenBody,
    reply: z.object({
      ...{ id: z.string(), name: z.string(), scope: z.string(), account: z.string().nullable(), token: z.string() },
    }),
  } as const
  addEndpoint(api, making, async ({ caller, body: { name, scope, account = null } }) => ({
    body: { name, scope, account, ...(await createToken(deps, { name, scope, accountId: account }, caller)) },
  }))
  const listing = {
    ...common,
    method: 'get',
    path: '/local/tokens',
    operation: 'listTokens',
    summary: 'List API tokens',
    status: 200,
    reply: z.object({ items: z.array(tokenSchema) }),
  } as const
  addEndpoint(api, listing, async () => ({ body: { items: (await deps.store.tokens.list()).map(tokenView) } }))
  const revoking = {
    ...common,
    method: 'post',
    path: '/local/tokens/revoke',
    operation: 'revokeToken',
    summary: 'Revoke a token',
    status: 200,
    body: namedBody,
    reply: tokenSchema,
  } as const
  addEndpoint(api, revoking, async ({ caller, body }) => ({
    body: tokenView(await revokeToken(deps, { name: body.name, actor: caller.actor })),
  }))
}

const addUsers = (api: Api, deps: Deps): void => {
  const adding = {
    ...common,
    method: 'post',
    path: '/local/users',
    operation: 'addUser',
    summary: 'Add a console user',
    status: 201,
    body: userBody,
    reply: userSchema,
  } as const
  addEndpoint(api, adding, async ({ caller, body }) => ({
    body: userView(await createUser(deps, body, caller.actor)),
  }))
  const listing = {
    ...common,
    method: 'get',
    path: '/local/users',
    operation: 'listUsers',
    summary: 'List console users',
    status: 200,
    reply: z.object({ items: z.array(userSchema) }),
  } as const
  addEndpoint(api, listing, async () => ({ body: { items: (await deps.store.users.list()).map(userView) } }))
  const changing = {
    ...common,
    method: 'patch',
    path: '/local/users',
    operation: 'changeUser',
    summary: 'Change a user',
    status: 200,
    body: userChange,
    reply: userSchema,
  } as const
  addEndpoint(api, changing, async ({ caller, body: { name, ...change } }) => ({
    body: userView(await changeUser(deps, { name, change, actor: caller.actor })),
  }))
  const setting = {
    ...common,
    method: 'post',
    path: '/local/users/password',
    operation: 'setPassword',
    status: 200,
    summary: 'Give a user another password',
    body: passwordBody,
    reply: userSchema,
  } as const
  addEndpoint(api, setting, async ({ caller, body }) => ({
    body: userView(await setPassword(deps, { ...body, session: null, actor: caller.actor })),
  }))
  const linking = {
    ...common,
    method: 'post',
    path: '/local/users/link',
    operation: 'makeLink',
    status: 201,
    summary: 'Make a link to sign in with, or to set a password',
    body: namedBody,
    reply: z.object({ name: z.string(), path: z.string(), url: z.string().nullable(), until: z.string() }),
  } as const
  addEndpoint(api, linking, async ({ caller, body: { name } }) => {
    const { secret, until } = await makePasswordLink(deps, { name, actor: caller.actor })
    const path = `/login/password?token=${secret}`
    const { publicUrl } = deps.notices
    return { body: { name, path, url: publicUrl === null ? null : publicUrl + path, until: until.toISOString() } }
  })
  const forgetting = {
    ...common,
    method: 'post',
    path: '/local/users/identity',
    operation: 'forgetIdentity',
    status: 200,
    summary: "Forget a user's identity at an issuer",
    body: namedBody,
    reply: z.object({ name: z.string() }),
  } as const
  addEndpoint(api, forgetting, async ({ caller, body: { name } }) => {
    await forgetIdentity(deps, { name, actor: caller.actor })
    return { body: { name } }
  })
  const removing = {
    ...common,
    method: 'post',
    path: '/local/users/second-factor',
    operation: 'removeSecondFactor',
    status: 200,
    summary: "Take a user's second factor away",
    body: namedBody,
    reply: z.object({ name: z.string() }),
  } as const
  addEndpoint(api, removing, async ({ caller, body: { name } }) => {
    await removeSecondFactor(deps, { name, actor: caller.actor })
    return { body: { name } }
  })
}
