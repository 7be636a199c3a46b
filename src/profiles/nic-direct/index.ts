/**
 * The mail robot of nic-direct, a registrar: `key: value` a line, the customer's USER_ID in the subject, and answers that give the
 * tracking-id and the whole request back.
 *
 * | action                         | `operation`    | says                                              |
 * |--------------------------------|----------------|---------------------------------------------------|
 * | `register`                     | `CREATE`       | four contacts by their handles, name servers, years |
 * | `transfer`                     | `TRANSFER-IN`  | the same without years, and an AuthInfo           |
 * | `update`, `update-nameservers` | `UPDATE`       | what changes                                      |
 * | `change-holder`                | `CHANGE-OWNER` | the new holder                                    |
 * | `close`, `lock`, `release`     | `DELETE`, `LOCK`, `UNLOCK` | the domain alone                      |
 *
 * **Of the requests for domains only `CREATE` is documented.** The other words are what the document calls its sections; the keys
 * of their requests are ours, and stand in `templates/nic-direct/`. The envelope and the answers are documented for contacts and name
 * servers, and read the same of domains. How the robot signs, if it does, is not documented. `docs/registries/nic-direct.md`.
 */
import type { MailProfile } from '../profile.js'
import { account } from './account.js'
import { capabilities } from './capabilities.js'
import { decode } from './decode.js'
import { formOf } from './form.js'
import { check, confirm, encode } from './request.js'
import { samples } from './samples.js'

const HOUR = 60 * 60_000

export const profile: MailProfile = {
  id: 'nic-direct',
  title: 'nic-direct mail robot',
  channel: 'mail',
  account,
  capabilities,
  accountName: () => null, // what the robot tells unasked is not known
  schemes: ['openpgp-clear', 'openpgp-mime'], // ours: the document says nothing of signatures
  referenceIn: 'body',
  echoesReference: true,
  resend: 'ask', // nothing is known of a tracking-id that comes twice
  signatureMaxAge: 24 * HOUR, // our choice: no limit is known
  usualReply: null, // nothing is published about it
  renewal: 'registry-auto', // there is no operation that renews
  check,
  formOf,
  encode,
  confirm,
  decode,
  samples,
}
