/**
 * The order robot of Hostsharing and Internetwire: a form of `FIELD="value"` lines between two markers, filed by a partner with
 * the registry, whose robots tell each step of the order in a word.
 *
 * | action                         | `DOMAIN_ACTION` | says                                          |
 * |--------------------------------|-----------------|-----------------------------------------------|
 * | `register`                     | `register`      | contacts, name servers                        |
 * | `transfer`                     | `transfer`      | the same, and an AuthInfo where it has a field |
 * | `update`, `update-nameservers` | `update`        | what changes                                  |
 * | `close`, `transit`             | the same word   | the domain alone                              |
 * | `lock`, `release`              | the same word   | the domain alone                              |
 * | `approve-transfer`             | `KK-ACK`        | the domain alone                              |
 * | `reject-transfer`              | `KK-NACK`       | the domain alone                              |
 *
 * The markers, the first three fields, the names of the groups and the words of a status are documented. The names of all fields
 * inside the groups, the words of the last two actions and the layout of what the robots mail were not found and are ours: `docs/registries/order-robot.md`.
 */
import type { MailProfile } from '../profile.js'
import { account, accountOf, refuse } from './account.js'
import { capabilities } from './capabilities.js'
import { decode } from './decode.js'
import { formOf } from './form.js'
import { check, confirm, encode } from './request.js'
import { isLockable } from './robot-actions.js'
import { samples } from './samples.js'

const HOUR = 60 * 60_000

export const profile: MailProfile = {
  id: 'order-robot',
  title: 'Order robot (Hostsharing, Internetwire)',
  channel: 'mail',
  account,
  refuse,
  capabilities,
  accountName: (given) => accountOf(given).admin,
  schemes: ['openpgp-clear', 'openpgp-mime'],
  referenceIn: 'body',
  echoesReference: false, // whether the robots repeat it is not known
  resend: 'ask', // a form that is filed twice may be carried out twice
  signatureMaxAge: 24 * HOUR, // our choice: no limit is known
  usualReply: null,
  locks: isLockable,
  renewal: 'registry-auto', // there is no form for a renewal
  check,
  formOf,
  encode,
  confirm,
  decode,
  samples,
}
