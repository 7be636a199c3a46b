/**
 * Joker.com, a registrar whose mail gateway takes clear-signed mails: the request type and our reference are the subject, and the
 * body has a `key:value` a line.
 *
 * | action               | request type          | says                                                              |
 * |----------------------|-----------------------|-------------------------------------------------------------------|
 * | `register`           | `create TLD-order`    | years, four contacts by handle or data, name servers              |
 * | `transfer`           | `transfer TLD-domain` | AuthInfo, billing contact; off until the account names its key     |
 * | `update-nameservers` | `modify domain`       | all name servers                                                  |
 * | `update`             | `modify domain`       | admin, tech or billing contact by handle, name servers            |
 * | `renew`              | `renew TLD-domain`    | the year in which it ends then, or years                          |
 * | `close`              | `delete domain`       | that it is wanted though nothing is paid back                     |
 * | `setup`              | `create dns-config`   | records of the registrar's own name servers                       |
 * | `create-contact`     | `create TLD-contact`  | one contact's data                                                |
 *
 * The requests are documented but for the points that `docs/registries/joker.md` names. The layout of the answers was not
 * found, nor whether they are signed: they are read by the vocabulary of the registrar's other interface.
 */
import type { MailProfile } from '../profile.js'
import { account } from './account.js'
import { capabilities, withheld } from './capabilities.js'
import { decode } from './decode.js'
import { formOf } from './form.js'
import { check, confirm, encode } from './request.js'
import { samples } from './samples.js'

const HOUR = 60 * 60_000

export const profile: MailProfile = {
  id: 'joker',
  title: 'Joker.com',
  channel: 'mail',
  account,
  capabilities,
  withheld,
  accountName: () => null,
  schemes: ['openpgp-clear'],
  referenceIn: 'subject',
  echoesReference: false, // whether answers repeat it is not known
  resend: 'ask', // the registrar asks not to repeat requests
  signatureMaxAge: 24 * HOUR, // our choice: no limit is known
  usualReply: null, // "processed in real time", or when a registry is back
  renewal: 'request',
  check,
  formOf,
  encode,
  confirm,
  decode,
  samples,
}
