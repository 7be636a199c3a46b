import { Pool, type PoolClient } from 'pg'
import type { PrismaClient } from '../generated/prisma/client.js'
import { inTurn, type Models } from './client.js'

export type ModelsOf = {
  /** Over the pool, for what stands alone. */
  any(): Promise<Models>
  /** Over one connection, within the transaction that is open on it. */
  on(connection: PoolClient): () => Promise<Models>
  close(): Promise<void>
}

/** Prisma, loaded when it is first asked for: its client for the pool, and one for each connection that asks for it. */
export const modelsOf = (pool: Pool): ModelsOf => {
  let ofPool: Promise<PrismaClient> | null = null
  const ofConnection = new WeakMap<PoolClient, Promise<PrismaClient>>()
  return {
    any: () => {
      ofPool ??= openPrisma(pool)
      return ofPool
    },
    on: (connection) => () => {
      const known = ofConnection.get(connection) ?? openPrisma(poolOfOne(connection))
      ofConnection.set(connection, known)
      return known
    },
    close: async () => (await ofPool)?.$disconnect(),
  }
}

const openPrisma = async (pool: Pool): Promise<PrismaClient> => {
  const [{ PrismaClient }, { PrismaPg }] = await Promise.all([
    import('../generated/prisma/client.js'),
    import('@prisma/adapter-pg'),
  ])
  return new PrismaClient({ adapter: new PrismaPg(pool) })
}

/** A transaction of Prisma's own within ours would end ours with its COMMIT. */
const poolOfOne = (connection: PoolClient): Pool =>
  Object.assign(new Pool({ max: 1 }), {
    query: inTurn(connection).query,
    connect: () => Promise.reject(new Error('within a transaction a model may not begin another: write it as SQL')),
  })
