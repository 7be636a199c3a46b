import { type NewAction, printable } from '../core/action-log.js'
import type { MailConnection } from '../core/connection.js'
import { Fault, messageOf } from '../core/errors.js'
import type { Mail, MailResult, MailStage, SenderEvidence } from '../core/mail.js'
import { testTokenOf } from '../core/test-mail.js'
import type { Lease, Tables } from '../ports.js'
import { noteSelfTest } from './check-self-test.js'
import { type Deps, mailProfileOf } from './deps.js'
import { examineMail } from './examine-mail.js'
import { readOctets } from './read-octets.js'
import { settleBounce, unmatchedBounce } from './settle-bounce.js'
import { type Judged, NOTHING, settleMail } from './settle-mail.js'
import { MAIL_TICKETS, settleTickets } from './settle-tickets.js'
import { settleUnsigned } from './settle-unsigned.js'
import { whileHeld } from './while-held.js'

/**
 * Short, because a mail whose judge died waits so long; renewed while a mail is read, which takes longer where others are
 * read first or the DNS is slow. Two judges at once do no harm: only the holder of the lease can write.
 */
const LEASE_MS = 10_000
const RENEW_MS = 3_000
/** How soon a mail that waits for an operator's mend (a key file) is looked at again. */
const HOLD_MS = 60_000
/** How soon a mail is looked at again after something unforeseen. */
const RETRY_MS = 10_000
/** The same where the database went away in the middle: it was there for the claim of each try. */
const AWAY_MS = 1_000
/** After so many tries what was unforeseen, or should have passed, is told to the operator. */
const TRIES = 5
const AWAY_TRIES = 60

/**
 * Finds out what an inbound mail is and lets it take effect, if it is at the stage `received` and nobody else is at it.
 * Only what the signature covers can change anything; the rest is kept with a reason.
 */
export const processMail = async (deps: Deps, id: string): Promise<void> => {
  const claim = await deps.store.mails.claim(id, { owner: deps.owner, now: deps.clock.now(), leaseMs: LEASE_MS })
  if (claim === null) return
  const { mail, lease } = claim
  try {
    await judge(deps, mail, lease)
  } catch (error) {
    if (isLasting(error, lease)) return hold(deps, mail, lease, error)
    // The mail is judged again soon; where even that cannot be written, when the lease has run out.
    const pause = isEndOfGateway(error) ? 0 : isAway(error) ? AWAY_MS : RETRY_MS
    const soon = new Date(deps.clock.now().getTime() + pause)
    await deps.store.mails.release(mail.id, lease, soon).catch(() => undefined)
    throw error
  }
}

/** Trying again at once will not help: an operator has to mend something, or it went wrong too often to be chance. */
const isLasting = (error: unknown, { fence }: Lease): boolean =>
  !isEndOfGateway(error) &&
  (fence >= (isAway(error) ? AWAY_TRIES : TRIES) || (error instanceof Fault && !error.temporary))

const isEndOfGateway = (error: unknown): boolean => error instanceof Fault && error.code === 'reader-closed'

const isAway = (error: unknown): boolean => error instanceof Fault && error.code === 'store-unavailable'

const judge = async (deps: Deps, mail: Mail, lease: Lease): Promise<void> => {
  const octets = await readOctets(deps, mail)
  const connection = mail.connectionId === null ? null : await deps.store.connections.get(mail.connectionId)
  if (octets.kind === 'gone' || connection === null || connection.channel !== 'mail') {
    const reason = octets.kind === 'gone' ? octets.reason : 'it came for no connection; a person has to read it'
    return finish(deps, { mail, lease }, async () => ({ ...NOTHING, stage: 'unrecognised', reason }))
  }
  const profile = mailProfileOf(deps, connection)
  if (profile === null)
    throw new Fault('profile-missing', `the profile ${connection.profile} is not there`, { temporary: false })
  const held = { table: 'mails', id: mail.id, lease, leaseMs: LEASE_MS, renewMs: RENEW_MS } as const
  const { reading, evidence, remark } = await whileHeld(deps, held, () =>
    examineMail(deps, { mail, raw: octets.raw, connection }),
  )
  const judged = { mail, lease, evidence }
  if (reading.stage === 'trusted')
    return finish(deps, judged, (tables) => settleMail(deps, tables, { mail, profile, connection, reading, remark }))
  const { requestId } = mail
  if (reading.stage === 'unsigned' && requestId === null)
    return finish(deps, judged, (tables) => settleUnsigned(deps, tables, { mail, connection, reading }))
  const { stage, reason, verdict, deliveryStatus } =
    reading.stage === 'unsigned' ? { ...reading, ...reading.otherwise, deliveryStatus: null } : reading
  if (requestId !== null && (stage !== 'quarantined' || deliveryStatus !== null))
    return finish(deps, judged, (tables) =>
      settleBounce(deps, tables, { mail, stage, reason, deliveryStatus, requestId }),
    )
  const token = stage === 'untrusted' ? testTokenOf(octets.raw, deps.bounceTokens) : null
  if (token !== null)
    return finish(deps, judged, async (tables) => {
      const resolved = await noteSelfTest(tables, token, deps.clock.now())
      await tables.actions.append([testArrived(deps, mail, connection), ...resolved])
      return { ...NOTHING, stage: 'informational', reason: 'it is a test mail of our own', verdict }
    })
  return finish(deps, judged, async (tables) => {
    if (stage === 'bounce') await tables.actions.append([unmatchedBounce(deps, mail, deliveryStatus)])
    return { ...NOTHING, stage, reason, verdict }
  })
}

