import type { Census, Tables } from '../ports.js'
import type { Client } from './client.js'

type Row = { about: keyof Census; name: string; count: bigint; oldest: Date | null }

/** Each part is read from an index that holds nothing else, so that a database with millions of rows answers as soon. */
export const censusTable = (client: Client): Tables['census'] => ({
  take: async (now) => {
    const at = now.toISOString()
    const rows = await client.rows<Row>`
      SELECT 'due' AS about, 'send-request' AS name, count(*) AS count, min(due_at) AS oldest
        FROM requests WHERE state IN ('queued', 'handing-over') AND due_at <= ${at}::timestamptz
      UNION ALL SELECT 'due', 'process-mail', count(*), min(due_at)
        FROM mails WHERE stage = 'received' AND direction = 'in' AND due_at <= ${at}::timestamptz
      UNION ALL SELECT 'due', 'check-deadline', count(*), min(deadline)
        FROM requests WHERE state IN ('waiting', 'sent', 'acknowledged', 'uncertain') AND deadline <= ${at}::timestamptz
      UNION ALL SELECT 'due', 'deliver-webhook', count(*), min(due_at)
        FROM webhook_deliveries WHERE state = 'waiting' AND due_at <= ${at}::timestamptz
      UNION ALL SELECT 'mails', stage::text, count(*), min(received_at)
        FROM mails WHERE stage IN ('received', 'quarantined', 'unrecognised', 'ambiguous', 'conflict') GROUP BY stage
      UNION ALL SELECT 'deliveries', state::text, count(*), min(created_at)
        FROM webhook_deliveries WHERE state IN ('waiting', 'failed') GROUP BY state`
    const of = (about: keyof Census) =>
      rows
        .filter((row) => row.about === about)
        .map(({ name, count, oldest }) => ({ name, count: Number(count), oldest }))
    return { due: of('due'), mails: of('mails'), deliveries: of('deliveries') }
  },
})
