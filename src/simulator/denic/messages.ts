import { randomUUID } from 'node:crypto'
import type { RegistryMemory } from '../memory.js'
import type { News } from '../personality.js'

const WEEK = 7 * 24 * 60 * 60_000
const OTHER = 'DENIC-99999'

/**
 * A message of the registry about a domain of the gateway's, in the form in which its queue gives them (how they were mailed
 * is not known), and what it tells done. Null where the domain is not the gateway's.
 */
export const message = (news: News, name: string, memory: RegistryMemory): string | null => {
  const held = memory.find(name)
  if (held?.provider !== 'gateway') return null
  const now = memory.now()
  const account = held.holders[0]?.match(/^DENIC-\d+/)?.[0] ?? 'DENIC-1'
  if (news === 'moved') memory.save({ ...held, provider: 'another', authInfo: null, released: null, changedAt: now })
  if (news === 'deleted') memory.remove(name)
  const [type, ...more] = {
    moved: ['chprovAuthInfo', `Chprov-to: ${OTHER}`, `Chprov-from: ${account}`],
    deleted: ['domainDelete'],
    failing: ['expireWarning', `Expire: ${stamp(new Date(now.getTime() + WEEK))}`],
  }[news]
  return [
    ...['RESULT: success', `STID: ${randomUUID()}`, 'Msgcnt: 1', `Msgtime: ${stamp(now)}`, `Msgid: ${randomUUID()}`],
    ...[`Msgtype: ${type}`, `Domain: ${name}`, `Domain-ace: ${name}`, ...more],
  ].join('\n')
}

const stamp = (at: Date): string => at.toISOString().replace(/\.\d+Z$/, '+00:00')
