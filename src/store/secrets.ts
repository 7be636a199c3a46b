import type { Tables } from '../ports.js'
import { type Client, toBuffer, toBytes } from './values.js'

export const secretsTable = (client: Client): Tables['secrets'] => ({
  obtain: async (name, fresh) => {
    await client.secret.createMany({ data: [{ name, value: toBytes(fresh) }], skipDuplicates: true })
    return toBuffer((await client.secret.findUniqueOrThrow({ where: { name } })).value)
  },
})
