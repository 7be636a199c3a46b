import type { Answer, Personality, SignedOrder } from '../personality.js'
import { readUpdate } from './objects.js'
import { irrdReport, notification, ripeReport, sourceOf } from './reports.js'
import { carryOut, refuseAll, type Update } from './update.js'

/**
 * A database of RPSL objects that takes zones alone. Of an object whose source is RIPE it reports as RIPE does, of any other as
 * IRRd; it never signs, and quotes the mail above its report. Zones below 51.198.in-addr.arpa have another maintainer, handles and
 * maintainers with UNKNOWN in them are not there, and an object is deleted only as it is.
 */
const personality: Personality = {
  id: 'ripe-dbm',
  handle: (order, memory) => answer(order, carryOut(order.text, memory, { isNew: isNew(order) })),
  refuse: (order) => answer(order, refuseAll(order.text)),
  tell: (news, { text }, memory) => {
    const object = readUpdate(text)[0]?.object
    if (object == null || memory.find(object.key)?.provider !== 'gateway') return null
    if (news === 'deleted') memory.remove(object.key)
    return notification(object.attributes, news === 'deleted' ? 'DELETED' : 'MODIFIED')
  },
  unauthenticated: (reason) => ({
    text: ripeReport({ results: [], strange: [] }, [`Error:   The signature was not accepted: ${reason}`]),
    ...{ subject: 'FAILED: your update', outcome: 'failed', action: null, domain: null, reference: null },
  }),
  quote: ({ messageId, subject, replyTo, at }) =>
    [
      ...[`>  From:       ${replyTo}`, `>  Subject:    ${subject}`, `>  Date:       ${at.toUTCString()}`],
      ...[`>  Reply-To:   ${replyTo}`, ...(messageId === null ? [] : [`>  Message-ID: ${messageId}`]), '', ''],
    ].join('\n'),
}

export default personality

const isNew = ({ subject }: SignedOrder): boolean => subject.trim().toUpperCase() === 'NEW'

const answer = (order: SignedOrder, update: Update): Answer => {
  const isRipe = sourceOf(update) === 'RIPE'
  const ignored =
    isRipe && !isNew(order)
      ? [`Warning: Invalid keyword(s) found: ${order.subject}`, 'Warning: All keywords were ignored']
      : []
  const [first] = update.results
  const isGood = first !== undefined && update.results.every(({ errors }) => errors.length === 0)
  return {
    text: (isRipe ? ripeReport : irrdReport)(update, ignored),
    subject: `${isGood ? 'SUCCESS' : 'FAILED'}: ${order.subject}`,
    outcome: isGood ? 'success' : 'failed',
    ...{ action: first?.verb ?? null, domain: first?.object.key ?? null, reference: null },
  }
}
