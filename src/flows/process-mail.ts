import { type NewAction, printable } from '../core/action-log.js'
import { type Connection, registryAddresses, type Weakness } from '../core/connection.js'
import { Fault, messageOf } from '../core/errors.js'
import type { Mail, MailResult, MailStage, Verdict } from '../core/mail.js'
import type { Reply } from '../core/reply.js'
import type { Lease, Tables } from '../ports.js'
import type { Profile } from '../profiles/profile.js'
import type { Reading } from '../reading/reader.js'
import type { Deps } from './deps.js'
import { settleBounce } from './settle-bounce.js'
import { settleReply } from './settle-reply.js'

/**
 * Longer than it takes to judge a mail, and short, because a mail whose judge died waits so long. Two judges at once do no
 * harm: only the holder of the lease can write.
 */
const LEASE_MS = 10_000
/** How soon a mail that waits for an operator's mend (a key file) is looked at again. */
const HOLD_MS = 60_000
/** How soon a mail is looked at again after something unforeseen. */
const RETRY_MS = 10_000
/** After so many tries something unforeseen is told to the operator. */
const TRIES = 5

/** What became of a mail, and the domain that it is about. */
type Judged = MailResult & { domain: string | null }

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
    const soon = new Date(deps.clock.now().getTime() + RETRY_MS)
    await deps.store.mails.release(mail.id, lease, soon).catch(() => undefined)
    throw error
  }
}

/** Trying again at once will not help: an operator has to mend something, or it went wrong too often to be chance. */
const isLasting = (error: unknown, { fence }: Lease): boolean =>
  error instanceof Fault ? !error.temporary : fence >= TRIES

const judge = async (deps: Deps, mail: Mail, lease: Lease): Promise<void> => {
  const raw = await deps.store.mails.raw(mail.id)
  const connection = mail.connectionId === null ? null : await deps.store.connections.get(mail.connectionId)
  if (raw === null || connection === null) {
    const reason = raw === null ? 'its octets are no longer here' : 'it came for no connection; a person has to read it'
    return finish(deps, mail, lease, async () => ({ ...NOTHING, stage: 'unrecognised', reason }))
  }
  const profile = deps.profiles.get(connection.profile)
  if (profile === undefined)
    throw new Fault('profile-missing', `the profile ${connection.profile} is not there`, { temporary: false })
  const keys = await deps.keyring.pinnedKeys(connection.trust.keys)
  const reading = await deps.reader.read({
    ...{ raw, envelopeFrom: mail.envelope.from, profile: profile.id, keys, receivedAt: mail.receivedAt },
    ...{ trust: trustOf(connection), registryAddresses: registryAddresses(connection) },
  })
  if (reading.stage === 'trusted')
    return finish(deps, mail, lease, (tables) => settleAll(deps, tables, { mail, profile, connection, reading }))
  const { stage, reason, verdict, deliveryStatus } = reading
  const { requestId } = mail
  if (requestId !== null)
    return finish(deps, mail, lease, (tables) => settleBounce(deps, tables, { mail, deliveryStatus, requestId }))
  return finish(deps, mail, lease, async () => ({ ...NOTHING, stage, reason, verdict }))
}

/** What a reader needs to know of a connection's trust, and no more: it goes to a worker. */
const trustOf = ({ trust: { schemes, maxAge, weak } }: Connection) => ({ schemes, maxAge, weak })

const NOTHING = { verdict: null, replies: [], orders: [], domain: null }

const settleAll = async (
  deps: Deps,
  tables: Tables,
  input: {
    mail: Mail
    profile: Profile
    connection: Connection
    reading: Extract<Reading, { stage: 'trusted' }>
  },
): Promise<Judged> => {
  const { mail, profile, connection, reading } = input
  const { content, verdict, replies, weak } = reading
  const { signedAt } = content
  if (weak.length > 0) await tables.actions.append([weakness(deps, { mail, connection, weak, verdict })])
  if (!(await tables.contents.insert({ connectionId: connection.id, ...content }, mail.id)))
    return { ...NOTHING, verdict, stage: 'duplicate', reason: 'the same signed content came in before' }
  await lockDomains(tables, connection.id, replies)
  const about = { mailId: mail.id, connectionId: connection.id, echoesReference: profile.echoesReference, signedAt }
  const settled = []
  for (const reply of replies) settled.push(await settleReply(deps, tables, { ...about, reply }))
  const stages = settled.map(({ stage }) => stage)
  return {
    stage: GRAVEST.find((stage) => stages.includes(stage)) ?? 'unrecognised',
    reason: settled.map(({ record }) => record.effect).join('; ') || 'the mail holds no reply',
    verdict,
    replies: settled.map(({ record }) => record),
    orders: [...new Set(settled.flatMap(({ orders }) => orders))],
    domain: settled.find(({ domain }) => domain !== null)?.domain ?? null,
  }
}

