/**
 * The verbs an order can have. A profile says of each whether its registry has it, and if not, why
 * (`profiles/profile.ts`, `Capability`).
 */
export const ACTIONS = [
  'register',
  'transfer',
  'update-nameservers',
  'update',
  'change-holder',
  'renew',
  'close',
  'transit',
  'restore',
  'lock',
  'release',
  'setup',
  'remove',
  'create-authinfo',
  'delete-authinfo',
  'create-contact',
  'update-contact',
  'check',
  'info',
  'lookup',
  'lookup-transfer',
] as const

export type Action = (typeof ACTIONS)[number]

/**
 * What concerns no domain's state, though its order names one: contacts, and questions. Such orders stand aside: they neither
 * wait for others on the domain nor make others wait, and say nothing of whose it is. The database has the same list.
 */
export const ASIDE_ACTIONS = [
  'create-contact',
  'update-contact',
  'check',
  'info',
  'lookup',
  'lookup-transfer',
] as const satisfies readonly Action[]

export const isAside = (action: Action): boolean => (ASIDE_ACTIONS as readonly Action[]).includes(action)

/** Brings a name to us that is not ours; every other action is about one that is, or was. */
export const acquires = (action: Action): boolean => action === 'register' || action === 'transfer'
