import { createHash } from 'node:crypto'
import type { NewAction } from '../core/action-log.js'
import { type Connection, inModeOf, type MailConnection, type ServerConnection } from '../core/connection.js'
import { awaitsDns } from '../core/dns-preparation.js'
import type { Domain } from '../core/domain.js'
import { Fault } from '../core/errors.js'
import type { Order } from '../core/order.js'
import { blankReply, type Reply } from '../core/reply.js'
import { isForPeople, type Request } from '../core/request.js'
import { needsApproval } from '../core/two-persons.js'
import type { HandOver, Lease, ServerCall, Tables } from '../ports.js'
import { applyHandOver, defer } from './apply-hand-over.js'
import { type Deps, mailProfileOf, serverProfileOf } from './deps.js'
import { firmly } from './firmly.js'
import { handToPeople } from './hand-to-people.js'
import { aboutRequest, isPaused, limit, park, putOff, rest, setAside, withdrawn } from './hold-request.js'
import { freeAt } from './rate-limit.js'
import { readAnswer, recordAnswer } from './settle-answer.js'
import { signerAt } from './signer.js'
import { type Loaded, loadSubject } from './subject.js'
import { whileHeld } from './while-held.js'
import { callOf, signedAsOf, type WrittenCall, writeCall } from './write-call.js'
import { type WrittenMail, writeMail } from './write-mail.js'

/** Of a request that is being written and signed: whoever finds it when this has run out writes it again. */
const WRITING = { leaseMs: 10_000, renewMs: 3_000 }
/**
 * Of one that is being handed over, which may take minutes. Long enough for a database that is away while it is started
 * again: who loses the lease in the middle of a hand-over leaves it to a person, unless the profile is safe.
 */
const HANDING_OVER = { leaseMs: 45_000, renewMs: 5_000 }

/** What leaves: a mail, or a call of a server, which is ready to be posted. */
type Parcel =
  | { over: 'smtp'; connection: MailConnection; envelope: { from: string; to: string[] }; raw: Buffer }
  | { over: 'https'; connection: ServerConnection; call: ServerCall }

/**
 * Sends one request, if it is due and nobody else is at it, or hands it to people. The octets of a mail or a call and the state
 * `handing-over` are on disk before the first of them leaves; what the server answers is written with the server's own words.
 */
export const sendRequest = async (deps: Deps, id: string): Promise<void> => {
  const { leaseMs } = WRITING
  const claim = await deps.store.requests.claim(id, { owner: deps.owner, now: deps.clock.now(), leaseMs })
  if (claim === null) return
  const { request, lease } = claim
  const row = { table: 'requests', id, lease } as const
  const parcel = await whileHeld(deps, { ...row, ...WRITING }, () => prepare(deps, request, lease))
  if (parcel !== null) await whileHeld(deps, { ...row, ...HANDING_OVER }, () => send(deps, { request, lease, parcel }))
}

const prepare = async (deps: Deps, request: Request, lease: Lease): Promise<Parcel | null> => {
  const doubt = request.state === 'handing-over' ? (request.doubt ?? LEFT_BEHIND) : request.doubt
  if (doubt !== null && (await leftUncertain(deps, { request, lease, doubt }))) return null
  return pack(deps, request, lease).catch((error: unknown) => putOff(deps, request, lease, error))
}

const send = async (
  deps: Deps,
  { request, lease, parcel }: { request: Request; lease: Lease; parcel: Parcel },
): Promise<void> => {
  const result = parcel.over === 'smtp' ? await deps.transport.send(parcel) : await deps.servers.post(parcel.call)
  const { outcome } = result
  const words = 'answer' in result ? { answer: result.answer } : { status: result.status }
  const about = { request: request.id, domain: request.domain, mail: request.mailId }
  deps.log.info({ ...about, outcome, ...words }, 'request handed over')
  if (parcel.over === 'https' && result.outcome === 'answered') {
    const answered = await readAnswer(deps, {
      request,
      connection: parcel.connection,
      call: parcel.call,
      answer: result,
    })
    return firmly(() => recordAnswer(deps, request, lease, answered))
  }
  if (result.outcome !== 'answered') await firmly(() => record(deps, request, lease, result))
}

/** The holder before us died between the first octet and its record. */
const LEFT_BEHIND = 'the gateway stopped while it handed the message over'

/** Nobody knows whether the message has left before. Only the profile can say what to do about it. */
const leftUncertain = async (
  deps: Deps,
  { request, lease, doubt }: { request: Request; lease: Lease; doubt: string },
): Promise<boolean> => {
  const connection = await deps.store.connections.get(request.connectionId)
  // A ticket is written with its request: either is there with the other.
  if (isForPeople(request)) return false
  if (connection !== null && resendOf(deps, connection, request) === 'safe') return false
  await record(deps, request, lease, { outcome: 'uncertain', answer: doubt })
  return true
}

