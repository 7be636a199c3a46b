import { Refusal } from '../core/errors.js'
import type { PrismaClient } from '../generated/prisma/client.js'
import type { Store, Tables } from '../ports.js'
import { actionsTable } from './actions.js'
import { alarmsTable, upkeepTable } from './alarms.js'
import { connectionsTable } from './connections.js'
import { domainsTable } from './domains.js'
import { guarded, translate } from './errors.js'
import { eventsTable } from './events.js'
import { keyAlarmsTable } from './key-alarms.js'
import { contentsTable, mailsTable } from './mails.js'
import { idempotencyTable, ordersTable } from './orders.js'
import { placeTable } from './place.js'
import { requestsTable } from './requests.js'
import { secretsTable } from './secrets.js'
import { subjectsTable } from './subjects.js'
import { sessionsTable, tokensTable, usersTable } from './users.js'
import type { Client } from './values.js'

/** Every table over one client; `onError` sees what fails and says what is thrown for it. */
export const tablesOf = (client: Client, onError: (error: unknown) => unknown): Tables => ({
  domains: guarded(domainsTable(client), onError),
  subjects: guarded(subjectsTable(client), onError),
  orders: guarded(ordersTable(client), onError),
  idempotency: guarded(idempotencyTable(client), onError),
  requests: guarded(requestsTable(client), onError),
  mails: guarded(mailsTable(client), onError),
  contents: guarded(contentsTable(client), onError),
  actions: guarded(actionsTable(client), onError),
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
})

/**
 * All or nothing. PostgreSQL answers the COMMIT of a transaction in which a statement failed with a quiet rollback, so
 * one whose caller caught that failure and went on is made to reject with it: nothing of it was kept.
 */
export const transactionOf =
  (prisma: PrismaClient): Store['transaction'] =>
  async (work) => {
    const failures: unknown[] = []
    const remember = (error: unknown): unknown => {
      const translated = translate(error)
      if (!(translated instanceof Refusal)) failures.push(translated)
      return translated
    }
    try {
      return await prisma.$transaction(async (client) => {
        const result = await work(tablesOf(client, remember))
        if (failures.length > 0) throw failures[0]
        return result
      })
    } catch (error) {
      throw translate(error)
    }
  }
