import { createHash } from 'node:crypto'
import { type NewAction, printable } from '../core/action-log.js'
import type { ServerConnection } from '../core/connection.js'
import type { Mail, Verdict } from '../core/mail.js'
import type { Reply } from '../core/reply.js'
import type { Request } from '../core/request.js'
import { type CallAnswer, urlOf } from '../core/server-call.js'
import type { Lease, ReachedServer, ServerCall, Tables } from '../ports.js'
import type { EncodeInput, ServerProfile, ServerReading } from '../profiles/profile.js'
import { applyHandOver, defer } from './apply-hand-over.js'
import { type Deps, serverProfileOf } from './deps.js'
import { aboutRequest } from './hold-request.js'
import { type Judged, together } from './settle-mail.js'
import { type Settled, settleReply } from './settle-reply.js'
import { type Loaded, loadSubject } from './subject.js'
import { toServer, writeQuestion } from './write-call.js'

export type Answered = CallAnswer & { reached: ReachedServer }

/** An answer as it will be kept: its octets, whom they are of, and what they say. */
export type AnswerRead = {
  mail: Pick<Mail, 'id' | 'envelope' | 'receivedAt' | 'sha256'> & { raw: Buffer }
  verdict: Verdict
  /** The status of HTTP and what the server says, in a clause. */
  words: string
  reading: ServerReading
  /** What the server was asked beside the request, and what it answered. */
  beside: readonly Exchange[]
}

/** A question as it was posted, and its answer. */
export type Exchange = { call: ServerCall; answer: Answered; at: Date }

/** What a server said to a request, and what else it is asked for that. Nothing is written yet. */
export const readAnswer = async (
  deps: Deps,
  input: { request: Request; connection: ServerConnection; call: ServerCall; answer: Answered },
): Promise<AnswerRead> => {
  const { request, connection, call, answer } = input
  const found = await deps.store.subjects.get(request.id)
  const profile = serverProfileOf(deps, connection)
  if (found === null || profile === null) throw new Error(`request ${request.id} or its profile is gone`)
  const { order, domain } = found.subject
  const asked = { terms: order.terms, domain, connection, reference: request.reference, at: deps.clock.now() }
  const reading = profile.read(answer, asked)
  return answerRead(deps, { call, answer, ...(await withMore(deps, { profile, connection, asked, reading })) })
}

export const answerRead = (
  deps: Pick<Deps, 'newId' | 'clock'>,
  { call, answer, ...read }: { call: ServerCall; answer: Answered } & Pick<AnswerRead, 'reading' | 'beside'>,
): AnswerRead => {
  const { host, port } = call.endpoint
  const { address, tls } = answer.reached
  const at = deps.clock.now()
  return {
    mail: {
      ...{ id: deps.newId(), receivedAt: at, raw: answer.body },
      envelope: { from: urlOf(call.endpoint), to: [], over: 'https', remoteAddress: address },
      sha256: createHash('sha256').update(answer.body).digest('hex'),
    },
    verdict: {
      ...{ kind: 'trusted', fingerprint: null, signedAt: at },
      reason: printable(`${host}:${port} proved its name (${tls})`),
    },
    words: printable(`HTTP ${answer.status}: ${read.reading.words}`),
    ...read,
  }
}

type More = { profile: ServerProfile; connection: ServerConnection; asked: EncodeInput; reading: ServerReading }

/** What the answer did not say of what was carried out. It is known without that: a server that does not tell it keeps nothing back. */
export const withMore = async (
  deps: Deps,
  { profile, connection, asked, reading }: More,
): Promise<Pick<AnswerRead, 'reading' | 'beside'>> => {
  if (reading.kind !== 'replies') return { reading, beside: [] }
  const beside: Exchange[] = []
  const add = async (reply: Reply): Promise<Reply> => {
    const question = reply.outcome === 'done' ? profile.more.question(reply, asked) : null
    if (question === null) return reply
    const call = writeQuestion(deps, connection, question)
    const answer = await deps.servers.post(call)
    if (answer.outcome === 'answered') {
      beside.push({ call, answer, at: deps.clock.now() })
      return profile.more.add(reply, answer)
    }
    deps.log.warn({ domain: asked.terms.domain, answer: answer.answer }, 'a server does not tell more of an order')
    return reply
  }
  try {
    return { reading: { ...reading, replies: await Promise.all(reading.replies.map(add)) }, beside }
  } catch (error) {
    deps.log.warn({ domain: asked.terms.domain, err: error }, 'a server cannot be asked for more of an order')
    return { reading, beside }
  }
}