/** Each use of a weak signature is told, so that nobody forgets that the connection allows it. */
const weakness = (
  deps: Deps,
  {
    mail,
    connection,
    weak,
    verdict,
  }: { mail: Mail; connection: Connection; weak: readonly Weakness[]; verdict: Verdict },
): NewAction => ({
  ...{ at: deps.clock.now(), level: 'warning', actor: 'system', event: 'mail.weak-signature', mailId: mail.id },
  text: `the signature is weak (${weak.join(', ')}) and was believed, because trust.weak of the connection "${connection.title}" allows it; ask the registry for a better key`,
  data: { weak: [...weak], connection: connection.id, fingerprint: verdict.fingerprint },
})

/** Takes the locks of all domains in one order, so that two mails about the same domains cannot wait for each other. */
const lockDomains = async (tables: Tables, connectionId: string, replies: readonly Reply[]): Promise<void> => {
  const names = new Set<string>()
  for (const { reference, ticket, domain } of replies) {
    const request = reference === null ? null : await tables.requests.findByReference(reference)
    const byTicket = ticket === null ? [] : await tables.requests.findByTicket(connectionId, ticket)
    for (const name of [request?.domain, domain, ...byTicket.map((one) => one.domain)])
      if (name != null) names.add(name)
  }
  for (const name of [...names].sort()) await tables.domains.lock(name)
}

/** A mail with several replies is at the stage of the one that needs a human most. */
const GRAVEST = [
  'conflict',
  'ambiguous',
  'unrecognised',
  'settled',
  'informational',
] as const satisfies readonly MailStage[]

/** Runs the effects, the log line and the mail's own record in one transaction, for the holder of the lease only. */
const finish = async (
  deps: Deps,
  mail: Mail,
  lease: Lease,
  effects: (tables: Tables) => Promise<Judged>,
): Promise<void> => {
  const at = deps.clock.now()
  const done = await deps.store.transaction(async (tables) => {
    if (!(await tables.mails.holds(mail.id, lease))) return null
    const later: NewAction[] = []
    const { domain, ...result } = await effects(collecting(tables, later))
    const clean = result.reason === null ? null : printable(result.reason)
    await tables.mails.finish(mail.id, { ...result, reason: clean })
    await tables.actions.append([{ ...judgement(mail, result), at, domain }, ...later])
    return result
  })
  if (done !== null)
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
      return [] // they have no place in the chain yet
    },
  },
})

const ROUTINE: readonly MailStage[] = ['settled', 'informational', 'duplicate', 'auto-reply']

const judgement = (mail: Mail, result: MailResult) => {
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
    },
  }
}

/** The mail stays `received` until what is in the way is mended, with one alarm for each reason. */
const hold = async (deps: Deps, mail: Mail, lease: Lease, error: unknown): Promise<void> => {
  const now = deps.clock.now()
  const reason = `waits unread until this is mended: ${messageOf(error)}`
  deps.log.error({ mail: mail.id, err: error }, `mail ${mail.id} ${reason}`)
  await deps.store.mails.release(mail.id, lease, new Date(now.getTime() + HOLD_MS), reason)
  if (mail.reason === reason) return
  await deps.store.transaction((tables) =>
    tables.actions.append([
      {
        ...{ at: now, level: 'error', actor: 'system', event: 'mail.held', mailId: mail.id },
        text: `a mail from ${mail.envelope.from || 'the null sender'} ${reason}`,
        data: { code: error instanceof Fault ? error.code : 'unforeseen' },
      },
    ]),
  )
}
