import type { Action } from '../../core/action.js'
import type { Part } from '../surplus.js'

/** The subject of each request before our reference, and the parts of an order that it says. `TLD`: that of the domain. */
export const TAKES = {
  register: { type: 'create TLD-order', parts: ['contacts', 'nameservers', 'period'] },
  transfer: { type: 'transfer TLD-domain', parts: ['contacts', 'authInfo'] },
  'update-nameservers': { type: 'modify domain', parts: ['nameservers'] },
  update: { type: 'modify domain', parts: ['contacts', 'nameservers'] },
  renew: { type: 'renew TLD-domain', parts: ['period'] },
  close: { type: 'delete domain', parts: [] },
  setup: { type: 'create dns-config', parts: ['records'] },
  'create-contact': { type: 'create TLD-contact', parts: ['contacts'] },
} as const satisfies Partial<Record<Action, { type: string; parts: readonly Part[] }>>

export type SentAction = keyof typeof TAKES

export const isSent = (action: Action): action is SentAction => Object.hasOwn(TAKES, action)

/** Keys that a body may have more than once, in lower case: records alone. */
export const REPEATABLE: ReadonlySet<string> = new Set(['a', 'cname', 'mx'])
