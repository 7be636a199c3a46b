import type { ActionLevel } from '../core/action-log.js'
import { keyFindings } from '../core/key-state.js'
import { pausedWords, unmailedWords, unvouchedWords } from '../core/sending-words.js'
import { senderChecksWords, trustWarnings } from '../core/weak-trust.js'
import type { Deps } from './deps.js'
import { examineKeys } from './examine-keys.js'

/** What an operator should know about a connection, or about the house itself, as it is now; `info` for what is only worth knowing. */
export type Attention = {
  connection: string | null
  about: 'trust' | 'key' | 'sending' | 'house'
  level: ActionLevel
  text: string
}

/** Alarms that stand, about disks and damaged mails, and of every connection: weak trust, pauses, mails that nobody vouches for, checks of senders, and keys that end soon or cannot be used. */
export const readAttention = async (deps: Pick<Deps, 'store' | 'keyring' | 'env' | 'clock'>): Promise<Attention[]> => {
  const alarms = await deps.store.alarms.list()
  const found: Attention[] = alarms.map(({ level, text }) => ({ connection: null, about: 'house', level, text }))
  for (const connection of await deps.store.connections.list()) {
    const { id } = connection
    const checks = senderChecksWords(connection)
    for (const text of trustWarnings(connection)) found.push({ connection: id, about: 'trust', level: 'warning', text })
    if (checks !== null) found.push({ connection: id, about: 'trust', level: 'info', text: checks })
    const unmailed = unmailedWords(connection)
    if (unmailed !== null) found.push({ connection: id, about: 'sending', level: 'info', text: unmailed })
    for (const text of [pausedWords(connection), connection.channel === 'mail' ? unvouchedWords(connection) : null])
      if (text !== null) found.push({ connection: id, about: 'sending', level: 'warning', text })
    for (const { level, text } of keyFindings(connection, await examineKeys(deps, connection), deps.clock.now()))
      found.push({ connection: id, about: 'key', level, text })
  }
  return found
}