const testArrived = (deps: Deps, mail: Mail, { id, title }: MailConnection): NewAction => ({
  ...{ at: deps.clock.now(), level: 'info', actor: 'system', event: 'connection.test-arrived', mailId: mail.id },
  text: `a test mail of the connection "${title}" came in`,
  data: { connection: id },
})

/** Runs the effects, the log line and the mail's own record in one transaction, for the holder of the lease only. */
const finish = async (
  deps: Deps,
  { mail, lease, evidence = null }: { mail: Mail; lease: Lease; evidence?: SenderEvidence | null },
  effects: (tables: Tables) => Promise<Judged>,
): Promise<void> => {
  const at = deps.clock.now()
  const done = await deps.store.together(async (tables) => {
    if (!(await tables.mails.holds(mail.id, lease))) return null
    const later: NewAction[] = []
    const { domain, ...result } = await effects(collecting(tables, later))
    const clean = result.reason === null ? null : printable(result.reason)
    // Judged before, and then it had no effect; now it may have.
    if (mail.replies.length > 0 && ROUTINE.includes(result.stage))
      await settleTickets(deps, collecting(tables, later), {
        about: { mailId: mail.id },
        kinds: result.stage === 'informational' ? UNDERSTOOD_SINCE : MAIL_TICKETS,
        note: `the mail was judged once more and is ${result.stage}`,
      })
    await tables.mails.finish(mail.id, { ...result, reason: clean, ...(evidence === null ? {} : { evidence }) })
    await tables.actions.append([{ ...judgement(mail, result, evidence), at, domain }, ...later])
    return result
  })
  if (done === null) return
  deps.meter.mailJudged(done.stage, at.getTime() - mail.receivedAt.getTime())
  deps.log.info(
    { mail: mail.id, stage: done.stage, verdict: done.verdict?.kind ?? null, orders: done.orders },
    'mail judged',
  )
}

/** The log tells the verdict first and its effects after it, though the effects are known first. */
const collecting = (tables: Tables, later: NewAction[]): Tables => ({
  ...tables,
  actions: {
    ...tables.actions,
    append: async (actions) => {
      later.push(...actions)
    },
  },
})

/** What it asks for is still to be done: only that nobody understood it is over. */
const UNDERSTOOD_SINCE = MAIL_TICKETS.filter((kind) => kind !== 'notice')

const ROUTINE: readonly MailStage[] = ['settled', 'informational', 'duplicate', 'auto-reply']

const judgement = (mail: Mail, result: MailResult, evidence: SenderEvidence | null) => {
  const sender = mail.envelope.from === '' ? 'the null sender' : mail.envelope.from
  const verdict = result.verdict === null ? '' : `, ${result.verdict.kind}: ${result.verdict.reason}`
  return {
    level: ROUTINE.includes(result.stage) ? ('info' as const) : ('warning' as const),
    actor: 'system',
    event: 'mail.judged',
    text: `a mail from ${sender} is ${result.stage}${verdict}${result.reason === null || result.reason === result.verdict?.reason ? '' : `; ${result.reason}`}`,
    orderId: result.orders[0] ?? null,
    mailId: mail.id,
    data: {
      sha256: mail.sha256,
      stage: result.stage,
      verdict: result.verdict?.kind ?? null,
      fingerprint: result.verdict?.fingerprint ?? null,
      signedAt: result.verdict?.signedAt ?? null,
      ...(evidence === null ? {} : { sender: evidence }),
    },
  }
}

/** The mail stays `received` until what is in the way is mended, with one alarm for each reason. */
const hold = async (deps: Deps, mail: Mail, lease: Lease, error: unknown): Promise<void> => {
  const now = deps.clock.now()
  const reason = `waits unread until this is mended: ${messageOf(error)}`
  deps.log.error({ mail: mail.id, err: error }, `mail ${mail.id} ${reason}`)
  await deps.store.together(async (tables) => {
    if (!(await tables.mails.holds(mail.id, lease))) return
    await tables.mails.release(mail.id, lease, new Date(now.getTime() + HOLD_MS), reason)
    if (mail.reason === reason) return
    await tables.actions.append([
      {
        ...{ at: now, level: 'error', actor: 'system', event: 'mail.held', mailId: mail.id },
        text: `a mail from ${mail.envelope.from || 'the null sender'} ${reason}`,
        data: { code: error instanceof Fault ? error.code : 'unforeseen' },
      },
    ])
  })
}