const resendOf = (deps: Deps, connection: Connection, { action }: Request): 'safe' | 'ask' | undefined =>
  connection.channel === 'https'
    ? serverProfileOf(deps, connection)?.resend(action)
    : mailProfileOf(deps, connection)?.resend

/** Fixes the octets that will leave, and that they are about to. Null when the request is no longer ours to send. */
const pack = async (deps: Deps, claimed: Request, lease: Lease): Promise<Parcel | null> => {
  const found = await deps.store.subjects.get(claimed.id)
  if (found === null) throw new Error(`request ${claimed.id} is gone`)
  const { order, domain } = found.subject
  const connection = inModeOf(found.connection, order)
  // What has begun to leave is not kept back: it may be there.
  if (claimed.state === 'queued' && needsApproval(deps.twoPersons, order)) return rest(deps, claimed, lease)
  if (claimed.state === 'queued' && awaitsDns(order)) return setAside(deps, claimed, lease)
  if (isForPeople(claimed) || connection.channel === 'people') return handToPeople(deps, { claimed, lease, connection })
  const rests = connection.paused
  const kept = rests ? null : await keptParcel(deps, claimed, connection)
  const fresh = kept === null && !rests ? await write(deps, claimed, { order, domain, connection }) : null
  const fix = deps.store.together(async (tables) => {
    const loaded = await loadSubject(tables, claimed.id)
    const paused = await isPaused(tables, claimed.connectionId)
    const until = new Date(deps.clock.now().getTime() + HANDING_OVER.leaseMs)
    if (loaded === null || !(await tables.requests.extend(claimed.id, lease, until))) return null
    const { request } = loaded.subject
    if (request.state !== 'queued' && request.state !== 'handing-over') {
      await tables.requests.release(request.id, lease)
      return null
    }
    if (request.state === 'queued' && (await withdrawn(deps, tables, loaded, lease))) return null
    if (paused) return park(deps, tables, loaded, lease)
    const free = request.state === 'queued' ? await freeAt(deps, tables, connection) : null
    if (free !== null) return limit(deps, tables, { loaded, lease, free })
    const parcel = fresh?.parcel ?? kept
    if (parcel === null) {
      await tables.requests.release(request.id, lease) // resumed this moment: the sweep finds it
      return null
    }
    const stored = fresh === null ? request : await storeFresh(deps, tables, loaded, fresh)
    await tables.requests.update({ ...stored, state: 'handing-over' })
    return parcel
  })
  return fix.catch((error: unknown) => unmark(deps, claimed, lease, error))
}

type Sender = MailConnection | ServerConnection

/** A request that was written just now, and what the log says of that. */
type Fresh = {
  parcel: Parcel
  stored: Pick<WrittenMail | WrittenCall, 'envelope' | 'raw' | 'signedAt' | 'signedAs'>
  line: Pick<NewAction, 'event' | 'text' | 'data'>
}

const write = async (
  deps: Deps,
  request: Request,
  { order, domain, connection }: { order: Order; domain: Domain; connection: Sender },
): Promise<Fresh> => {
  const { terms } = order
  const words = `${request.action} ${terms.unicodeName}: the request ${request.reference} was`
  if (connection.channel === 'https') {
    const written = writeCall(deps, { terms, domain, connection, reference: request.reference })
    const text = `${words} written for ${written.envelope.to.join(', ')}`
    const parcel = { over: 'https' as const, connection, call: written.call }
    return { parcel, stored: written, line: { event: 'request.written', text, data: {} } }
  }
  const written = await writeMail(deps, { ...addressed(request), terms, domain, connection })
  const { envelope, raw, keyFile, fingerprint } = written
  return {
    parcel: { over: 'smtp', connection, envelope, raw },
    stored: written,
    line: {
      event: 'request.signed',
      text: `${words} signed with ${keyFile} for ${envelope.to.join(', ')}`,
      data: { fingerprint, scheme: connection.signing.scheme },
    },
  }
}

/** A request as its mail says it: one of a connection by mail has these since it was made. */
const addressed = ({ id, reference, messageId, bounceToken }: Request) => {
  if (messageId === null || bounceToken === null) throw new Error(`request ${id} was made to be no mail`)
  return { reference, messageId, bounceToken }
}

/**
 * Where the database went away at the commit nobody knows whether the request is marked as being handed over, and whoever
 * found it so would take it for one that may have left. Nothing has: that is known here alone, until it is written.
 */
const unmark = async (deps: Deps, claimed: Request, lease: Lease, error: unknown): Promise<never> => {
  if (claimed.state === 'queued' && error instanceof Fault && error.temporary)
    await firmly(() =>
      deps.store.together(async (tables) => {
        const loaded = await loadSubject(tables, claimed.id)
        if (loaded === null || !(await tables.requests.holds(claimed.id, lease))) return
        const { request } = loaded.subject
        if (request.state === 'handing-over') await tables.requests.update({ ...request, state: 'queued' })
      }),
    )
  throw error
}

