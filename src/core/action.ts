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
  'approve-transfer',
  'reject-transfer',
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
 * The answers to another provider that asks the registry for a domain of ours, in EPP's words (RFC 5731, 3.2.4). Neither changes
 * a state of the domain: after an approval the registry tells by itself that it moved.
 */
export const TRANSFER_ANSWERS = ['approve-transfer', 'reject-transfer'] as const satisfies readonly Action[]
export type TransferAnswer = (typeof TRANSFER_ANSWERS)[number]

export const isTransferAnswer = (action: Action): action is TransferAnswer =>
  (TRANSFER_ANSWERS as readonly Action[]).includes(action)

/**
 * What concerns no domain's state, though its order names one: contacts, questions, and answers to other providers, which cannot
 * wait for the end of an order. Such orders stand aside: they neither wait for others on the domain nor make others wait, and say
 * nothing of whose it is. The database has the same list.
 */
export const ASIDE_ACTIONS = [
  'create-contact',
  'update-contact',
  'check',
  'info',
  'lookup',
  'lookup-transfer',
  ...TRANSFER_ANSWERS,
] as const satisfies readonly Action[]

export const isAside = (action: Action): boolean => (ASIDE_ACTIONS as readonly Action[]).includes(action)

/** Brings a name to us that is not ours; every other action is about one that is, or was. */
export const acquires = (action: Action): boolean => action === 'register' || action === 'transfer'
