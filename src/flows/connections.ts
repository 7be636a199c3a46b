import type { Connection, MailConnection } from '../core/connection.js'
import { suffixesOf } from '../core/price.js'
import type { Deps } from './deps.js'

/** What an address of ours is for. */
export type Mailbox =
  | { kind: 'reply'; connectionId: string }
  | { kind: 'bounce'; connectionId: string; requestId: string; token: string }
  | { kind: 'postmaster' }

export const BOUNCE_PREFIX = 'bounce+'

/** The envelope sender of a request's mail: a bounce comes back to it and says by its token which request it is about. */
export const bounceAddress = (connection: MailConnection, token: string): string =>
  `${BOUNCE_PREFIX}${token}@${domainOf(connection.registry.replyTo)}`

/** What a recipient's address means to us, or null where it means nothing. */
export const findMailbox = async (
  { store: tables, bounceTokens }: Pick<Deps, 'store' | 'bounceTokens'>,
  address: string,
): Promise<Mailbox | null> => {
  const wanted = address.toLowerCase()
  const connections = (await tables.connections.list()).filter(sendsMail)
  const reply = connections.find(({ registry }) => registry.replyTo.toLowerCase() === wanted)
  if (reply !== undefined) return { kind: 'reply', connectionId: reply.id }
  if (!connections.some(({ registry }) => domainOf(registry.replyTo) === domainOf(wanted))) return null
  if (wanted.startsWith('postmaster@')) return { kind: 'postmaster' }
  if (!wanted.startsWith(BOUNCE_PREFIX)) return null
  const token = wanted.slice(BOUNCE_PREFIX.length, wanted.lastIndexOf('@'))
  if (!bounceTokens.isOurs(token)) return null
  const request = await tables.requests.findByBounceToken(token)
  const connection = connections.find(({ id }) => id === request?.connectionId)
  // its token at the domain of another connection was minted by nobody
  if (request === null || connection === undefined || domainOf(connection.registry.replyTo) !== domainOf(wanted))
    return null
  return { kind: 'bounce', connectionId: connection.id, requestId: request.id, token }
}

const sendsMail = (connection: Connection): connection is MailConnection => connection.channel === 'mail'

/** The connection that a new order for this name goes to: the one with the longest TLD that the name ends in. */
export const connectionForName = (connections: readonly Connection[], name: string): Connection | null => {
  for (const suffix of suffixesOf(name)) {
    const connection = connections.find(({ tlds }) => tlds.includes(suffix))
    if (connection !== undefined) return connection
  }
  return null
}

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1).toLowerCase()
