import { acquires } from '../../core/action.js'
import { defaultContacts, hasData } from '../../core/contact.js'
import type { Problem } from '../../core/errors.js'
import type { OrderTerms } from '../../core/order.js'
import type { EncodeInput } from '../profile.js'
import { rolePointer } from '../surplus.js'
import type { SentAction } from './operations.js'

/** The keys of a domain's contacts, by role. */
export const KEYS = { holder: 'owner-c', admin: 'admin-c', tech: 'tech-c', zone: 'zone-c' } as const
export type Role = keyof typeof KEYS
const ALL = Object.keys(KEYS) as Role[]

/** The contacts that a request has a place for. */
export const ROLES: Record<SentAction, readonly Role[]> = {
  ...{ register: ALL, transfer: ALL, update: ['admin', 'tech', 'zone'], 'change-holder': ['holder'] },
  ...{ 'update-nameservers': [], close: [], lock: [], release: [] },
}

/** Like JOWE0014; that it may be longer or have hyphens is our choice. */
export const HANDLE = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/

type Found = { handles: Partial<Record<Role, string>>; problems: Problem[] }

/**
 * The contacts of an order, each a handle that is registered. What brings a name to us needs all of them, of which the connection
 * has those that the order leaves out, but for the holder; an update says what changes.
 */
export const readContacts = ({ terms, connection }: Omit<EncodeInput, 'reference'>, action: SentAction): Found => {
  const found: Found = { handles: {}, problems: surplusRoles(terms, ROLES[action]) }
  for (const role of ROLES[action]) {
    const own = terms.contacts[role] ?? []
    const all = own.length > 0 || role === 'holder' || !acquires(action) ? own : defaultContacts(connection, role)
    const [contact, second] = all
    const wrong = (detail: string, at = ''): void => {
      found.problems.push({ pointer: `/contacts/${role}${at}`, detail })
    }
    if (second !== undefined) wrong(`There are several ${role} contacts; the robot takes one.`)
    else if (contact === undefined) {
      if (action !== 'update') wrong(`The robot needs the ${role} contact (${KEYS[role]}), by its handle.`)
    } else if (hasData(contact))
      wrong('The robot takes the handle of a contact that is registered; leave its data out.', '/0')
    else if (HANDLE.test(contact.handle ?? '')) found.handles[role] = contact.handle ?? ''
    else
      wrong(
        `${JSON.stringify((contact.handle ?? '').slice(0, 60))} is no handle; write one like JOWE0014.`,
        '/0/handle',
      )
  }
  return found
}

/** A request without a place for any contact is told by `surplusParts`. */
const surplusRoles = ({ contacts, action }: OrderTerms, roles: readonly string[]): Problem[] =>
  roles.length === 0
    ? []
    : Object.entries(contacts)
        .filter(([role, list]) => list.length > 0 && !roles.includes(role))
        .map(([role]) => ({
          pointer: rolePointer(role),
          detail: `The request for ${action} has no such contact, but: ${roles.join(', ')}.`,
        }))
