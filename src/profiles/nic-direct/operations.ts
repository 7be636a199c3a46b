import type { Action } from '../../core/action.js'
import type { Part } from '../surplus.js'
import type { RobotAccount } from './account.js'

/** What every request is about here; the robot knows `CONTACT` and `NAMESERVER` too, which no order asks for. */
export const OBJECT = 'DOMAIN'

/** The parts of an order that the request of each action says. */
export const TAKES = {
  register: ['contacts', 'nameservers', 'period'],
  transfer: ['contacts', 'nameservers', 'authInfo'],
  'update-nameservers': ['nameservers'],
  update: ['contacts', 'nameservers'],
  'change-holder': ['contacts'],
  close: [],
  lock: [],
  release: [],
} as const satisfies Partial<Record<Action, readonly Part[]>>

export type SentAction = keyof typeof TAKES

export const isSent = (action: Action): action is SentAction => Object.hasOwn(TAKES, action)

/** The keys of this one are documented; those of the others are the template's own (`confirm`). */
export const isDocumented = (action: SentAction): boolean => action === 'register'

export const operationOf = (action: SentAction, { operations }: RobotAccount): string => {
  if (action === 'register') return 'CREATE'
  return operations[action === 'update-nameservers' ? 'update' : action]
}

/** The action that an operation stands for; null where it stands for several. Undefined: the robot is never asked for it. */
export const actionOf = (operation: string, account: RobotAccount): Action | null | undefined => {
  const actions = Object.keys(TAKES) as SentAction[]
  const [found, second] = actions.filter((action) => operationOf(action, account) === operation)
  return found === undefined || second === undefined ? found : null
}
