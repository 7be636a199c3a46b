import { Refusal } from '../../../core/errors.js'
import type { SessionVia, User } from '../../../ports.js'
import type { HttpSettings } from '../../settings.js'

export type Role = User['role']

/** What can be done in the console, and the least role that may: every page and every form names one of these. */
export const PERMISSIONS = {
  read: { role: 'viewer', words: 'read the pages of this console' },
  orders: { role: 'operator', words: 'act on orders' },
  mails: { role: 'operator', words: 'act on mails' },
  log: { role: 'operator', words: 'verify the action log' },
  tickets: { role: 'operator', words: 'act on tickets' },
  dismissals: { role: 'admin', words: 'dismiss the error of a domain' },
  owners: { role: 'admin', words: 'give a domain to another account' },
  erasures: { role: 'admin', words: 'erase personal data' },
  rules: { role: 'admin', words: 'see and change rules for mails' },
  bench: { role: 'operator', words: 'use the replay bench' },
  connections: { role: 'admin', words: 'change connections' },
  keys: { role: 'admin', words: 'see and change keys' },
  templates: { role: 'admin', words: 'see templates and previews of requests' },
  users: { role: 'admin', words: 'see and change users' },
  tokens: { role: 'admin', words: 'see and change tokens' },
  webhooks: { role: 'admin', words: 'see and change webhooks' },
} as const satisfies Record<string, { role: Role; words: string }>

export type Permission = keyof typeof PERMISSIONS

const RANK: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 }

/** A role may all that the roles below it may. Buttons that somebody may not press are not shown: ask this. */
export const may = (user: Pick<User, 'role'>, permission: Permission): boolean =>
  RANK[user.role] >= RANK[PERMISSIONS[permission].role]

/** Throws `Refusal` forbidden, with what it takes and who can help. */
export const requirePermission = (user: Pick<User, 'role'>, permission: Permission): void => {
  if (may(user, permission)) return
  const { role, words } = PERMISSIONS[permission]
  throw new Refusal(
    'forbidden',
    `To ${words} takes the role ${role}${role === 'admin' ? '' : ' or admin'}, and yours is ${user.role}. Ask an administrator to do it or to give you that role.`,
  )
}

/** Who a user is in the action log. */
export const actorOf = (user: Pick<User, 'name'>): string => `user:${user.name}`

/**
 * Whose role needs a second factor by the settings, and who has none yet: they set one up before anything else. One that an
 * issuer vouched for at this sign-in is one.
 */
export const owesSecondFactor = (
  { user: { role, totpSince }, via }: { user: Pick<User, 'role' | 'totpSince'>; via: SessionVia },
  { secondFactor = [] }: Pick<HttpSettings, 'secondFactor'>,
): boolean => totpSince === null && via !== 'issuer-mfa' && secondFactor.includes(role)