/** Writes what a server answered to a request, and lets it take effect, once; that it did is true whoever holds the lease now. */
export const recordAnswer = (deps: Deps, claimed: Request, lease: Lease, answered: AnswerRead): Promise<void> =>
  deps.store.together(async (tables) => {
    // The commit of the try before was made, though its answer was lost with the connection.
    if ((await tables.mails.get(answered.mail.id)) !== null) return
    await keep(tables, answered, claimed)
    for (const exchange of answered.beside) await keepExchange(deps, tables, claimed, exchange)
    const loaded = await loadSubject(tables, claimed.id)
    const ours = await tables.requests.release(claimed.id, lease)
    if (loaded === null) return
    const request = { ...loaded.subject.request, attempts: loaded.subject.request.attempts + 1 }
    const tried = { ...loaded, subject: { ...loaded.subject, request } }
    await tables.actions.append([answerLine(deps, request, answered)])
    const result = await takeAnswer(deps, tables, { loaded: tried, ours, answered })
    await finish(tables, answered, result, request.orderId)
  })

const takeAnswer = async (
  deps: Deps,
  tables: Tables,
  { loaded, ours, answered }: { loaded: Loaded; ours: boolean; answered: AnswerRead },
): Promise<Settlement> => {
  const { request } = loaded.subject
  const { reading, words } = answered
  switch (reading.kind) {
    case 'untaken':
      // Where somebody ended the order, there is nothing to try again.
      if (ours && request.state === 'handing-over') await defer(deps, tables, loaded, words)
      else await tables.requests.update({ ...request, answer: words })
      return { stage: 'informational', reason: `the server did not take the request: ${words}`, replies: [] }
    case 'unclear':
      await applyHandOver(deps, tables, loaded, { kind: 'uncertain', answer: words })
      return { stage: 'informational', reason: `it does not say whether it took the request: ${words}`, replies: [] }
    case 'replies':
      await applyHandOver(deps, tables, loaded, { kind: 'sent', answer: words })
      return settleReplies(deps, tables, { request, answered, replies: reading.replies })
  }
}

/** What became of an answer, as of a mail. */
export type Settlement = Pick<Judged, 'stage' | 'reason' | 'replies'>

export const settleReplies = async (
  deps: Deps,
  tables: Tables,
  { request, answered, replies }: { request: Request; answered: AnswerRead; replies: readonly Reply[] },
): Promise<Settlement> => {
  const about = { mailId: answered.mail.id, connectionId: request.connectionId, answers: request }
  const meant = { echoesReference: false, ourName: null, signedAt: answered.mail.receivedAt }
  const settled: Settled[] = []
  for (const reply of replies) settled.push(await settleReply(deps, tables, { ...about, ...meant, reply }))
  return together(settled, null)
}

/** The octets of an answer, first of all: no domain is held yet. False where the same answer about the request is kept already. */
export const keep = async (tables: Tables, { mail }: AnswerRead, request: Request): Promise<boolean> => {
  const { duplicate } = await tables.mails.accept({
    ...{ ...mail, connectionId: request.connectionId, requestId: request.id },
  })
  return !duplicate
}

/** A question that no order asks, and its answer where it changes nothing by itself: their octets, and their digests in the log. */
export const keepExchange = async (deps: Deps, tables: Tables, request: Request, exchange: Exchange): Promise<void> => {
  const { call, answer } = exchange
  await keepQuestion(deps, tables, request, exchange)
  const words = `it was asked beside ${request.action} ${request.domain}`
  const told = answerRead(deps, { call, answer, reading: { kind: 'replies', words, replies: [] }, beside: [] })
  await keep(tables, told, request)
  await tables.actions.append([answerLine(deps, request, told)])
  await finish(tables, told, { stage: 'informational', reason: words, replies: [] }, request.orderId)
}

export const keepQuestion = async (
  deps: Deps,
  tables: Tables,
  request: Request,
  { call, at }: Pick<Exchange, 'call' | 'at'>,
): Promise<void> => {
  const id = deps.newId()
  const sha256 = createHash('sha256').update(call.body).digest('hex')
  await tables.mails.insertOutbound({
    ...{ id, envelope: toServer(call.endpoint), receivedAt: at, raw: call.body, sha256 },
    ...{ connectionId: request.connectionId, requestId: request.id, orders: [request.orderId] },
  })
  await tables.actions.append([
    {
      ...{ ...aboutRequest(deps, request), mailId: id, level: 'info', event: 'server.asked' },
      text: `${request.action} ${request.domain}: the server was asked about it`,
      data: { sha256, size: call.body.length },
    },
  ])
}

export const finish = (
  tables: Tables,
  { mail, verdict }: AnswerRead,
  { stage, reason, replies }: Settlement,
  orderId: string,
): Promise<void> =>
  tables.mails.finish(mail.id, {
    ...{ stage, verdict, replies, orders: [orderId], reason: reason === null ? null : printable(reason) },
  })

/** The digest of what was answered, for the log's verification, in words of the server. */
export const answerLine = (deps: Deps, request: Request, { mail, words, reading }: AnswerRead): NewAction => ({
  ...{ ...aboutRequest(deps, request), mailId: mail.id, actor: 'registry', event: 'answer.received' },
  level: reading.kind === 'replies' ? 'info' : 'warning',
  text: `${request.action} ${request.domain}: the server answered ${words}`,
  data: { sha256: mail.sha256, size: mail.raw.length, kind: reading.kind },
})
