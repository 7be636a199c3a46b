import { inModeOf, type ServerConnection } from '../core/connection.js'
import { messageOf } from '../core/errors.js'
import { isOpen } from '../core/order.js'
import type { ServerCall } from '../ports.js'
import type { PollInput, Question } from '../profiles/profile.js'
import { type Deps, serverProfileOf } from './deps.js'
import { aboutRequest } from './hold-request.js'
import {
  type AnswerRead,
  answerLine,
  answerRead,
  type Exchange,
  finish,
  keep,
  keepExchange,
  keepQuestion,
  settleReplies,
  withMore,
} from './settle-answer.js'
import { loadSubject } from './subject.js'
import { writeQuestion } from './write-call.js'

/**
 * Asks a registry's server what became of a request, and lets the answer take effect as if it had come at once. Resolves to a
 * sentence that says what came of it; null where there is nothing to ask: the connection has no server, or the request needs
 * no answer any more. The same answer as before changes nothing and is kept all the same.
 */
export const pollServer = async (deps: Deps, requestId: string): Promise<string | null> => {
  const found = await deps.store.subjects.get(requestId)
  if (found === null || found.connection.channel !== 'https') return null
  const { request, order, domain } = found.subject
  const connection = inModeOf(found.connection, order)
  if (connection.paused) return 'The connection is paused, so its server is not asked.'
  const profile = serverProfileOf(deps, connection)
  const { signedAt: since, ticket } = request
  if (profile === null || since === null || !isWaitedFor(order.status)) return null
  const input: PollInput = {
    ...{ terms: order.terms, domain, connection, reference: request.reference, at: deps.clock.now(), ticket, since },
  }
  const question = profile.poll.question(input)
  if (question === null) return null
  const call = write(deps, connection, question)
  if ('fault' in call) return tellUnasked(deps, requestId, call.fault)
  const answer = await deps.servers.post(call)
  if (answer.outcome !== 'answered') return tellUnasked(deps, requestId, answer.answer)
  const reading = profile.poll.read(answer, input)
  const read = await withMore(deps, { profile, connection, asked: input, reading })
  const answered = answerRead(deps, { call, answer, ...read })
  await settle(deps, requestId, answered, { call, answer, at: input.at })
  return `The server was asked what became of it, and answered ${answered.words}.`
}

const write = (deps: Deps, connection: ServerConnection, question: Question): ServerCall | { fault: string } => {
  try {
    return writeQuestion(deps, connection, question)
  } catch (error) {
    return { fault: messageOf(error) }
  }
}

/** A success that comes late counts too. */
const isWaitedFor = (status: Parameters<typeof isOpen>[0]): boolean => isOpen(status) || status === 'timed-out'

const settle = (deps: Deps, requestId: string, answered: AnswerRead, asked: Exchange): Promise<void> =>
  deps.store.together(async (tables) => {
    const claimed = await tables.requests.get(requestId)
    if (claimed === null) return
    await keepQuestion(deps, tables, claimed, asked)
    const isNew = await keep(tables, answered, claimed)
    for (const exchange of answered.beside) await keepExchange(deps, tables, claimed, exchange)
    const loaded = await loadSubject(tables, requestId)
    if (loaded === null) return
    const { request } = loaded.subject
    await tables.actions.append([answerLine(deps, request, answered)])
    const { reading, words } = answered
    const settlement =
      reading.kind === 'replies' && isNew
        ? await settleReplies(deps, tables, { request, answered, replies: reading.replies })
        : { stage: isNew ? ('informational' as const) : ('duplicate' as const), reason: words, replies: [] }
    await finish(tables, answered, settlement, request.orderId)
  })

const tellUnasked = async (deps: Deps, requestId: string, why: string): Promise<string> => {
  const request = await deps.store.requests.get(requestId)
  const text = `the server could not be asked what became of it: ${why}`
  if (request !== null)
    await deps.store.actions.append([
      {
        ...{ ...aboutRequest(deps, request), level: 'warning', event: 'server.unasked' },
        text: `${request.action} ${request.domain}: ${text}`,
      },
    ])
  return `T${text.slice(1)}.`
}
