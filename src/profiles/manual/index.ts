/**
 * A registrar without a robot: each order becomes a ticket, which a person carries out by hand and closes as done or failed.
 * What the ticket says is in `templates/manual/`; what an order has to say for that is `account.fields` of the connection.
 */
import type { PeopleProfile } from '../profile.js'
import { account, accountOf, remindEvery } from './account.js'
import { capabilities } from './capabilities.js'
import { formOf } from './form.js'
import { check, encode } from './request.js'
import { samples } from './samples.js'
import { refuseLive, standIn } from './stand-in.js'

export const profile: PeopleProfile = {
  id: 'manual',
  title: 'By hand (tickets)',
  channel: 'people',
  account,
  refuse: ({ mode, account: given }) => refuseLive(accountOf(given).behave, mode),
  capabilities,
  remindEvery,
  standIn: (given, action) => standIn(accountOf(given).behave, action),
  usualReply: null, // people take as long as they take
  renewal: 'request',
  check,
  formOf,
  encode,
  samples,
}
