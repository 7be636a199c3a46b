import type { Hono } from 'hono'
import { addAccountPages } from './account-routes.js'
import { addAccountsPage } from './accounts-routes.js'
import { type AreaOptions, createArea } from './area.js'
import { addAssignPages } from './assign-routes.js'
import { addBenchPages } from './bench-routes.js'
import { addConnectionPages } from './connection-routes.js'
import { addDomainPages } from './domain-routes.js'
import { addKeyPages } from './key-routes.js'
import { addLogPages } from './log-routes.js'
import { addMailPages } from './mail-routes.js'
import { addOrderPages } from './order-routes.js'
import { addPendingPages } from './pending-routes.js'
import { addRulePages } from './rule-routes.js'
import { addSimulatorPages } from './simulator-routes.js'
import { addTemplatePages } from './template-routes.js'
import { addTicketPages } from './ticket-routes.js'
import { addTodayPage } from './today-routes.js'
import { addTokenPages } from './tokens-routes.js'
import { addUserPages } from './users-routes.js'
import { addWebhookPages } from './webhook-routes.js'

/** Everything behind the sign-in. A new part of the console adds its line here, and in `navigation.ts` where it is one. */
export const addPages = (app: Hono, options: AreaOptions): void => {
  const area = createArea(app, options)
  addTodayPage(area)
  addDomainPages(area)
  addOrderPages(area)
  addPendingPages(area)
  addMailPages(area)
  addTicketPages(area)
  addConnectionPages(area)
  addSimulatorPages(area)
  addAssignPages(area)
  addLogPages(area)
  addKeyPages(area)
  addRulePages(area)
  addBenchPages(area)
  addTemplatePages(area)
  addUserPages(area)
  addTokenPages(area)
  addWebhookPages(area)
  addAccountsPage(area)
  addAccountPages(area)
}
