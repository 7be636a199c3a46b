import { type ConnectionParts, parseConnection } from '../connection-file.js'
import type { NewAction } from '../core/action-log.js'
import { type Connection, recipientOf } from '../core/connection.js'
import { describeProblems, Fault, messageOf, type Problem, Refusal } from '../core/errors.js'
import { messageIdOf } from '../core/request.js'
import { weakTrustWords } from '../core/weak-trust.js'
import { problemsOfIssues } from '../core/zod-issues.js'
import { type UniqueRule, UniqueViolation } from '../ports.js'
import { keyProblems } from './connection-keys.js'
import type { Deps } from './deps.js'
import { normaliseHosts } from './normalise-hosts.js'
import { writeMail } from './write-mail.js'

/**
 * Adds a connection after checking all of it: the form of the file, what its profile needs, its keys and passphrase, and
 * that nobody else has its title, its TLDs or its reply address. Throws `Refusal` with every problem at once.
 */
export const addConnection = async (deps: Deps, input: unknown, actor: string): Promise<Connection> => {
  const parsed = parseConnection(input)
  const parts = parsed.ok ? parsed.value : parsed.parts
  const problems = [
    ...(parsed.ok ? [] : parsed.problems),
    ...profileProblems(deps, parts),
    ...normaliseHosts(parts.defaults.nameservers ?? []).problems.map(under('/defaults')),
    ...(await keyProblems(deps, parts)),
    ...(await rivals(deps, parts)),
  ]
  if (!parsed.ok || problems.length > 0) throw refusal(problems)
  const connection: Connection = { ...parsed.value, id: deps.newId(), paused: false, createdAt: deps.clock.now() }
  await writeSample(deps, connection)
  try {
    await store(deps, connection, actor)
  } catch (error) {
    if (!(error instanceof UniqueViolation)) throw error
    throw new Refusal(
      'conflict',
      `another connection with the same ${TAKEN[error.rule] ?? 'title'} was added just now; list the connections`,
    )
  }
  return connection
}

const TAKEN: Partial<Record<UniqueRule, string>> = { tld: 'TLD', 'reply-address': 'reply address' }

/** A request as this connection would send it, written and signed for nobody: what keeps it from that is told now. */
const writeSample = async (deps: Deps, connection: Connection): Promise<void> => {
  const sample = deps.profiles.get(connection.profile)?.samples.find(({ input }) => input !== undefined)?.input
  if (sample === undefined) return
  const reference = `sp-${deps.newSecret()}`
  const messageId = messageIdOf(reference, connection.registry.from)
  try {
    const { terms, domain } = sample
    await writeMail(deps, { terms, domain, connection, reference, messageId, bounceToken: deps.newSecret() })
  } catch (error) {
    if (!(error instanceof Refusal) && !(error instanceof Fault)) throw error
    throw refusal([{ pointer: '', detail: `a sample request cannot be written: ${messageOf(error)}` }])
  }
}

const store = (deps: Deps, connection: Connection, actor: string): Promise<void> =>
  deps.store.transaction(async (tables) => {
    await tables.connections.insert(connection)
    await tables.actions.append([
      {
        ...{ at: connection.createdAt, level: 'info', actor, event: 'connection.added' },
        text: `the connection "${connection.title}" (${connection.profile}, ${connection.mode}) was added; requests go to ${recipientOf(connection)}`,
        data: { connection: connection.id, tlds: connection.tlds },
      },
      ...weakTrust(connection, actor),
    ])
  })

const weakTrust = (connection: Connection, actor: string): NewAction[] => {
  const text = weakTrustWords(connection)
  if (text === null) return []
  const data = { connection: connection.id, weak: connection.trust.weak }
  return [{ at: connection.createdAt, level: 'warning', actor, event: 'connection.weak-trust', text, data }]
}

/** Takes a connection out of service. Refused while orders are open on it or domains are held through it. */
export const removeConnection = async (deps: Deps, id: string, actor: string): Promise<void> => {
  await deps.store.transaction(async (tables) => {
    const connection = await tables.connections.lock(id)
    if (connection === null) throw new Refusal('not-found', `there is no connection ${id}`)
    const { openOrders, domains } = await tables.connections.inUse(id)
    if (openOrders > 0 || domains > 0)
      throw new Refusal(
        'conflict',
        `the connection "${connection.title}" has ${openOrders} open orders and holds ${domains} domains; it has to stay until they are gone`,
      )
    const now = deps.clock.now()
    await tables.connections.remove(id, now)
    await tables.actions.append([
      {
        ...{ at: now, level: 'warning', actor, event: 'connection.removed', data: { connection: id } },
        text: `the connection "${connection.title}" was removed; it answers to no TLD and no address any more`,
      },
    ])
  })
}

const under =
  (place: string) =>
  ({ pointer, detail }: Problem): Problem => ({ pointer: `${place}${pointer}`, detail })

const refusal = (problems: readonly Problem[]): Refusal =>
  new Refusal('invalid', `the connection cannot be added: ${describeProblems(problems)}`, { problems })

const profileProblems = (deps: Deps, { profile: id, account }: ConnectionParts): Problem[] => {
  if (id === undefined) return []
  const profile = deps.profiles.get(id)
  if (profile === undefined)
    return [
      { pointer: '/profile', detail: `is no profile: choose one of ${[...deps.profiles.keys()].sort().join(', ')}` },
    ]
  const parsed = account === undefined ? null : profile.account.safeParse(account)
  return parsed === null || parsed.success ? [] : problemsOfIssues(parsed.error.issues).map(under('/account'))
}

const rivals = async (deps: Deps, { title, tlds = [], registry }: ConnectionParts): Promise<Problem[]> => {
  const others = await deps.store.connections.list()
  const problems: Problem[] = []
  if (others.some((other) => other.title === title))
    problems.push({ pointer: '/title', detail: `"${title}" is the title of another connection; choose another` })
  for (const tld of tlds) {
    const owner = others.find((other) => other.tlds.includes(tld))
    if (owner !== undefined)
      problems.push({
        pointer: '/tlds',
        detail: `${tld} belongs to the connection "${owner.title}"; a TLD has one connection at a time`,
      })
  }
  const replyTo = registry.replyTo?.toLowerCase()
  const mailbox = others.find((other) => other.registry.replyTo.toLowerCase() === replyTo)
  if (mailbox !== undefined)
    problems.push({
      pointer: '/registry/replyTo',
      detail: `is the reply address of the connection "${mailbox.title}"; each connection needs its own, so that replies land on the right one`,
    })
  return problems
}
