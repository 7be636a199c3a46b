import { parseConnection } from '../connection-file.js'
import { type Connection, recipientOf } from '../core/connection.js'
import { describeProblems, Fault, type Problem, Refusal } from '../core/errors.js'
import { problemsOfIssues } from '../core/zod-issues.js'
import { UniqueViolation } from '../ports.js'
import type { Deps } from './deps.js'
import { normaliseHosts } from './normalise-hosts.js'
import { passphraseOf } from './write-mail.js'

/**
 * Adds a connection after checking all of it: the form of the file, what its profile needs, its keys and passphrase, and
 * that nobody else has its title, its TLDs or its reply address. Throws `Refusal` with every problem at once.
 */
export const addConnection = async (deps: Deps, input: unknown, actor: string): Promise<Connection> => {
  const parsed = parseConnection(input)
  if (!parsed.ok) throw refusal(parsed.problems)
  const connection: Connection = { ...parsed.value, id: deps.newId(), paused: false, createdAt: deps.clock.now() }
  const problems = [
    ...profileProblems(deps, connection),
    ...normaliseHosts(connection.defaults.nameservers).problems.map(under('/defaults')),
    ...(await keyProblems(deps, connection)),
    ...(await rivals(deps, connection)),
  ]
  if (problems.length > 0) throw refusal(problems)
  try {
    await deps.store.transaction(async (tables) => {
      await tables.connections.insert(connection)
      await tables.actions.append([
        {
          ...{ at: connection.createdAt, level: 'info', actor, event: 'connection.added' },
          text: `the connection "${connection.title}" (${connection.profile}, ${connection.mode}) was added; requests go to ${recipientOf(connection)}`,
          data: { connection: connection.id, tlds: connection.tlds },
        },
      ])
    })
  } catch (error) {
    if (!(error instanceof UniqueViolation)) throw error
    throw new Refusal(
      'conflict',
      `another connection with this ${error.rule === 'tld' ? 'TLD' : 'title'} was added just now; list the connections`,
    )
  }
  return connection
}

/** Takes a connection out of service. Refused while orders are open on it or domains are held through it. */
export const removeConnection = async (deps: Deps, id: string, actor: string): Promise<void> => {
  await deps.store.transaction(async (tables) => {
    const connection = await tables.connections.get(id)
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

const profileProblems = (deps: Deps, { profile: id, account }: Connection): Problem[] => {
  const profile = deps.profiles.get(id)
  if (profile === undefined)
    return [
      { pointer: '/profile', detail: `is no profile: choose one of ${[...deps.profiles.keys()].sort().join(', ')}` },
    ]
  const parsed = profile.account.safeParse(account)
  return parsed.success ? [] : problemsOfIssues(parsed.error.issues).map(under('/account'))
}

const keyProblems = async (deps: Deps, connection: Connection): Promise<Problem[]> => {
  const problems: Problem[] = []
  const passphraseEnv = connection.signing.passphraseEnv
  if (passphraseEnv !== null && deps.env[passphraseEnv] === undefined)
    problems.push({
      pointer: '/signing/passphraseEnv',
      detail: `names ${passphraseEnv}, which is not set in the gateway's environment`,
    })
  else
    await faultAsProblem(problems, '/signing/key', () =>
      deps.keyring.signingKey(connection.signing.key, passphraseOf(deps, connection), deps.clock.now()),
    )
  for (const [index, pin] of connection.trust.keys.entries())
    await faultAsProblem(problems, `/trust/keys/${index}`, async () => {
      await deps.keyring.pinnedKeys([pin])
      const { usable, expiresAt } = await deps.keyring.describe(pin.file)
      const expired = expiresAt !== null && expiresAt.getTime() <= deps.clock.now().getTime()
      if (!usable || expired)
        throw new Fault(
          'key-unusable',
          `${pin.file} is expired, revoked or cannot sign; get the registry's present key`,
          { temporary: false },
        )
    })
  return problems
}

const faultAsProblem = async (problems: Problem[], pointer: string, work: () => Promise<unknown>): Promise<void> => {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    problems.push({ pointer, detail: error.message })
  }
}

const rivals = async (deps: Deps, { title, tlds, registry }: Connection): Promise<Problem[]> => {
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
  const mailbox = others.find((other) => other.registry.replyTo.toLowerCase() === registry.replyTo.toLowerCase())
  if (mailbox !== undefined)
    problems.push({
      pointer: '/registry/replyTo',
      detail: `is the reply address of the connection "${mailbox.title}"; each connection needs its own, so that replies land on the right one`,
    })
  return problems
}
