import type { Tables } from '../ports.js'
import { actionsTable } from './actions.js'
import { alarmsTable, upkeepTable } from './alarms.js'
import type { Client } from './client.js'
import { connectionsTable } from './connections.js'
import { domainsTable } from './domains.js'
import { guarded } from './errors.js'
import { eventsTable } from './events.js'
import { keyAlarmsTable } from './key-alarms.js'
import { contentsTable, mailsTable } from './mails.js'
import { idempotencyTable, ordersTable } from './orders.js'
import { placeTable } from './place.js'
import { requestsTable } from './requests.js'
import { secretsTable } from './secrets.js'
import { subjectsTable } from './subjects.js'
import { sessionsTable, tokensTable, usersTable } from './users.js'

/** `flush` writes what was put off to the end of the transaction: the entries of the action log. */
export type OpenTables = { tables: Tables; flush(): Promise<void> }

/** Every table over one client; `onError` sees what fails and says what is thrown for it. */
export const tablesOf = (client: Client, onError: (error: unknown) => unknown): OpenTables => {
  const { flush, ...actions } = guarded(actionsTable(client), onError)
  const tables = {
    domains: guarded(domainsTable(client), onError),
    subjects: guarded(subjectsTable(client), onError),
    orders: guarded(ordersTable(client), onError),
    idempotency: guarded(idempotencyTable(client), onError),
    requests: guarded(requestsTable(client), onError),
    mails: guarded(mailsTable(client), onError),
    contents: guarded(contentsTable(client), onError),
    actions,
    alarms: guarded(alarmsTable(client), onError),
    upkeep: guarded(upkeepTable(client), onError),
    place: guarded(placeTable(client), onError),
    events: guarded(eventsTable(client), onError),
    connections: guarded(connectionsTable(client), onError),
    secrets: guarded(secretsTable(client), onError),
    keyAlarms: guarded(keyAlarmsTable(client), onError),
    users: guarded(usersTable(client), onError),
    sessions: guarded(sessionsTable(client), onError),
    tokens: guarded(tokensTable(client), onError),
  }
  return { tables, flush }
}
