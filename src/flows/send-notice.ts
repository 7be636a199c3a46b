import type { NewAction } from '../core/action-log.js'
import { topicOf } from '../core/admin-topics.js'
import { countedIn, floodNotice, floodOf, hourOf, isCountable, MOST_ALARMS, withCount } from '../core/alarm-flood.js'
import { describeProblems } from '../core/errors.js'
import { isMailAddress } from '../core/mail-address.js'
import type { Notice } from '../core/notice.js'
import { afterTry, type Try } from '../core/notice-sending.js'
import type { Order } from '../core/order.js'
import type { Lease, NoticePost, Store } from '../ports.js'
import type { Deps } from './deps.js'
import { firmly } from './firmly.js'
import { writeNotice } from './write-notice.js'

/** Longer than a try may take: whoever finds that it has run out tries again, with the same Message-ID. */
const LEASE_MS = 120_000

/**
 * Mails one notice, if it is due and nobody else is at it, or records why it is not mailed. Whoever dies between the relay's
 * answer and its record leaves it to be sent again: by its Message-ID it is known as the same.
 */
export const sendNotice = async (deps: Deps, id: string): Promise<void> => {
  const claim = await deps.store.notices.claim(id, {
    ...{ owner: deps.owner, now: deps.clock.now(), leaseMs: LEASE_MS },
  })
  if (claim === null) return
  const { notice, lease } = claim
  const result = await tryIt(deps, notice)
  const { outcome, answer } = result
  if (outcome === 'sent') deps.log.debug({ notice: id, kind: notice.kind, answer }, 'notice sent')
  else if (outcome !== 'not-mailed')
    deps.log.info({ notice: id, kind: notice.kind, outcome, answer }, 'notice not sent')
  await firmly(() => record(deps, { notice, lease }, result))
}

/** `countedIn`: the hour whose alarms are counted, where the notice is one of them. */
type Tried = Try & { countedIn?: Date }

const tryIt = async (deps: Deps, notice: Notice): Promise<Tried> => {
  const order = notice.orderId === null ? null : await deps.store.orders.get(notice.orderId)
  const way = await wayOf(deps, notice, order)
  if ('reason' in way) return { outcome: 'not-mailed', answer: way.reason }
  const hour = hourOf(deps.clock.now())
  if (isCountable(notice) && (await deps.store.notices.alarmsSent(hour, MOST_ALARMS)) >= MOST_ALARMS)
    return { outcome: 'not-mailed', answer: countedIn(hour), countedIn: hour }
  const bad = way.to.find((address) => !isMailAddress(address))
  if (bad !== undefined)
    return { outcome: 'refused', answer: `not sent: ${JSON.stringify(bad)} is not one plain address` }
  const draft = writeNotice(deps, await counted(deps, notice), order)
  if (!draft.ok) return { outcome: 'refused', answer: `not sent: ${describeProblems(draft.problems)}` }
  return way.post.send({
    messageId: messageIdOf(notice, way.post),
    ...{ at: notice.at, to: way.to, subject: draft.value.subject, text: draft.value.body },
  })
}

/** The mail about many alarms says how many there are. */
const counted = async ({ store }: Deps, notice: Notice): Promise<Notice> => {
  const hour = floodOf(notice)
  return hour === null ? notice : withCount(notice, hour, await store.notices.alarmsRecorded(countedIn(hour)))
}

type Way = { post: NoticePost; to: readonly string[] } | { reason: string }

/** Whom it goes to as things are now, or why to nobody. */
const wayOf = async ({ store, notices: { mail } }: Deps, { kind, to }: Notice, order: Order | null): Promise<Way> => {
  if (mail === null) return { reason: 'nothing is mailed: SEALPOST_NOTIFY_RELAY is not set' }
  const { post, admins, topics } = mail
  if (to.kind === 'admin') {
    const topic = topicOf(kind)
    if (topic === null || topics.has(topic)) return { post, to: admins }
    return { reason: `not mailed: SEALPOST_NOTIFY_ADMIN has no "${topic}"` }
  }
  if (order?.mode === 'test') return { reason: 'not mailed: its order is in test mode' }
  const account = order === null ? null : await accountOf(store, order, to.address)
  const isQuiet = account !== null && (await store.quietAccounts.since(account)) !== null
  return isQuiet ? { reason: 'not mailed: the mails of its account are switched off' } : { post, to: [to.address] }
}

/** Whose mail it is: of a domain that was given away, mails to the address of its new account are that one's. */
const accountOf = async (store: Store, { terms }: Order, address: string): Promise<string> => {
  const given = (await store.domains.get(terms.domain))?.owner?.account ?? null
  return given !== null && given.email === address ? given.id : terms.account.id
}

/** The same at every try (RFC 5322, 3.6.4). */
const messageIdOf = ({ id }: Notice, { from }: NoticePost): string =>
  `<notice.${id}@${from.slice(from.lastIndexOf('@') + 1)}>`

const record = async (
  deps: Deps,
  { notice, lease }: { notice: Notice; lease: Lease },
  result: Tried,
): Promise<void> => {
  const now = deps.clock.now()
  const after = afterTry(notice, result, now)
  await deps.store.together(async (tables) => {
    if (!(await tables.notices.settle(notice.id, lease, after))) return
    if (result.countedIn !== undefined) await tables.notices.insert([floodNotice(result.countedIn)])
    if (after.state === 'failed') await tables.actions.append([givenUp(notice, result, now)])
  })
}

const givenUp = ({ id, kind, to, domain, orderId, attempts }: Notice, { answer }: Try, at: Date): NewAction => ({
  ...{ at, level: 'error', actor: 'system', event: 'notice.failed', domain, orderId },
  text: `the mail "${kind}" to ${to.kind === 'admin' ? 'the administrators' : to.address} was given up: ${answer}; mend that, then sealpost notice send ${id}`,
  data: { notice: id, kind, attempts: attempts + 1, answer },
})
