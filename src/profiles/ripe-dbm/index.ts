/**
 * Zones for reverse look-ups at registries that keep them as RPSL `domain` objects (RFC 2622, 2; attributes as RIPE has them):
 * RIPE's auto-dbm and IRRd of version 4, by signed mail. Every request is one whole object.
 *
 * | action               | the object                                                        |
 * |----------------------|-------------------------------------------------------------------|
 * | `register`           | is created; at RIPE under the subject `NEW`, which changes nothing |
 * | `update-nameservers` | takes the place of the one that is there                          |
 * | `close`              | as it is there, with a line `delete:`                             |
 *
 * Their acknowledgements are never signed: they quote the Message-ID of the request, which alone binds them to it
 * (`MailProfile.decodeUnsigned`). `docs/registries/ripe-dbm.md` says what is known and what is our choice.
 */
import { SCHEMES } from '../../core/connection.js'
import type { MailProfile } from '../profile.js'
import { account } from './account.js'
import { capabilities } from './capabilities.js'
import { decode, decodeUnsigned } from './decode.js'
import { formOf } from './form.js'
import { check, confirm, encode } from './request.js'
import { samples } from './samples.js'

const MINUTE = 60_000

export const profile: MailProfile = {
  id: 'ripe-dbm',
  title: 'RPSL by mail (RIPE, IRRd)',
  channel: 'mail',
  account,
  capabilities,
  accountName: () => null,
  schemes: SCHEMES, // S/MIME at RIPE alone
  referenceIn: null,
  echoesReference: false,
  resend: 'ask', // a second creation or deletion is refused, which says nothing of the first
  signatureMaxAge: 45 * MINUTE, // RIPE takes an hour, by its own clock
  usualReply: null, // nothing is published about it
  renewal: 'registry-auto',
  check,
  formOf,
  encode,
  confirm,
  decode,
  decodeUnsigned,
  samples,
}
