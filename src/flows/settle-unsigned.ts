import type { NewAction } from '../core/action-log.js'
import { type MailConnection, unsignedSenders } from '../core/connection.js'
import type { Mail, Verdict } from '../core/mail.js'
import type { Reply } from '../core/reply.js'
import { AWAITING_STATES, type Request, type RequestState, referenceOf } from '../core/request.js'
import type { Tables } from '../ports.js'
import type { UnsignedMail } from '../reading/reader.js'
import type { Deps } from './deps.js'
import { type Judged, NOTHING, together, tookEffect } from './settle-mail.js'
import { type Settled, settleReply } from './settle-reply.js'

type Input = { mail: Mail; connection: MailConnection; reading: UnsignedMail }

/** Stands where verified content has the key that signed it. */
const NOBODY = 'unsigned'

/**
 * Lets the replies of a registry that never signs take effect, once. What stands in the place of a signature is the
 * Message-ID of a request of this very connection: nobody but the registry was told it, and nobody can guess it. Without it a
 * mail is what it would be anyway. With it a mail takes effect only where the connection lets it (`trust.allowUnsigned`), it
 * comes from the registry's address, its request still waits, and it names the domain and the action of that request; each
 * time with a warning in the log. Else a person decides.
 */
export const settleUnsigned = async (deps: Deps, tables: Tables, input: Input): Promise<Judged> => {
  const { mail, connection, reading } = input
  const { verdict, otherwise } = reading
  const quoted = await findQuoted(tables, input)
  if (quoted === null)
    return {
      ...{ ...NOTHING, verdict, stage: otherwise.stage },
      reason: `${otherwise.reason}, and the Message-ID that it quotes is of no request of this connection`,
    }
  // Known by its text and its request: bytes that are not signed can come again under any header.
  const content = { sha256: reading.sha256, fingerprint: NOBODY, signedAt: quoted.createdAt }
  if (!(await tables.contents.insert({ connectionId: connection.id, ...content }, mail.id)))
    return { ...NOTHING, verdict, stage: 'duplicate', reason: 'the same text about the same request came in before' }
  const domains = reading.replies.flatMap(({ domain }) => domain ?? [])
  const mentioned = { names: domains, references: [quoted.reference], tickets: [] }
  await tables.domains.lockMentioned({ connectionId: connection.id, ...mentioned })
  const settled: Settled[] = []
  for (const [index, said] of reading.replies.entries()) {
    const reply: Reply = { ...said, reference: quoted.reference }
    settled.push(
      tookEffect(mail, index, reply) ?? (await settleOne(deps, tables, { ...input, reply, requestId: quoted.id })),
    )
  }
  const result = together(settled, null)
  const believed = settled.some(({ stage }) => stage === 'settled' || stage === 'informational')
  if (!believed) return { ...result, verdict }
  await tables.actions.append([warning(deps, input, result)])
  deps.meter.unsignedBelieved()
  return { ...result, verdict: believedVerdict(verdict) }
}

const findQuoted = async (tables: Tables, { connection, reading }: Input): Promise<Request | null> => {
  const request = await tables.requests.findByReference(referenceOf(reading.messageId))
  const isQuoted = request?.messageId === reading.messageId && request.connectionId === connection.id
  return isQuoted ? request : null
}

/** The request is read again, because what was read before its domain was locked may have changed. */
const settleOne = async (
  deps: Deps,
  tables: Tables,
  { mail, connection, reading, reply, requestId }: Input & { reply: Reply; requestId: string },
): Promise<Settled> => {
  const request = await tables.requests.get(requestId)
  const held =
    whyHeld({ connection, reading }) ??
    (request === null || !isAwaiting(request.state)
      ? 'its request waits for no answer any more'
      : reply.outcome === 'unrecognised'
        ? undefined
        : whyUnfit(reply))
  const about = { mailId: mail.id, connectionId: connection.id, echoesReference: true, ourName: null }
  return settleReply(deps, tables, { ...about, reply, signedAt: mail.receivedAt, unsigned: true, held })
}

const isAwaiting = (state: RequestState): boolean => (AWAITING_STATES as readonly RequestState[]).includes(state)

/** Of the whole mail. */
const whyHeld = ({
  connection,
  reading: { from, doubt },
}: Pick<Input, 'connection' | 'reading'>): string | undefined => {
  if (!connection.trust.allowUnsigned)
    return 'it carries no signature, and trust.allowUnsigned of the connection does not let such a mail settle anything by itself'
  const senders = unsignedSenders(connection)
  if (from === null || !senders.includes(from))
    return `its From is ${from ?? 'not one address'}, and unsigned replies come from ${senders.join(' or ')} (trust.unsignedFrom)`
  return doubt === null ? undefined : `it carries no signature, and ${doubt}`
}

/** What a registry tells unasked can move domains: that takes more than a Message-ID. */
const whyUnfit = ({ outcome, domain, action }: Reply): string | undefined => {
  if (outcome === 'notice') return 'it carries no signature, and tells what nobody asked for'
  if (domain === null || action === null)
    return 'it carries no signature, and does not name both the domain and the action of the request that it quotes'
  return undefined
}

const believedVerdict = (verdict: Verdict): Verdict => ({
  ...verdict,
  reason: `${verdict.reason}, and counts by the Message-ID that it quotes, because trust.allowUnsigned lets it`,
})

/** Each use is told, so that nobody forgets what the connection allows. */
const warning = (
  deps: Deps,
  { mail, connection, reading }: Input,
  { domain, orders }: Pick<Judged, 'domain' | 'orders'>,
): NewAction => ({
  ...{ at: deps.clock.now(), level: 'warning', actor: 'system', event: 'mail.unsigned-believed', mailId: mail.id },
  ...{ domain, orderId: orders[0] ?? null },
  text: `nobody signed a reply of ${reading.from ?? 'nobody'}: it was believed because it quotes ${reading.messageId}, and trust.allowUnsigned of the connection "${connection.title}" allows that; whoever carried the request could have written it`,
  data: { connection: connection.id, messageId: reading.messageId, from: reading.from, sha256: reading.sha256 },
})
