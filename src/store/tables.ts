import type { Tables } from '../ports.js'
import { actionsTable } from './actions.js'
import { alarmsTable, upkeepTable } from './alarms.js'
import { censusTable } from './census.js'
import { checklistTable } from './checklist.js'
import type { Client } from './client.js'
import { connectionsTable } from './connections.js'
import { contentsTable } from './contents.js'
import { delegationsTable } from './delegations.js'
import { domainsTable } from './domains.js'
import { erasuresTable } from './erasures.js'
import { guarded } from './errors.js'
import { eventsTable } from './events.js'
import { expiriesTable } from './expiries.js'
import { keyAlarmsTable } from './key-alarms.js'
import { mailsTable } from './mails.js'
import { noticesTable, quietAccountsTable } from './notices.js'
import { orderFormsTable } from './order-forms.js'
import { idempotencyTable, ordersTable } from './orders.js'
import { overviewTable } from './overview.js'
import { pendingTable } from './pending.js'
import { placeTable } from './place.js'
import { pricesTable } from './prices.js'
import { refusedFormsTable } from './refused-forms.js'
import { requestsTable } from './requests.js'
import { rulesTable } from './rules.js'
import { secretsTable } from './secrets.js'
import { setupsTable } from './setups.js'
import { subjectsTable } from './subjects.js'
import { ticketsTable } from './tickets.js'
import { attemptsTable, sessionsTable, tokensTable, usersTable } from './users.js'
import { verificationsTable } from './verifications.js'
import { deliveriesTable } from './webhook-deliveries.js'
import { webhooksTable } from './webhooks.js'

/** Every table over one client; `onError` sees what fails and says what is thrown for it, `onCall` what is called. */
export const tablesOf = (
  client: Client,
  onError: (error: unknown) => unknown,
  onCall: (name: string) => void = () => {},
): Tables => ({
  domains: guarded(domainsTable(client), onError, onCall),
  subjects: guarded(subjectsTable(client), onError, onCall),
  orders: guarded(ordersTable(client), onError, onCall),
  orderForms: guarded(orderFormsTable(client), onError, onCall),
  refusedForms: guarded(refusedFormsTable(client), onError, onCall),
  overview: guarded(overviewTable(client), onError, onCall),
  pending: guarded(pendingTable(client), onError, onCall),
  idempotency: guarded(idempotencyTable(client), onError, onCall),
  requests: guarded(requestsTable(client), onError, onCall),
  mails: guarded(mailsTable(client), onError, onCall),
  contents: guarded(contentsTable(client), onError, onCall),
  erasures: guarded(erasuresTable(client), onError, onCall),
  census: guarded(censusTable(client), onError, onCall),
  actions: guarded(actionsTable(client), onError, onCall),
  verifications: guarded(verificationsTable(client), onError, onCall),
  alarms: guarded(alarmsTable(client), onError, onCall),
  upkeep: guarded(upkeepTable(client), onError, onCall),
  delegations: guarded(delegationsTable(client), onError, onCall),
  setups: guarded(setupsTable(client), onError, onCall),
  expiries: guarded(expiriesTable(client), onError, onCall),
  place: guarded(placeTable(client), onError, onCall),
  events: guarded(eventsTable(client), onError, onCall),
  notices: guarded(noticesTable(client), onError, onCall),
  quietAccounts: guarded(quietAccountsTable(client), onError, onCall),
  webhooks: guarded(webhooksTable(client), onError, onCall),
  deliveries: guarded(deliveriesTable(client), onError, onCall),
  connections: guarded(connectionsTable(client), onError, onCall),
  checklist: guarded(checklistTable(client), onError, onCall),
  rules: guarded(rulesTable(client), onError, onCall),
  tickets: guarded(ticketsTable(client), onError, onCall),
  prices: guarded(pricesTable(client), onError, onCall),
  secrets: guarded(secretsTable(client), onError, onCall),
  keyAlarms: guarded(keyAlarmsTable(client), onError, onCall),
  users: guarded(usersTable(client), onError, onCall),
  sessions: guarded(sessionsTable(client), onError, onCall),
  attempts: guarded(attemptsTable(client), onError, onCall),
  tokens: guarded(tokensTable(client), onError, onCall),
})
