import { setTimeout as sleep } from 'node:timers/promises'
import { printable } from '../core/action-log.js'
import type { MailConnection, ServerConnection } from '../core/connection.js'
import { messageOf, Refusal } from '../core/errors.js'
import type { Mail } from '../core/mail.js'
import { urlOf } from '../core/server-call.js'
import { mintTestToken, testTokenOf } from '../core/test-mail.js'
import type { ServerCall } from '../ports.js'
import { publicHalf } from '../signing/public-half.js'
import { type Deps, serverProfileOf } from './deps.js'
import type { Signer } from './signer.js'
import { writeQuestion } from './write-call.js'
import { testEnvelope, writeTestMail } from './write-test-mail.js'

/** Of a mail, the first four; of a call of a server, the last four. */
export const HOPS = [
  ...(['signed', 'handed-over', 'received', 'verified'] as const),
  ...(['written', 'connected', 'answered', 'accepted'] as const),
] as const

/** One stretch of the way of a test mail, or of the question that tests a server. `ms` is how long it took; null where it was not begun. */
export type Hop = {
  hop: (typeof HOPS)[number]
  ok: boolean
  detail: string
  ms: number | null
}

export type TestReport = { ok: boolean; hops: Hop[]; mail: string | null }

/** How often is looked whether the mail has come in. */
const LOOK_MS = 250
/** A test mail comes in among others: so many of the newest are looked through. */
const LOOKED_THROUGH = 50

/**
 * Sends a mail from a connection to its own reply address by the way that its requests take, signed as these are, and tells
 * of each stretch whether it was come through: signed, taken by the server, come in here, the signature good. It goes to
 * no registry, and nothing follows from it. A server is asked something that changes nothing, as who it knows us by. Throws
 * `Refusal`: not-found, unsupported where its requests are tickets, or conflict while the connection is paused.
 */
export const testConnection = async (
  deps: Deps,
  { id, waitMs, actor }: { id: string; waitMs: number; actor: string },
): Promise<TestReport> => {
  const connection = await deps.store.connections.get(id)
  if (connection === null) throw new Refusal('not-found', `there is no connection ${id}`)
  if (connection.channel === 'people')
    throw new Refusal(
      'unsupported',
      `the connection "${connection.title}" mails nothing: its requests are tickets for people, so there is no way of a mail to test`,
    )
  if (connection.paused)
    throw new Refusal(
      'conflict',
      `the connection "${connection.title}" is paused: nothing of it leaves; resume it first`,
    )
  const report =
    connection.channel === 'https' ? await tryServer(deps, connection) : await tryAll(deps, connection, waitMs)
  await deps.store.actions.append([
    {
      ...{ at: deps.clock.now(), actor, level: report.ok ? 'info' : 'warning', event: 'connection.tested' },
      mailId: report.mail,
      text: `the connection "${connection.title}" was tested: ${report.ok ? 'all is well' : (report.hops.at(-1)?.detail ?? '')}`,
      data: { connection: id, hops: report.hops },
    },
  ])
  return report
}

const tryAll = async (deps: Deps, connection: MailConnection, waitMs: number): Promise<TestReport> => {
  const hops: Hop[] = []
  const pass = async <T>(hop: Hop['hop'], work: () => Promise<[T | null, string]>): Promise<T | null> => {
    const began = deps.clock.now().getTime()
    const [value, detail] = await work().catch((error: unknown): [null, string] => [null, messageOf(error)])
    hops.push({ hop, ok: value !== null, detail, ms: deps.clock.now().getTime() - began })
    return value
  }
  const token = mintTestToken(deps.bounceTokens, deps.newSecret())
  const began = deps.clock.now()
  const written = await pass('signed', () => writeTestMail(deps, connection, token))
  if (written === null) return { ok: false, hops, mail: null }
  const envelope = testEnvelope(deps, connection)
  const sent = await pass('handed-over', async () => {
    const { outcome, answer } = await deps.transport.send({ connection, envelope, raw: written.raw })
    return [outcome === 'sent' ? true : null, answer]
  })
  if (sent === null) return { ok: false, hops, mail: null }
  const mail = await pass('received', () => awaitMail(deps, { connection, token, began, waitMs }))
  if (mail === null) return { ok: false, hops, mail: null }
  const verified = await pass('verified', () => verify(deps, { connection, mail, signer: written.signer }))
  return { ok: verified !== null, hops, mail: mail.id }
}

