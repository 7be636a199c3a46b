/**
 * The Shared Registry System Protocol (SRSP) of the Internet Council of Registrars (CORE), by mail: each request is a payload of
 * `Keyword: value` lines, signed as PGP/MIME; it is acknowledged, and later answered by a reply that gives the signed request back.
 *
 * | action               | `Request-Type`    | what it needs                                                      |
 * |----------------------|-------------------|--------------------------------------------------------------------|
 * | `register`           | `create domain`   | the owner's name, three contacts, 2 to 12 hosts                    |
 * | `transfer`           | `transfer domain` | a contact that the domain has, and its key, as AuthInfo            |
 * | `update-nameservers`, `update`, `change-holder` | `modify domain` | what is new                               |
 * | `renew`, `close`     | `renew domain`, `remove domain` | nothing more                                         |
 * | `info`               | `inquire domain`  | nothing more; answered with data                                   |
 * | `create-contact`, `update-contact` | `create contact`, `modify contact` | one contact                         |
 *
 * Built from the draft of 1998 (draft-crispin-srs-00), payload version 1.0. `docs/registries/core-srsp.md` says what of it is known
 * and what is our choice.
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
  id: 'core-srsp',
  title: 'CORE SRSP (shared registry)',
  channel: 'mail',
  schemes: ['openpgp-mime'],
  signsSeveral: true,
  account,
  capabilities,
  accountName: ({ registrar }) => (typeof registrar === 'string' ? registrar : null),
  referenceIn: 'body',
  echoesReference: true,
  resend: 'safe', // what changes anything may be sent again: the registry knows a transaction by its id (1.1.1)
  signatureMaxAge: 24 * HOUR, // our choice: no limit of the registry is known
  usualReply: null, // nothing is published about it
  renewal: 'request',
  check,
  formOf,
  encode,
  confirm,
  decode,
  samples,
}
