import type { Tables } from '../ports.js'
import type { Client } from './client.js'

export const secretsTable = (client: Client): Tables['secrets'] => ({
  obtain: async (name, fresh) => {
    await client.run`INSERT INTO secrets (name, value) VALUES (${name}, ${fresh}::bytea) ON CONFLICT DO NOTHING`
    const [row] = await client.rows<{ value: Buffer }>`SELECT value FROM secrets WHERE name = ${name}`
    if (row === undefined) throw new Error(`the secret ${name} was removed from the database just now; start again`)
    return row.value
  },
})
