/**
 * OpenSRS by XCP: XML over HTTPS, answered at once. What its registry decides later becomes a pending order, which is asked about
 * until it is decided. Source: domains.opensrs.guide; docs/registries/opensrs.md says what of it is verified.
 */
import type { Action } from '../../core/action.js'
import type { ServerProfile } from '../profile.js'
import { account, endpoint, secretName } from './account.js'
import { capabilities } from './capabilities.js'
import { AVAILABLE, TAKEN } from './codes.js'
import { check, confirm, encode } from './order.js'
import { poll } from './poll.js'
import { more, read } from './read.js'
import { openReply, wordsOf } from './reply.js'
import { questions, samples } from './samples.js'
import { headers } from './signature.js'

/** What may be asked twice. */
const QUESTIONS: readonly Action[] = ['check', 'info', 'lookup-transfer']

export const profile: ServerProfile = {
  id: 'opensrs',
  title: 'OpenSRS',
  channel: 'https',
  account,
  capabilities,
  usualReply: null, // registrations come at once, transfers take days
  renewal: 'request',
  endpoint,
  secretName,
  headers,
  // An order has no reference of ours, so that a second one would be another order.
  resend: (action) => (QUESTIONS.includes(action) ? 'safe' : 'ask'),
  check,
  encode,
  confirm,
  read,
  poll,
  more,
  probe: {
    question: () => ({ template: 'check', values: { domain: 'example.com' } }),
    judge: (answer) => {
      const reply = openReply(answer)
      if ('kind' in reply)
        return {
          ok: false,
          detail: `${reply.words}: look at the username, the key, and the addresses that its control panel lets in`,
        }
      return { ok: [AVAILABLE, ...TAKEN].includes(reply.code), detail: wordsOf(reply) }
    },
  },
  samples,
  questions,
}