/** A call is written anew after this long: what an operator mended in its template counts then. Milliseconds. */
const CALL_MAX_AGE = 3_600_000

/**
 * The octets of the try before, while the registry would still take their signature for new and a request would be signed
 * so again. What was half handed over is sent again as it was, whatever became of the key since.
 */
const keptParcel = async (deps: Deps, request: Request, connection: Sender): Promise<Parcel | null> => {
  if (request.mailId === null || request.signedAt === null) return null
  const maxAge = connection.channel === 'https' ? CALL_MAX_AGE : (mailProfileOf(deps, connection)?.signatureMaxAge ?? 0)
  if (deps.clock.now().getTime() - request.signedAt.getTime() > maxAge / 2) return null
  if (request.state === 'queued' && (await signedAsNow(deps, connection)) !== request.signedAs) return null
  const mail = await deps.store.mails.get(request.mailId)
  const raw = await deps.store.mails.raw(request.mailId)
  if (mail === null || raw === null) return null
  return connection.channel === 'https'
    ? { over: 'https', connection, call: callOf(deps, connection, raw) }
    : { over: 'smtp', connection, envelope: mail.envelope, raw }
}

const signedAsNow = async (deps: Deps, connection: Sender): Promise<string> =>
  connection.channel === 'https'
    ? signedAsOf(deps, connection)
    : (await signerAt(deps, connection, deps.clock.now())).signedAs

const storeFresh = async (
  deps: Deps,
  tables: Tables,
  { subject: { request, order } }: Loaded,
  { stored: { envelope, raw, signedAt, signedAs }, line }: Fresh,
): Promise<Request> => {
  const mailId = deps.newId()
  const sha256 = createHash('sha256').update(raw).digest('hex')
  await tables.mails.insertOutbound({
    ...{ id: mailId, envelope, receivedAt: signedAt, raw, sha256 },
    ...{ connectionId: request.connectionId, requestId: request.id, orders: [order.id] },
  })
  await tables.actions.append([
    {
      ...aboutRequest(deps, request),
      mailId,
      level: 'info',
      ...line,
      data: { sha256, size: raw.length, ...line.data },
    },
  ])
  return { ...request, mailId, signedAt, signedAs }
}

/** Writes what became of a hand-over. That the server took the mail is true whoever holds the lease now. */
const record = (deps: Deps, { id }: Request, lease: Lease, result: HandOver): Promise<void> =>
  deps.store.together(async (tables) => {
    const loaded = await loadSubject(tables, id)
    const ours = await tables.requests.release(id, lease)
    if (loaded === null || (!ours && result.outcome !== 'sent')) return
    // The commit of the try before was made, though its answer was lost with the connection.
    if (!ours && loaded.subject.request.answer === result.answer) return
    const request = { ...loaded.subject.request, attempts: loaded.subject.request.attempts + 1 }
    await recordOutcome(deps, tables, { ...loaded, subject: { ...loaded.subject, request } }, result)
  })

const recordOutcome = async (deps: Deps, tables: Tables, loaded: Loaded, result: HandOver): Promise<void> => {
  const { request } = loaded.subject
  const { answer } = result
  switch (result.outcome) {
    case 'sent':
      return applySent(deps, tables, loaded, answer)
    case 'temporary':
      // Where the reply overtook this answer, or somebody ended the order, there is nothing to try again.
      if (request.state === 'handing-over') return defer(deps, tables, loaded, answer)
      return tables.requests.update({ ...request, answer })
    case 'refused':
      return applyHandOver(deps, tables, loaded, { kind: 'undeliverable', answer, mailId: request.mailId })
    case 'uncertain':
      return applyHandOver(deps, tables, loaded, { kind: 'uncertain', answer })
  }
}

/** Where no reply is expected, the registry's 250 is its word (`Capability.expectsReply`). */
const applySent = async (deps: Deps, tables: Tables, loaded: Loaded, answer: string): Promise<void> => {
  await applyHandOver(deps, tables, loaded, { kind: 'sent', answer })
  const { connection, subject } = loaded
  const capability = deps.profiles.get(connection.profile)?.capabilities[subject.order.terms.action]
  if (capability?.supported !== true || capability.expectsReply) return
  const now = await loadSubject(tables, subject.request.id)
  if (now === null) return
  await applyHandOver(deps, tables, now, {
    kind: 'done',
    reply: wordless(answer),
    mailId: subject.request.mailId ?? '',
  })
}

const wordless = (answer: string): Reply => ({ ...blankReply(), outcome: 'done', text: answer })
