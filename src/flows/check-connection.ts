import { isDeepStrictEqual } from 'node:util'
import { at } from '../connection-file/field.js'
import { type ConnectionParts, parseConnection } from '../connection-file/parse.js'
import type { Channel, Connection, MailConnection, Scheme } from '../core/connection.js'
import { describeProblems, Fault, messageOf, type Problem, Refusal } from '../core/errors.js'
import { messageIdOf } from '../core/request.js'
import { problemsOfIssues } from '../core/zod-issues.js'
import type { MailProfile } from '../profiles/profile.js'
import { keyProblems } from './connection-keys.js'
import type { Deps } from './deps.js'
import { normaliseHosts } from './normalise-hosts.js'
import { writeCall } from './write-call.js'
import { type WriteMail, writeMail } from './write-mail.js'

/**
 * A connection as its file wants it, once all of it is good: the form of the file, what its profile needs, its keys and
 * passphrases, its lookup script and agreement, that no other has its title, its TLDs or its reply address, and that a request can be written with it.
 * Throws `Refusal` with every problem at once.
 */
export const checkConnection = async (
  deps: Deps,
  input: unknown,
  identity: Pick<Connection, 'id' | 'paused' | 'createdAt'>,
): Promise<Connection> => {
  const parsed = parseConnection(input, channelOf(deps, input))
  const { parts } = parsed
  const problems = [
    ...(parsed.ok ? [] : parsed.problems),
    ...profileProblems(deps, parts),
    ...trustProblems(deps, input, parts),
    ...normaliseHosts(parts.defaults.nameservers ?? []).problems.map(under('/defaults')),
    ...(parts.mail === null ? [] : await keyProblems(deps, parts.mail)),
    ...(await scriptProblems(deps, parts)),
    ...(await agreementFileProblems(deps, parts)),
    ...(await rivals(deps, identity.id, parts)),
  ]
  if (!parsed.ok || problems.length > 0) throw refusal(problems)
  const connection: Connection = { ...parsed.value, ...identity }
  await writeSample(deps, connection)
  return connection
}

/** By which form a connection is read; where its profile is none, by that of mails, which most are. */
const channelOf = (deps: Deps, input: unknown): Channel => {
  const id = at(input, 'profile')
  return (typeof id === 'string' ? deps.profiles.get(id)?.channel : undefined) ?? 'mail'
}

/** A request as this connection would send it, written and signed for nobody: what keeps it from that is told now. */
const writeSample = async (deps: Deps, connection: Connection): Promise<void> => {
  const sample = deps.profiles.get(connection.profile)?.samples.find(({ input }) => input !== undefined)?.input
  if (sample == null || connection.channel === 'people') return
  const { terms, domain } = sample
  const order = { terms, domain, reference: `sp-${deps.newSecret()}` }
  try {
    if (connection.channel === 'https') writeCall(deps, { ...order, connection })
    else await writeSampleMail(deps, connection, order)
  } catch (error) {
    if (!(error instanceof Refusal) && !(error instanceof Fault)) throw error
    throw refusal([{ pointer: '', detail: `a sample request cannot be written: ${messageOf(error)}` }])
  }
}

const writeSampleMail = (
  deps: Deps,
  connection: MailConnection,
  order: Pick<WriteMail, 'terms' | 'domain' | 'reference'>,
) => {
  const messageId = messageIdOf(order.reference, connection.registry.from)
  return writeMail(deps, { ...order, connection, messageId, bounceToken: deps.bounceTokens.mint(deps.newSecret()) })
}

const under =
  (place: string) =>
  ({ pointer, detail }: Problem): Problem => ({ pointer: `${place}${pointer}`, detail })

const refusal = (problems: readonly Problem[]): Refusal =>
  new Refusal('invalid', `the connection cannot be as it is written: ${describeProblems(problems)}`, { problems })

