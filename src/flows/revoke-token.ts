import { Refusal } from '../core/errors.js'
import type { ApiToken } from '../ports.js'
import type { Deps } from './deps.js'

/** Takes an API token away: the next call with it is refused. Throws `Refusal` not-found. */
export const revokeToken = (
  deps: Pick<Deps, 'store' | 'clock'>,
  { name, actor }: { name: string; actor: string },
): Promise<ApiToken> =>
  deps.store.transaction(async (tables) => {
    const token = await tables.tokens.remove(name)
    if (token === null) throw new Refusal('not-found', `there is no token ${name}`)
    const text = `the ${token.scope} token ${name} was revoked; calls with it are refused from now on`
    await tables.actions.append([{ at: deps.clock.now(), actor, level: 'warning', event: 'token.revoked', text }])
    return token
  })
