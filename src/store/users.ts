import { printableData } from '../core/action-log.js'
import type { ApiToken, Session, SessionNotice, SignInAttempt, Tables, User } from '../ports.js'
import type { Client } from './client.js'
import { type Columns, incoming, inserted, renewed, selected } from './records.js'
import { isId } from './values.js'

export const usersTable = (client: Client): Tables['users'] => ({
  findByName: async (name) => {
    const [row] = await client.rows<User>`SELECT ${selected(USER_COLUMNS, 'users')} FROM users WHERE name = ${name}`
    return row ?? null
  },

  get: async (id) => {
    if (!isId(id)) return null
    const [row] = await client.rows<User>`SELECT ${selected(USER_COLUMNS, 'users')} FROM users WHERE id = ${id}::uuid`
    return row ?? null
  },

  findByLink: async (linkHash, now) => {
    const [row] = await client.rows<User>`
      SELECT ${selected(USER_COLUMNS, 'users')} FROM users
      WHERE link_hash = ${linkHash} AND link_until > ${now.toISOString()}::timestamptz AND disabled_at IS NULL`
    return row ?? null
  },

  list: () => client.rows<User>`SELECT ${selected(USER_COLUMNS, 'users')} FROM users ORDER BY name`,

  insert: async (user) => {
    await client.run`${inserted(USER_COLUMNS, 'users', [user])}`
  },

  lock: async (name) => {
    const [row] = await client.rows<User>`
      SELECT ${selected(USER_COLUMNS, 'users')} FROM users WHERE name = ${name} FOR UPDATE`
    return row ?? null
  },

  lockIdentity: async (issuer, subject) => {
    const [row] = await client.rows<User>`
      SELECT ${selected(USER_COLUMNS, 'users')} FROM users
      WHERE oidc_issuer = ${issuer} AND oidc_subject = ${subject} FOR UPDATE`
    return row ?? null
  },

  lockAdmins: async () => {
    const rows = await client.rows<{ id: string }>`
      SELECT id FROM users WHERE role = 'admin' AND disabled_at IS NULL ORDER BY id FOR UPDATE`
    return rows.map(({ id }) => id)
  },

  update: async (user) => {
    await client.run`
      UPDATE users SET ${renewed(CHANGED_COLUMNS)} FROM ${incoming(USER_COLUMNS, 'users', [user])}
      WHERE users.id = new.id`
  },

  takeStep: async (id, step) =>
    (await client.run`
      UPDATE users SET totp_step = ${step}::int
      WHERE id = ${id}::uuid AND (totp_step IS NULL OR totp_step < ${step}::int)`) > 0,

  takeRecovery: async (id, hash) => {
    const [row] = await client.rows<{ left: number }>`
      UPDATE users SET recovery = array_remove(recovery, ${hash}::text)
      WHERE id = ${id}::uuid AND ${hash}::text = ANY (recovery) RETURNING cardinality(recovery) AS left`
    return row?.left ?? null
  },

  count: async () => {
    const [row] = await client.rows<{ count: number }>`SELECT count(*)::int AS count FROM users`
    return row?.count ?? 0
  },
})

export const sessionsTable = (client: Client): Tables['sessions'] => ({
  find: async (tokenHash, now) => {
    const [row] = await client.rows<Session>`
      SELECT ${selected(SESSION_COLUMNS, 'sessions')} FROM sessions
      WHERE token_hash = ${tokenHash} AND expires_at > ${now.toISOString()}::timestamptz`
    return row ?? null
  },

  insert: async (session) => {
    await client.run`${inserted(SESSION_COLUMNS, 'sessions', [session])}`
  },

  prolong: async (tokenHash, expiresAt) => {
    await client.run`
      UPDATE sessions SET expires_at = ${expiresAt.toISOString()}::timestamptz WHERE token_hash = ${tokenHash}`
  },

  leaveNotice: async (tokenHash, notice) => {
    await client.run`UPDATE sessions SET notice = ${JSON.stringify(printableData(notice))}::json WHERE token_hash = ${tokenHash}`
  },

  takeNotice: async (tokenHash, path) => {
    const [row] = await client.rows<{ notice: SessionNotice }>`
      WITH seen AS (
        SELECT token_hash, notice FROM sessions
        WHERE token_hash = ${tokenHash} AND notice->>'path' = ${path} FOR UPDATE)
      UPDATE sessions SET notice = NULL FROM seen WHERE sessions.token_hash = seen.token_hash
      RETURNING seen.notice`
    return row?.notice ?? null
  },

  remove: async (tokenHash) => {
    await client.run`DELETE FROM sessions WHERE token_hash = ${tokenHash}`
  },

  removeOf: (userId, but) =>
    client.run`
      DELETE FROM sessions WHERE user_id = ${userId}::uuid AND (${but}::text IS NULL OR token_hash <> ${but}::text)`,

  countByUser: async (now) => {
    const rows = await client.rows<{ userId: string; count: number }>`
      SELECT user_id AS "userId", count(*)::int AS count FROM sessions
      WHERE expires_at > ${now.toISOString()}::timestamptz AND NOT awaits_code GROUP BY user_id`
    return new Map(rows.map(({ userId, count }) => [userId, count]))
  },

  removeExpired: async (now) => {
    await client.run`DELETE FROM sessions WHERE expires_at <= ${now.toISOString()}::timestamptz`
  },
})

