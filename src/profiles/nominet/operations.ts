import type { Action } from '../../core/action.js'
import type { Part } from '../surplus.js'

/** The operation of each request, and the parts of an order that it says. */
export const OPERATIONS = {
  register: { operation: 'request', parts: ['contacts', 'nameservers', 'period'] },
  'update-nameservers': { operation: 'modify', parts: ['nameservers'] },
  update: { operation: 'modify', parts: ['contacts', 'nameservers'] },
  renew: { operation: 'renew', parts: ['period'] },
  close: { operation: 'delete', parts: [] },
  transit: { operation: 'release', parts: ['disconnect'] },
  info: { operation: 'query', parts: [] },
} as const satisfies Partial<Record<Action, { operation: string; parts: readonly Part[] }>>

export type SentAction = keyof typeof OPERATIONS

export const isSent = (action: Action): action is SentAction => Object.hasOwn(OPERATIONS, action)

/** The actions that an operation stands for; null for one that is none of ours, or stands for several. */
export const actionOf = (operation: string): Action | null => {
  const actions = Object.entries(OPERATIONS).filter(([, { operation: other }]) => other === operation.toLowerCase())
  const [found, second] = actions
  return found === undefined || second !== undefined ? null : (found[0] as Action)
}

/** A name is registered and renewed for so long, and for no other time. */
export const YEARS = 2
