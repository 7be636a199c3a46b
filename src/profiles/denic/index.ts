/**
 * DENIC, the registry of .de: signed mails with orders of version 5.0 of its order language, in lines of `Key: value`.
 *
 * | action               | order    | what it needs                                                             |
 * |----------------------|----------|---------------------------------------------------------------------------|
 * | `register`           | `CREATE` | holder, name servers (or records)                                         |
 * | `transfer`           | `CHPROV` | the same, and the AuthInfo                                                |
 * | `update-nameservers` | `UPDATE` | the whole domain again: name servers (or records), DNSSEC keys, holder    |
 * | `change-holder`      | `CHHOLDER` | the whole domain again, with another holder                             |
 * | `close`, `restore`   | `DELETE`, `RESTORE` | nothing more                                                   |
 * | `transit`            | `TRANSIT` | whether its name servers stay                                            |
 * | `create-authinfo`, `delete-authinfo` | `CREATE-AUTHINFO1`, `DELETE-AUTHINFO1` | a password, of which the digest is sent; without one `CREATE-AUTHINFO2` |
 * | `create-contact`, `update-contact` | `CREATE`, `UPDATE` | one contact with its handle and its data         |
 * | `check`, `info`      | `CHECK`, `INFO` | nothing more; answered with data, without our reference            |
 *
 * The orders and answers are those of the registry's published real-time interface; how its former mail interface wrapped
 * them is not public. `docs/registries/denic.md` says what is known and what is our choice.
 */
import { SCHEMES } from '../../core/connection.js'
import type { MailProfile } from '../profile.js'
import { account } from './account.js'
import { capabilities } from './capabilities.js'
import { decode } from './decode.js'
import { formOf } from './form.js'
import { judgeDelegation } from './nast.js'
import { check, confirm, encode } from './request.js'
import { samples } from './samples.js'

const HOUR = 60 * 60_000

export const profile: MailProfile = {
  id: 'denic',
  title: 'DENIC (.de)',
  channel: 'mail',
  account,
  capabilities,
  delegation: { wanted: ({ predelegationCheck }) => predelegationCheck === true, judge: judgeDelegation },
  accountName: ({ regacc }) => (typeof regacc === 'string' ? regacc : null),
  schemes: SCHEMES, // how its former mail interface took them is not known
  referenceIn: 'body',
  echoesReference: true,
  resend: 'ask', // the registry promises nothing about a CTID that comes twice
  signatureMaxAge: 24 * HOUR, // our choice: no limit of the registry is known
  usualReply: null, // nothing is published about it
  renewal: 'registry-auto',
  check,
  formOf,
  encode,
  confirm,
  decode,
  samples,
}
