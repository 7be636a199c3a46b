import type { Hono } from 'hono'
import { addConnectionPages } from './connections/connection-routes.js'
import { addDomainPages } from './domains/domain-routes.js'
import { addErasePages } from './domains/erase-routes.js'
import { addOrderPages } from './domains/order-routes.js'
import { addPendingPages } from './domains/pending-routes.js'
import { type AreaOptions, createArea } from './frame/area.js'
import { addKeyPages } from './keys/key-routes.js'
import { addRehearsalPages } from './keys/rehearsal-routes.js'
import { addLogPages } from './log/log-routes.js'
import { addAssignPages } from './mails/assign-routes.js'
import { addMailPages } from './mails/mail-routes.js'
import { addNewOrder } from './orders/new-order-routes.js'
import { addBenchPages } from './rules/bench-routes.js'
import { addRulePages } from './rules/rule-routes.js'
import { addAccountPages } from './settings/account-routes.js'
import { addAccountsPage } from './settings/accounts-routes.js'
import { addSignInPage } from './settings/sign-in-routes.js'
import { addTokenPages } from './settings/tokens-routes.js'
import { addUserPages } from './settings/users-routes.js'
import { addWebhookPages } from './settings/webhook-routes.js'
import { addSimulatorPages } from './simulator/simulator-routes.js'
import { addTemplatePages } from './templates/template-routes.js'
import { addTicketPages } from './tickets/ticket-routes.js'
import { addTodayPage } from './today/today-routes.js'

/** Everything behind the sign-in. A new part of the console adds its line here, and in `navigation.ts` where it is one. */
export const addPages = (app: Hono, options: AreaOptions): void => {
  const area = createArea(app, options)
  addTodayPage(area)
  addDomainPages(area)
  addErasePages(area)
  addNewOrder(area)
  addOrderPages(area)
  addPendingPages(area)
  addMailPages(area)
  addTicketPages(area)
  addConnectionPages(area)
  addSimulatorPages(area)
  addAssignPages(area)
  addLogPages(area)
  addKeyPages(area)
  addRehearsalPages(area)
  addRulePages(area)
  addBenchPages(area)
  addTemplatePages(area)
  addUserPages(area)
  addSignInPage(area)
  addTokenPages(area)
  addWebhookPages(area)
  addAccountsPage(area)
  addAccountPages(area)
}
