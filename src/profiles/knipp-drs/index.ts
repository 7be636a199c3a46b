/**
 * Knipp DRS, a registrar's robot that takes forms: one for each kind of TLD, in sections of `key: value` lines, with a reference that
 * comes back in every answer.
 *
 * | action          | `mode`           | sections                                                     |
 * |-----------------|------------------|--------------------------------------------------------------|
 * | `register`      | `new`            | all: contacts by their ids, name servers                     |
 * | `transfer`      | `kk`, or `ctsr`  | all, and the AuthInfo                                        |
 * | `update-nameservers`, `update`, `change-holder` | `update` | all: what the order leaves out is what is stored |
 * | `close`         | `delete`         | 0 and 1                                                      |
 *
 * Built from the registrar's documentation of its answers and of sections 0 and 1. `docs/registries/knipp-drs.md` says what of it is
 * known, and what an account has to tell.
 */
import type { MailProfile } from '../profile.js'
import { account, withheld } from './account.js'
import { capabilities } from './capabilities.js'
import { decode, OUR_ACCOUNT } from './decode.js'
import { formOf } from './form.js'
import { check, confirm, encode } from './request.js'
import { samples } from './samples.js'

const HOUR = 60 * 60_000

export const profile: MailProfile = {
  id: 'knipp-drs',
  title: 'Knipp DRS',
  channel: 'mail',
  // An answer has several parts, which a clear signature cannot cover; how the robot signs, if it does, is not documented.
  schemes: ['openpgp-mime', 'smime'],
  signsSeveral: true,
  account,
  capabilities,
  withheld,
  accountName: () => OUR_ACCOUNT,
  referenceIn: 'body',
  echoesReference: true,
  resend: 'ask', // nothing is known of a form that comes twice
  signatureMaxAge: 24 * HOUR, // our choice: no limit is known
  usualReply: null, // nothing is published about it
  renewal: 'registry-auto',
  check,
  formOf,
  encode,
  confirm,
  decode,
  samples,
}
