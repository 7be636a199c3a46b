import type { ActionLevel } from '../core/action-log.js'
import { keyFindings } from '../core/key-state.js'
import { senderChecksWords, weakTrustWords } from '../core/weak-trust.js'
import type { Deps } from './deps.js'
import { examineKeys } from './examine-keys.js'

/** What an operator should know about a connection as it is now; `info` for what is only worth knowing. */
export type Attention = { connection: string; about: 'trust' | 'key'; level: ActionLevel; text: string }

/** All of that about every connection: weak trust, checks of senders, and keys that end soon or cannot be used. */
export const readAttention = async (deps: Pick<Deps, 'store' | 'keyring' | 'env' | 'clock'>): Promise<Attention[]> => {
  const found: Attention[] = []
  for (const connection of await deps.store.connections.list()) {
    const { id } = connection
    const [weak, checks] = [weakTrustWords(connection), senderChecksWords(connection)]
    if (weak !== null) found.push({ connection: id, about: 'trust', level: 'warning', text: weak })
    if (checks !== null) found.push({ connection: id, about: 'trust', level: 'info', text: checks })
    for (const { level, text } of keyFindings(connection, await examineKeys(deps, connection), deps.clock.now()))
      found.push({ connection: id, about: 'key', level, text })
  }
  return found
}
