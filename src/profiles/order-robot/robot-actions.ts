import type { Action } from '../../core/action.js'
import type { Part } from '../surplus.js'

type Sent = { word: string; takes: readonly Part[] }

/** `DOMAIN_ACTION` of each action, and the parts of an order that its form says. The words of the last two are ours. */
export const TAKES = {
  register: { word: 'register', takes: ['contacts', 'nameservers'] },
  transfer: { word: 'transfer', takes: ['contacts', 'nameservers'] },
  update: { word: 'update', takes: ['contacts', 'nameservers'] },
  'update-nameservers': { word: 'update', takes: ['nameservers'] },
  close: { word: 'close', takes: [] },
  transit: { word: 'transit', takes: [] },
  lock: { word: 'lock', takes: [] },
  release: { word: 'release', takes: [] },
  'approve-transfer': { word: 'KK-ACK', takes: [] },
  'reject-transfer': { word: 'KK-NACK', takes: [] },
} as const satisfies Partial<Record<Action, Sent>>

export type SentAction = keyof typeof TAKES

export const isSent = (action: Action): action is SentAction => Object.hasOwn(TAKES, action)

/** TLDs whose names the robot locks, as it does by itself when they come to it. */
export const LOCKABLE: ReadonlySet<string> = new Set([
  ...['com', 'net', 'org', 'info', 'biz', 'name', 'tv', 'cc', 'bz', 'nu', 'cn', 'tw'],
])

export const isLockable = (name: string): boolean => LOCKABLE.has(name.slice(name.lastIndexOf('.') + 1))
