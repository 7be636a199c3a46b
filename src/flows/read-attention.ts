import type { ActionLevel } from '../core/action-log.js'
import { keyFindings } from '../core/key-state.js'
import { pausedWords, unvouchedWords } from '../core/sending-words.js'
import { senderChecksWords, weakTrustWords } from '../core/weak-trust.js'
import type { Deps } from './deps.js'
import { examineKeys } from './examine-keys.js'

/** What an operator should know about a connection as it is now; `info` for what is only worth knowing. */
export type Attention = { connection: string; about: 'trust' | 'key' | 'sending'; level: ActionLevel; text: string }

/** All of that about every connection: weak trust, pauses, mails that nobody vouches for, checks of senders, and keys that end soon or cannot be used. */
export const readAttention = async (deps: Pick<Deps, 'store' | 'keyring' | 'env' | 'clock'>): Promise<Attention[]> => {
  const found: Attention[] = []
  for (const connection of await deps.store.connections.list()) {
    const { id } = connection
    const [weak, checks] = [weakTrustWords(connection), senderChecksWords(connection)]
    if (weak !== null) found.push({ connection: id, about: 'trust', level: 'warning', text: weak })
    if (checks !== null) found.push({ connection: id, about: 'trust', level: 'info', text: checks })
    for (const text of [pausedWords(connection), unvouchedWords(connection)])
      if (text !== null) found.push({ connection: id, about: 'sending', level: 'warning', text })
    for (const { level, text } of keyFindings(connection, await examineKeys(deps, connection), deps.clock.now()))
      found.push({ connection: id, about: 'key', level, text })
  }
  return found
}
