import type { Tables } from '../ports.js'
import { type Client, isId } from './values.js'

export const usersTable = (client: Client): Tables['users'] => ({
  findByName: async (name) => client.user.findUnique({ where: { name } }),
  get: async (id) => (isId(id) ? client.user.findUnique({ where: { id } }) : null),
  insert: async ({ id, name, role, passwordHash, createdAt }) => {
    await client.user.create({ data: { id, name, role, passwordHash, createdAt }, select: { id: true } })
  },
  count: async () => client.user.count(),
})

export const sessionsTable = (client: Client): Tables['sessions'] => ({
  find: async (tokenHash, now) => client.session.findFirst({ where: { tokenHash, expiresAt: { gt: now } } }),
  insert: async ({ tokenHash, userId, createdAt, expiresAt }) => {
    await client.session.create({ data: { tokenHash, userId, createdAt, expiresAt }, select: { tokenHash: true } })
  },
  prolong: async (tokenHash, expiresAt) => {
    await client.session.updateMany({ where: { tokenHash }, data: { expiresAt } })
  },
  remove: async (tokenHash) => {
    await client.session.deleteMany({ where: { tokenHash } })
  },
  removeExpired: async (now) => {
    await client.session.deleteMany({ where: { expiresAt: { lte: now } } })
  },
})

export const tokensTable = (client: Client): Tables['tokens'] => ({
  findByHash: async (tokenHash) => client.apiToken.findUnique({ where: { tokenHash } }),
  insert: async ({ id, name, tokenHash, scope, accountId, createdAt }) => {
    const data = { id, name, tokenHash, scope, accountId, createdAt }
    await client.apiToken.create({ data, select: { id: true } })
  },
})
