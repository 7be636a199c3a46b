import type { Tables } from '../ports.js'
import type { Client } from './client.js'
import { isId } from './values.js'

export const usersTable = (client: Client): Tables['users'] => ({
  findByName: async (name) => (await client.models()).user.findUnique({ where: { name } }),
  get: async (id) => (isId(id) ? (await client.models()).user.findUnique({ where: { id } }) : null),
  insert: async ({ id, name, role, passwordHash, createdAt }) => {
    await (await client.models()).user.create({
      data: { id, name, role, passwordHash, createdAt },
      select: { id: true },
    })
  },
  count: async () => (await client.models()).user.count(),
})

export const sessionsTable = (client: Client): Tables['sessions'] => ({
  find: async (tokenHash, now) =>
    (await client.models()).session.findFirst({ where: { tokenHash, expiresAt: { gt: now } } }),
  insert: async ({ tokenHash, userId, createdAt, expiresAt }) => {
    await (await client.models()).session.create({
      data: { tokenHash, userId, createdAt, expiresAt },
      select: { tokenHash: true },
    })
  },
  prolong: async (tokenHash, expiresAt) => {
    await (await client.models()).session.updateMany({ where: { tokenHash }, data: { expiresAt } })
  },
  remove: async (tokenHash) => {
    await (await client.models()).session.deleteMany({ where: { tokenHash } })
  },
  removeExpired: async (now) => {
    await (await client.models()).session.deleteMany({ where: { expiresAt: { lte: now } } })
  },
})

export const tokensTable = (client: Client): Tables['tokens'] => ({
  findByHash: async (tokenHash) => (await client.models()).apiToken.findUnique({ where: { tokenHash } }),
  insert: async ({ id, name, tokenHash, scope, accountId, createdAt }) => {
    const data = { id, name, tokenHash, scope, accountId, createdAt }
    await (await client.models()).apiToken.create({ data, select: { id: true } })
  },
})
