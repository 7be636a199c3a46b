import { createHash } from 'node:crypto'
import { inModeOf, type MailConnection } from '../core/connection.js'
import { Fault } from '../core/errors.js'
import type { Happening } from '../core/happening.js'
import { blankReply, type Reply } from '../core/reply.js'
import { nextAttempt, type Request } from '../core/request.js'
import type { HandOver, Lease, Tables } from '../ports.js'
import { type Deps, mailProfileOf } from './deps.js'
import { firmly } from './firmly.js'
import { handToPeople } from './hand-to-people.js'
import { aboutRequest, isPaused, limit, park, putOff } from './hold-request.js'
import { freeAt } from './rate-limit.js'
import { signerAt } from './signer.js'
import { applyHappening, type Loaded, loadSubject } from './subject.js'
import { whileHeld } from './while-held.js'
import { type WrittenMail, writeMail } from './write-mail.js'

/** Of a request that is being written and signed: whoever finds it when this has run out writes it again. */
const WRITING = { leaseMs: 10_000, renewMs: 3_000 }
/**
 * Of one that is being handed over, which may take minutes. Long enough for a database that is away while it is started
 * again: who loses the lease in the middle of a hand-over leaves it to a person, unless the profile is safe.
 */
const HANDING_OVER = { leaseMs: 45_000, renewMs: 5_000 }

type Parcel = { connection: MailConnection; envelope: { from: string; to: string[] }; raw: Buffer }

/**
 * Sends one request, if it is due and nobody else is at it, or hands it to people. A mail's octets and the state `handing-over` are on disk before
 * the first of them leaves; what the server answers is written with the server's own words.
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
  const result = await deps.transport.send(parcel)
  deps.log.info({ request: request.id, domain: request.domain, mail: request.mailId, ...result }, 'request handed over')
  await firmly(() => record(deps, request, lease, result))
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
  if (connection?.channel === 'people') return false
  const profile = connection === null ? null : mailProfileOf(deps, connection)
  if (profile?.resend === 'safe') return false
  await record(deps, request, lease, { outcome: 'uncertain', answer: doubt })
  return true
}

/** Fixes the octets that will leave, and that they are about to. Null when the request is no longer ours to send. */
const pack = async (deps: Deps, claimed: Request, lease: Lease): Promise<Parcel | null> => {
  const found = await deps.store.subjects.get(claimed.id)
  if (found === null) throw new Error(`request ${claimed.id} is gone`)
  const { order, domain } = found.subject
  const connection = inModeOf(found.connection, order)
  if (connection.channel === 'people') return handToPeople(deps, { claimed, lease, connection })
  const rests = connection.paused
  const kept = rests ? null : await keptOctets(deps, claimed, connection)
  const fresh =
    kept === null && !rests
      ? await writeMail(deps, { ...addressed(claimed), terms: order.terms, domain, connection })
      : null
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
    if (paused) return park(deps, tables, loaded, lease)
    const free = request.state === 'queued' ? await freeAt(deps, tables, connection) : null
    if (free !== null) return limit(deps, tables, { loaded, lease, free })
    const parcel = fresh ?? kept
    if (parcel === null) {
      await tables.requests.release(request.id, lease) // resumed this moment: the sweep finds it
      return null
    }
    const stored = fresh === null ? request : await storeFresh(deps, tables, loaded, { ...fresh, connection })
    await tables.requests.update({ ...stored, state: 'handing-over' })
    return { connection, envelope: parcel.envelope, raw: parcel.raw }
  })
  return fix.catch((error: unknown) => unmark(deps, claimed, lease, error))
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

/**
 * The octets of the try before, while the registry would still take their signature for new and a request would be signed
 * so again. What was half handed over is sent again as it was, whatever became of the key since.
 */
