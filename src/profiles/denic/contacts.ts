import { acquires } from '../../core/action.js'
import { defaultContacts } from '../../core/contact.js'
import type { Contact, Contacts, Domain } from '../../core/domain.js'
import type { Problem } from '../../core/errors.js'
import type { OrderTerms } from '../../core/order.js'
import type { EncodeInput } from '../profile.js'
import { rolePointer } from '../surplus.js'
import { isSent } from './codes.js'
import { parseHandle } from './handle.js'
import { hasPart } from './surplus.js'

export type Handles = { holders: string[]; generalRequest: string | null; abuse: string | null }

/** The roles of version 5.0, with how many contacts each may have. */
export const ROLES = { holder: 5, 'general-request': 1, abuse: 1 } as const
export type Role = keyof typeof ROLES

const isRole = (name: string): name is Role => Object.hasOwn(ROLES, name)

/**
 * The handles of an order. Each role is taken from the order, else from the domain as it is stored (a change sends the
 * whole object), else from the connection's defaults; the holder never from defaults, so that no domain is registered
 * for the wrong owner by omission.
 */
export const readHandles = ({
  terms,
  domain,
  connection,
}: Omit<EncodeInput, 'reference'>): { handles: Handles; problems: Problem[] } => {
  const { action } = terms
  if (!isSent(action) || !hasPart(action, 'contacts')) return readHolders(terms, domain)
  const problems = unknownRoles(terms.contacts)
  const stored = acquires(action) ? {} : (domain?.contacts ?? {})
  const read = (role: Role): string[] => {
    const own = terms.contacts[role] ?? []
    const kept = action === 'change-holder' && role === 'holder' ? [] : (stored[role] ?? [])
    const contacts =
      own.length > 0 ? own : kept.length > 0 ? kept : role === 'holder' ? [] : defaultContacts(connection, role)
    const origin =
      own.length > 0
        ? ''
        : kept.length > 0
          ? ' (stored with the domain)'
          : ` (default of the connection ${connection.title})`
    const result = readRole(role, contacts, origin)
    problems.push(...result.problems)
    return result.handles
  }
  const [holders, [generalRequest], [abuse]] = [read('holder'), read('general-request'), read('abuse')]
  if (action !== 'change-holder') problems.push(...otherHolder(holders, stored['holder'] ?? [], UPDATED))
  return { handles: { holders, generalRequest: generalRequest ?? null, abuse: abuse ?? null }, problems }
}

/** A deletion may name the holders, so that it is refused where they are not the domain's; nothing else has contacts. */
const readHolders = (terms: OrderTerms, domain: Domain | null): { handles: Handles; problems: Problem[] } => {
  const own = terms.action === 'close' ? (terms.contacts['holder'] ?? []) : []
  const { handles, problems } = own.length === 0 ? { handles: [], problems: [] } : readRole('holder', own, '')
  const others = own.length === 0 ? [] : otherHolder(handles, domain?.contacts['holder'] ?? [], DELETED)
  return { handles: { holders: handles, generalRequest: null, abuse: null }, problems: [...problems, ...others] }
}

const UPDATED = 'an update of name servers cannot change that; leave the holder out, or order change-holder'
const DELETED = 'the registry deletes nothing for another holder; leave the holder out, or look which domain is meant'

/** An update sends the holder again and must not change it: that is a request of another kind (CHHOLDER). */
const otherHolder = (holders: readonly string[], stored: readonly Contact[], why: string): Problem[] => {
  const known = stored.map(({ handle }) => handle?.toUpperCase() ?? '').sort()
  if (known.length === 0 || known.join() === [...holders].sort().join()) return []
  return [
    {
      pointer: '/contacts/holder',
      detail: `The domain belongs to ${known.join(', ')}, and ${why}.`,
    },
  ]
}

const unknownRoles = (contacts: Contacts): Problem[] =>
  Object.entries(contacts)
    .filter(([role, list]) => !isRole(role) && list.length > 0)
    .map(([role]) => ({
      pointer: rolePointer(role),
      detail: `The registry has no ${JSON.stringify(role.slice(0, 40))} contact any more (version 5.0); leave it out. It knows: holder, general-request, abuse.`,
    }))

const readRole = (
  role: Role,
  contacts: readonly Contact[],
  origin: string,
): { handles: string[]; problems: Problem[] } => {
  const at = `/contacts/${role}`
  const most = ROLES[role]
  if (contacts.length === 0) {
    const detail = 'The order names no holder; give 1 to 5 handles that exist at the registry, like DENIC-1234-MUSTER.'
    return { handles: [], problems: role === 'holder' ? [{ pointer: `${at}/0/handle`, detail }] : [] }
  }
  const problems: Problem[] = []
  if (contacts.length > most)
    problems.push({
      pointer: at,
      detail: `There are ${contacts.length} ${role} contacts${origin}; at most ${most} are allowed.`,
    })
  const handles = contacts.flatMap(({ handle }, index) => {
    const parsed = handle === undefined ? null : parseHandle(handle)
    if (parsed?.ok) return [parsed.value]
    const details = parsed === null ? [DATA] : parsed.problems.map(({ detail }) => detail)
    problems.push(...details.map((detail) => ({ pointer: `${at}/${index}/handle`, detail: `${detail}${origin}` })))
    return []
  })
  for (const [index, handle] of handles.entries())
    if (handles.indexOf(handle) < index)
      problems.push({ pointer: `${at}/${index}/handle`, detail: `${handle} is there twice; name every holder once.` })
  return { handles, problems }
}

const DATA =
  'A contact is given as data. Make it first, by an order for create-contact or at the registry, and give its handle, like DENIC-1234-MUSTER.'