export const attemptsTable = (client: Client): Tables['attempts'] => ({
  insert: async (attempt) => {
    await client.run`${inserted(ATTEMPT_COLUMNS, 'sign_in_attempts', [attempt])}`
  },

  take: async (tokenHash, now) => {
    const [row] = await client.rows<{ next: string }>`
      DELETE FROM sign_in_attempts WHERE token_hash = ${tokenHash} AND expires_at > ${now.toISOString()}::timestamptz
      RETURNING next`
    return row?.next ?? null
  },

  removeExpired: async (now) => {
    await client.run`DELETE FROM sign_in_attempts WHERE expires_at <= ${now.toISOString()}::timestamptz`
  },
})

export const tokensTable = (client: Client): Tables['tokens'] => ({
  findByHash: async (tokenHash) => {
    const [row] = await client.rows<ApiToken>`
      SELECT ${selected(TOKEN_COLUMNS, 'api_tokens')} FROM api_tokens WHERE token_hash = ${tokenHash}`
    return row ?? null
  },

  list: () => client.rows<ApiToken>`SELECT ${selected(TOKEN_COLUMNS, 'api_tokens')} FROM api_tokens ORDER BY name`,

  insert: async (token) => {
    await client.run`${inserted(TOKEN_COLUMNS, 'api_tokens', [token])}`
  },

  remove: async (name) => {
    const [row] = await client.rows<ApiToken>`
      DELETE FROM api_tokens WHERE name = ${name} RETURNING ${selected(TOKEN_COLUMNS, 'api_tokens')}`
    return row ?? null
  },

  noteUse: async (id, at) => {
    await client.run`UPDATE api_tokens SET used_at = ${at.toISOString()}::timestamptz WHERE id = ${id}::uuid`
  },
})

const CHANGED_COLUMNS = {
  role: 'role',
  passwordHash: 'password_hash',
  disabledAt: 'disabled_at',
  totpSecret: 'totp_secret',
  totpSince: 'totp_since',
  totpStep: 'totp_step',
  recovery: 'recovery',
  linkHash: 'link_hash',
  linkUntil: 'link_until',
  oidcIssuer: 'oidc_issuer',
  oidcSubject: 'oidc_subject',
} as const

const USER_COLUMNS = { id: 'id', name: 'name', createdAt: 'created_at', ...CHANGED_COLUMNS } as const

const SESSION_COLUMNS = {
  tokenHash: 'token_hash',
  userId: 'user_id',
  createdAt: 'created_at',
  expiresAt: 'expires_at',
  awaitsCode: 'awaits_code',
  via: 'via',
} as const satisfies Columns<keyof Session>

const ATTEMPT_COLUMNS = {
  tokenHash: 'token_hash',
  next: 'next',
  expiresAt: 'expires_at',
} as const satisfies Columns<keyof SignInAttempt>

const TOKEN_COLUMNS = {
  id: 'id',
  name: 'name',
  tokenHash: 'token_hash',
  scope: 'scope',
  accountId: 'account_id',
  createdAt: 'created_at',
  ownerId: 'owner_id',
  ownerName: 'owner_name',
  personal: 'personal',
  usedAt: 'used_at',
} as const satisfies Columns<keyof ApiToken>