/** Reached by its name, proved by its certificate, and content with who we are. */
const tryServer = async (deps: Deps, connection: ServerConnection): Promise<TestReport> => {
  const hops: Hop[] = []
  const end = (hop: Hop['hop'], ok: boolean, detail: string, ms: number | null): boolean => {
    hops.push({ hop, ok, detail: printable(detail), ms })
    return ok
  }
  const report = (): TestReport => ({ ok: hops.every(({ ok }) => ok), hops, mail: null })
  const profile = serverProfileOf(deps, connection)
  const call = writeProbe(deps, connection)
  if ('fault' in call || profile === null) {
    end('written', false, 'fault' in call ? call.fault : 'its profile is not there', null)
    return report()
  }
  end('written', true, `a question for ${urlOf(call.endpoint)}, ${call.body.length} octets`, 0)
  const began = deps.clock.now().getTime()
  const answer = await deps.servers.post(call)
  const ms = deps.clock.now().getTime() - began
  if (answer.outcome === 'temporary') {
    end('connected', false, answer.answer, ms)
    return report()
  }
  end('connected', true, `${answer.reached.address} proved the name of the server (${answer.reached.tls})`, ms)
  if (answer.outcome === 'uncertain') {
    end('answered', false, answer.answer, ms)
    return report()
  }
  end('answered', true, `HTTP ${answer.status}, ${answer.body.length} octets`, ms)
  const { ok, detail } = profile.probe.judge(answer)
  end('accepted', ok, detail, null)
  return report()
}

const writeProbe = (deps: Deps, connection: ServerConnection): ServerCall | { fault: string } => {
  try {
    const question = serverProfileOf(deps, connection)?.probe.question(connection.account)
    return question === undefined ? { fault: 'its profile is not there' } : writeQuestion(deps, connection, question)
  } catch (error) {
    return { fault: messageOf(error) }
  }
}

type Awaited = { connection: MailConnection; token: string; began: Date; waitMs: number }

const awaitMail = async (deps: Deps, awaited: Awaited): Promise<[Mail | null, string]> => {
  for (let waited = 0; ; waited += LOOK_MS) {
    const mail = await findMail(deps, awaited)
    if (mail !== null) return [mail, cameFrom(mail)]
    if (waited >= awaited.waitMs) break
    await sleep(LOOK_MS)
  }
  const { replyTo } = awaited.connection.registry
  const domain = replyTo.slice(replyTo.lastIndexOf('@') + 1)
  return [
    null,
    `it did not come in within ${awaited.waitMs / 1_000} s. The server took it, so look at its queue and log: it has to deliver mail for ${domain} here (MX record of ${domain}, SEALPOST_SMTP). A mail that comes later is in the log as connection.test-arrived`,
  ]
}

const findMail = async (deps: Deps, { connection, token, began }: Awaited): Promise<Mail | null> => {
  const { items } = await deps.store.mails.list({ direction: 'in' }, { limit: LOOKED_THROUGH, cursor: null })
  const candidates = items.filter((mail) => mail.connectionId === connection.id && mail.receivedAt >= began)
  for (const mail of candidates) {
    const raw = await deps.store.mails.raw(mail.id)
    if (raw !== null && testTokenOf(raw, deps.bounceTokens) === token) return mail
  }
  return null
}

const cameFrom = ({ envelope, size }: Mail): string =>
  envelope.remoteAddress === undefined
    ? `a delivery agent handed it over, ${size} octets`
    : `it came from ${envelope.remoteAddress} (${envelope.helo ?? 'no name'}), ${size} octets`

/** As a registry would do it that pins our key; what the mail says is not looked at. */
const verify = async (
  deps: Deps,
  { connection, mail, signer }: { connection: MailConnection; mail: Mail; signer: Signer },
): Promise<[true | null, string]> => {
  const own = publicHalf(signer.key, signer.keyFile)
  const raw = await deps.store.mails.raw(mail.id)
  if (own === null || raw === null) return [null, 'there is nothing to verify it with']
  const { verdict } = await deps.reader.read({
    ...{ raw, envelopeFrom: mail.envelope.from, profile: connection.profile, account: {}, keys: [own] },
    trust: { schemes: [connection.signing.scheme], maxAge: connection.trust.maxAge, weak: [] },
    ...{ registryAddresses: [connection.registry.from], receivedAt: mail.receivedAt, rules: [] },
    handedOver: mail.envelope.remoteAddress === undefined,
  })
  if (verdict.kind === 'trusted') return [true, 'the signature is good: the mail came through unchanged']
  return [
    null,
    `the signature does not hold any more: ${verdict.reason}. Somebody on the way changes mails; a registry would not believe them`,
  ]
}
