import { printableData } from '../core/action-log.js'
import type { ApiToken, Session, SessionNotice, Tables, User } from '../ports.js'
import type { Client } from './client.js'
import { inserted, selected } from './records.js'
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

  insert: async (user) => {
    await client.run`${inserted(USER_COLUMNS, 'users', [user])}`
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

  removeExpired: async (now) => {
    await client.run`DELETE FROM sessions WHERE expires_at <= ${now.toISOString()}::timestamptz`
  },
})

export const tokensTable = (client: Client): Tables['tokens'] => ({
  findByHash: async (tokenHash) => {
    const [row] = await client.rows<ApiToken>`
      SELECT ${selected(TOKEN_COLUMNS, 'api_tokens')} FROM api_tokens WHERE token_hash = ${tokenHash}`
    return row ?? null
  },

  insert: async (token) => {
    await client.run`${inserted(TOKEN_COLUMNS, 'api_tokens', [token])}`
  },
})

const USER_COLUMNS = {
  id: 'id',
  name: 'name',
  role: 'role',
  passwordHash: 'password_hash',
  createdAt: 'created_at',
} as const

const SESSION_COLUMNS = {
  tokenHash: 'token_hash',
  userId: 'user_id',
  createdAt: 'created_at',
  expiresAt: 'expires_at',
} as const

const TOKEN_COLUMNS = {
  id: 'id',
  name: 'name',
  tokenHash: 'token_hash',
  scope: 'scope',
  accountId: 'account_id',
  createdAt: 'created_at',
} as const