const keptOctets = async (deps: Deps, request: Request, connection: MailConnection) => {
  if (request.mailId === null || request.signedAt === null) return null
  const maxAge = mailProfileOf(deps, connection)?.signatureMaxAge ?? 0
  if (deps.clock.now().getTime() - request.signedAt.getTime() > maxAge / 2) return null
  if (request.state === 'queued' && (await signerAt(deps, connection, deps.clock.now())).signedAs !== request.signedAs)
    return null
  const mail = await deps.store.mails.get(request.mailId)
  const raw = await deps.store.mails.raw(request.mailId)
  return mail === null || raw === null ? null : { envelope: mail.envelope, raw }
}

const storeFresh = async (
  deps: Deps,
  tables: Tables,
  { subject }: Loaded,
  { connection, ...fresh }: WrittenMail & { connection: MailConnection },
): Promise<Request> => {
  const { request, order } = subject
  const mailId = deps.newId()
  const sha256 = createHash('sha256').update(fresh.raw).digest('hex')
  await tables.mails.insertOutbound({
    ...{ id: mailId, envelope: fresh.envelope, receivedAt: fresh.signedAt, raw: fresh.raw, sha256 },
    ...{ connectionId: connection.id, requestId: request.id, orders: [order.id] },
  })
  await tables.actions.append([
    {
      ...aboutRequest(deps, request),
      mailId,
      level: 'info',
      event: 'request.signed',
      text: `${request.action} ${order.terms.unicodeName}: the request ${request.reference} was signed with ${fresh.keyFile} for ${fresh.envelope.to.join(', ')}`,
      data: { sha256, size: fresh.raw.length, fingerprint: fresh.fingerprint, scheme: connection.signing.scheme },
    },
  ])
  return { ...request, mailId, signedAt: fresh.signedAt, signedAs: fresh.signedAs }
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
      return apply(deps, tables, loaded, { kind: 'undeliverable', answer, mailId: request.mailId })
    case 'uncertain':
      return apply(deps, tables, loaded, { kind: 'uncertain', answer })
  }
}

/** Where no reply is expected, the registry's 250 is its word (`Capability.expectsReply`). */
const applySent = async (deps: Deps, tables: Tables, loaded: Loaded, answer: string): Promise<void> => {
  await apply(deps, tables, loaded, { kind: 'sent', answer })
  const { connection, subject } = loaded
  const capability = deps.profiles.get(connection.profile)?.capabilities[subject.order.terms.action]
  if (capability?.supported !== true || capability.expectsReply) return
  const now = await loadSubject(tables, subject.request.id)
  if (now === null) return
  await apply(deps, tables, now, { kind: 'done', reply: wordless(answer), mailId: subject.request.mailId ?? '' })
}

const wordless = (answer: string): Reply => ({ ...blankReply(), outcome: 'done', text: answer })

const apply = async (deps: Deps, tables: Tables, loaded: Loaded, happening: Happening): Promise<void> => {
  const applied = await applyHappening(deps, tables, loaded, happening, 'system')
  if (applied.kind === 'conflict')
    deps.log.error({ request: loaded.subject.request.id, reason: applied.reason }, 'a hand-over contradicts the order')
}

const defer = async (deps: Deps, tables: Tables, loaded: Loaded, answer: string): Promise<void> => {
  const { order, request } = loaded.subject
  const now = deps.clock.now()
  const dueAt = nextAttempt({ attempts: request.attempts, queuedAt: request.queuedAt ?? request.createdAt, now })
  if (dueAt === null) {
    const words = `given up after 5 days: ${answer}`
    return apply(deps, tables, loaded, { kind: 'undeliverable', answer: words, mailId: request.mailId })
  }
  await tables.requests.update({ ...request, state: 'queued', dueAt, answer })
  await tables.actions.append([
    {
      ...aboutRequest(deps, request),
      level: 'warning',
      event: 'mail.deferred',
      text: `${request.action} ${order.terms.unicodeName}: not taken yet (${answer}); tried again ${dueAt.toISOString()}`,
      data: { answer, attempts: request.attempts, dueAt: dueAt.toISOString() },
    },
  ])
}