const profileProblems = (deps: Deps, { profile: id, account, mode, mail }: ConnectionParts): Problem[] => {
  if (id === undefined) return []
  const profile = deps.profiles.get(id)
  if (profile === undefined)
    return [
      { pointer: '/profile', detail: `is no profile: choose one of ${[...deps.profiles.keys()].sort().join(', ')}` },
    ]
  const form = profile.channel === 'mail' ? schemeProblems(profile, mail?.signing.scheme) : []
  if (account === undefined) return form
  const parsed = profile.account.safeParse(account)
  const problems = parsed.success ? (profile.refuse?.({ mode, account }) ?? []) : problemsOfIssues(parsed.error.issues)
  return [...form, ...problems.map(under('/account'))]
}

const schemeProblems = ({ title, schemes }: MailProfile, scheme: Scheme | undefined): Problem[] =>
  scheme === undefined || schemes.includes(scheme)
    ? []
    : [
        {
          pointer: '/signing/scheme',
          detail: `is ${scheme}, in which ${title} takes no requests: set it to ${schemes.join(' or ')}`,
        },
      ]

/** A registry that signs is believed by its keys alone, and whatever the connection says nothing unsigned counts of it. */
const trustProblems = ({ profiles }: Deps, input: unknown, { profile: id, mail }: ConnectionParts): Problem[] => {
  const profile = profiles.get(id ?? '')
  if (mail === null || profile?.channel !== 'mail' || profile.decodeUnsigned !== undefined) return []
  const { allowUnsigned, unsignedFrom } = mail.trust
  const [trust, keys] = [at(input, 'trust'), at(input, 'trust', 'keys')]
  const isEmpty = keys === undefined ? typeof trust === 'object' && trust !== null : isDeepStrictEqual(keys, [])
  const why = `is for registries that never sign, and ${profile.title} is none: only what a key of trust.keys has signed counts; leave it out`
  return [
    ...(isEmpty ? [{ pointer: '/trust/keys', detail: 'is empty: name at least one key file of the registry' }] : []),
    ...(allowUnsigned === true ? [{ pointer: '/trust/allowUnsigned', detail: why }] : []),
    ...(unsignedFrom == null ? [] : [{ pointer: '/trust/unsignedFrom', detail: why }]),
  ]
}

const scriptProblems = async (deps: Deps, { lookup }: ConnectionParts): Promise<Problem[]> => {
  const detail = lookup == null ? null : await deps.lookup.problemOf(lookup)
  return detail === null ? [] : [{ pointer: '/lookup', detail }]
}

const agreementFileProblems = async (deps: Deps, { agreement }: ConnectionParts): Promise<Problem[]> => {
  const file = agreement?.file ?? null
  if (file === null) return []
  return deps.agreements.read(file).then(
    () => [],
    (error: unknown) => [{ pointer: '/agreement/file', detail: messageOf(error) }],
  )
}

const rivals = async (deps: Deps, id: string, { title, tlds = [], mail }: ConnectionParts): Promise<Problem[]> => {
  const others = (await deps.store.connections.list()).filter((other) => other.id !== id)
  const problems: Problem[] = []
  if (others.some((other) => other.title === title))
    problems.push({ pointer: '/title', detail: `"${title}" is the title of another connection; choose another` })
  for (const tld of tlds) {
    const owner = others.find((other) => other.tlds.includes(tld))
    if (owner !== undefined)
      problems.push({
        pointer: '/tlds',
        detail: `${tld} belongs to the connection "${owner.title}"; a TLD has one connection at a time: move it there with \`sealpost tld move ${tld}\`, or PUT /v1/tlds/${tld}`,
      })
  }
  const replyTo = mail?.registry.replyTo?.toLowerCase()
  const mailbox = others.find((other) => other.channel === 'mail' && other.registry.replyTo.toLowerCase() === replyTo)
  if (mailbox !== undefined)
    problems.push({
      pointer: '/registry/replyTo',
      detail: `is the reply address of the connection "${mailbox.title}"; each connection needs its own, so that replies land on the right one`,
    })
  return problems
}
