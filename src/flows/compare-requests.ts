import type { Action } from '../core/action.js'
import type { MailConnection } from '../core/connection.js'
import { messageOf, type Problem, Refusal, wrong } from '../core/errors.js'
import type { Subject } from '../core/happening.js'
import { type DiffLine, diffLines } from '../core/line-diff.js'
import type { Request } from '../core/request.js'
import type { Draft, EncodeInput, MailProfile, TemplateRenderer, TemplateValues } from '../profiles/profile.js'
import { checkTemplate, createTemplateRenderer, type TemplateSource } from '../profiles/template.js'
import { type Deps, mailProfileOf } from './deps.js'
import { lookAtMail } from './look-at-mail.js'
import { readOctets } from './read-octets.js'

/** One request as it was sent, beside what the template makes of its order. */
export type ComparedRequest = {
  request: string
  order: string
  domain: string
  /** The mail that was sent. */
  mail: string | null
  sentAt: Date | null
  /** `failed`: the template makes no request of it, or one that says something else; `unreadable`: what was sent is gone. */
  kind: 'same' | 'changed' | 'failed' | 'unreadable'
  problems: Problem[]
  /** Subject, an empty line and body; empty where they are the same, or cannot be compared. */
  lines: DiffLine[]
}

export type RequestComparison = {
  /** What is wrong with the template itself, by its file and line: then nothing is compared. */
  problems: Problem[]
  compared: ComparedRequest[]
}

/** The newest of those that were done. */
const COMPARED = 20

/**
 * Writes the newest requests of an action that the registry carried out once more, by the template of today or a given one, and
 * compares them with what was sent. The domain is taken as it is today. Nothing is stored, signed or sent. Throws `Refusal`:
 * not-found (404), unsupported (422) where the connection has no such requests.
 */
export const compareRequests = async (
  deps: Deps,
  input: { connectionId: string; action: Action; template: string | null },
): Promise<RequestComparison> => {
  const { connection, profile } = await findSender(deps, input)
  const given = input.template === null ? null : givenSource(profile, input.action, input.template)
  const problems = given === null ? [] : checkTemplate(given, profile, input.action)
  if (problems.length > 0) return { problems, compared: [] }
  const renderer =
    given === null ? deps.templates : createTemplateRenderer(new Map([[`${profile.id}/${input.action}`, given]]))
  const requests = await deps.store.requests.latestDone(connection.id, input.action, COMPARED)
  const compared: ComparedRequest[] = []
  for (const request of requests) compared.push(await compare(deps, { request, connection, profile, renderer }))
  return { problems, compared }
}

const findSender = async (deps: Deps, { connectionId, action }: { connectionId: string; action: Action }) => {
  const connection = await deps.store.connections.get(connectionId)
  if (connection === null) throw new Refusal('not-found', `there is no connection ${connectionId}`)
  const profile = mailProfileOf(deps, connection)
  if (connection.channel !== 'mail' || profile === null)
    throw new Refusal('unsupported', `the connection "${connection.title}" mails nothing, so no mail can be compared`)
  const capability = profile.capabilities[action]
  if (!capability.supported)
    throw new Refusal('unsupported', `${profile.title} has no ${action}: ${capability.reason}`, {
      problems: [{ pointer: '/action', detail: capability.reason }],
    })
  return { connection, profile }
}

const givenSource = ({ id }: MailProfile, action: Action, source: string): TemplateSource => ({
  file: `${id}/${action}.liquid as given`,
  source,
})

type Sender = { connection: MailConnection; profile: MailProfile; renderer: TemplateRenderer }

const compare = async (deps: Deps, { request, ...sender }: Sender & { request: Request }): Promise<ComparedRequest> => {
  const about = {
    ...{ request: request.id, order: request.orderId, domain: request.domain },
    ...{ mail: request.mailId, sentAt: request.sentAt },
  }
  const [sent, found] = [await readSent(deps, request), await deps.store.subjects.get(request.id)]
  if (sent === null || found === null) return { ...about, kind: 'unreadable', problems: [], lines: [] }
  const written = write(found.subject, sender)
  if ('problems' in written) return { ...about, kind: 'failed', problems: written.problems, lines: [] }
  const [was, would] = [asText(sent), asText(written)]
  return {
    ...about,
    kind: was === would ? 'same' : 'changed',
    problems: [],
    lines: was === would ? [] : diffLines(was, would),
  }
}

/** As `writeMail` words it, at the time that it was signed. */
const write = (
  { order, request, domain }: Subject,
  { connection, profile, renderer }: Sender,
): Draft | { problems: Problem[] } => {
  const { terms } = order
  const input = { terms, domain, connection, reference: request.reference, at: request.signedAt ?? request.createdAt }
  const values = encode(profile, input)
  if ('problems' in values) return { problems: values.problems }
  const draft = renderer.render(profile.id, terms.action, values.values)
  if (!draft.ok) return { problems: draft.problems }
  const twisted = profile.confirm(draft.value, input)
  return twisted.length > 0 ? { problems: twisted } : draft.value
}

/** What an order said may have been erased since, and a profile encodes whole orders alone. */
const encode = (profile: MailProfile, input: EncodeInput): { values: TemplateValues } | { problems: Problem[] } => {
  try {
    return { values: profile.encode(input) }
  } catch (error) {
    return wrong({ pointer: '', detail: `the order makes no request any more: ${messageOf(error)}` })
  }
}

/** Subject and body that left; null where the octets are gone, or are in no form that we sign. */
const readSent = async (deps: Deps, { mailId }: Request): Promise<Draft | null> => {
  const mail = mailId === null ? null : await deps.store.mails.get(mailId)
  const octets = mail === null ? null : await readOctets(deps, mail)
  if (mail === null || octets?.kind !== 'here') return null
  const shown = await lookAtMail(deps, mail, octets.raw)
  return shown?.signedText == null ? null : { subject: shown.subject ?? '', body: shown.signedText }
}

/** A signature does not cover blanks at the end of a line, nor lines at the end that are empty. */
const asText = ({ subject, body }: Draft): string =>
  `Subject: ${subject}\n\n${body}`.replaceAll(/[ \t]+$/gm, '').trimEnd()
