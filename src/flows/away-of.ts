import type { Domain } from '../core/domain.js'
import type { AwayContext } from '../core/transfer-away.js'
import type { Tables } from '../ports.js'
import type { Deps } from './deps.js'

/** What decides on other providers, by the connection that holds the domain. */
export const awayOf = async (
  deps: Pick<Deps, 'profiles'>,
  tables: Tables,
  { name, connectionId }: Domain,
): Promise<AwayContext['away']> => {
  const connection = await tables.connections.get(connectionId)
  if (connection === null) throw new Error(`the connection ${connectionId} of ${name} is gone`)
  const lockedByDefault = deps.profiles.get(connection.profile)?.locks?.(name) ?? false
  return { mode: connection.mode, policy: connection.transferAway, lockedByDefault }
}
