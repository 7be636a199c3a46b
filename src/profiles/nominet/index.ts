/**
 * Nominet's Automaton, which took .uk orders by clear-signed mail until it gave way to EPP and the web: the subject is the
 * registrar's tag and the operation, the body has a `field: value` a line. No place is there for a reference of ours.
 *
 * | action               | operation | says                                                            |
 * |----------------------|-----------|-----------------------------------------------------------------|
 * | `register`           | `request` | the holder, by the id of an account or by data, and name servers |
 * | `update-nameservers` | `modify`  | all name servers; the fields behind them are emptied            |
 * | `update`             | `modify`  | address, e-mail and phone of the holder, name servers           |
 * | `renew`              | `renew`   | nothing more: two years                                         |
 * | `close`              | `delete`  | nothing more                                                    |
 * | `transit`            | `release` | the tag `DETAGGED`                                              |
 * | `info`               | `query`   | nothing more; answered with data                                |
 *
 * `docs/registries/nominet.md` says what of it is documented, and what is not known.
 */
import type { MailProfile } from '../profile.js'
import { account, tagOf } from './account.js'
import { capabilities } from './capabilities.js'
import { decode } from './decode.js'
import { formOf } from './form.js'
import { YEARS } from './operations.js'
import { check, confirm, encode } from './request.js'
import { samples } from './samples.js'

const HOUR = 60 * 60_000

export const profile: MailProfile = {
  id: 'nominet',
  title: 'Nominet Automaton (.uk)',
  channel: 'mail',
  account,
  capabilities,
  accountName: tagOf,
  schemes: ['openpgp-clear'],
  referenceIn: null,
  echoesReference: false,
  resend: 'ask', // nothing tells one request from the same again
  signatureMaxAge: 48 * HOUR, // the registry takes 72; a relay may keep the mail for a while
  usualReply: null, // at once, or a working day for names that people look at
  renewal: 'request',
  renewalYears: YEARS,
  check,
  formOf,
  encode,
  confirm,
  decode,
  samples,
}
