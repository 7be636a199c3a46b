import { defaultContacts } from '../../core/contact.js'
import type { Contact, Domain, Nameserver } from '../../core/domain.js'
import { isInside, isReverse, parseDomainName } from '../../core/domain-name.js'
import type { Problem } from '../../core/errors.js'
import type { OrderTerms } from '../../core/order.js'
import { dsRecord } from '../ds-record.js'
import { readServers, repeatedServers } from '../name-servers.js'
import type { EncodeInput } from '../profile.js'
import { type Part, rolePointer, surplusParts } from '../surplus.js'
import { type Account, account, isObjectName } from './account.js'

type Input = Omit<EncodeInput, 'reference'>

export const SENT = ['register', 'update-nameservers', 'close'] as const
export type SentAction = (typeof SENT)[number]
export const isSent = (action: string): action is SentAction => (SENT as readonly string[]).includes(action)

/** The contacts that an object has, by the name of its attribute. */
export const ROLES = { admin: 'admin-c', tech: 'tech-c', zone: 'zone-c' } as const
export type Role = keyof typeof ROLES
export const roles = Object.keys(ROLES) as Role[]

/** Ours: no limits of the registry are known. */
export const MOST = { contacts: 10, servers: 13, addresses: 4, keys: 10 } as const

/** A `domain` object: every value as it stands in the request. */
export type DomainObject = {
  action: SentAction
  account: Account
  domain: string
  contacts: Record<Role, string[]>
  nameservers: string[]
  ds: string[]
}

/**
 * Reads an order, with everything that would keep it from becoming a valid request. Every request sends the object whole, a
 * deletion too: what its order does not name is what is stored with the domain, and of contacts last what the connection has.
 */
export const readOrder = (input: Input): { object: DomainObject | null; problems: Problem[] } => {
  const { terms, connection } = input
  const { action } = terms
  if (!isSent(action))
    return { object: null, problems: [{ pointer: '/action', detail: `This profile sends no ${action}.` }] }
  const ours = account.safeParse(connection.account)
  if (!ours.success)
    return { object: null, problems: [{ pointer: '', detail: `The account of ${connection.title} is incomplete.` }] }
  const stored = action === 'register' ? null : input.domain
  const name = readZone(terms.domain)
  const contacts = readContacts(input, stored)
  const servers = readNameservers(terms, name.zone, stored)
  const keys = readKeys(terms, name.zone, stored)
  return {
    object: {
      ...{ action, account: ours.data, domain: name.zone, contacts: contacts.handles },
      ...{ nameservers: servers.lines, ds: keys.lines },
    },
    problems: [name, contacts, servers, keys].flatMap(({ problems }) => problems).concat(surplus(terms)),
  }
}

const readZone = (domain: string): { zone: string; problems: Problem[] } => {
  const parsed = parseDomainName(domain)
  const at = (detail: string): Problem => ({ pointer: '/domain', detail })
  if (!parsed.ok) return { zone: domain, problems: parsed.problems.map(({ detail }) => at(detail)) }
  const { name } = parsed.value
  const isZone = isReverse(name)
  return {
    zone: name,
    problems: isZone ? [] : [at(`${name} is no zone below in-addr.arpa or ip6.arpa; this profile takes those alone.`)],
  }
}

const readContacts = (
  { terms, connection }: Input,
  stored: Domain | null,
): { handles: Record<Role, string[]>; problems: Problem[] } => {
  const problems: Problem[] = Object.entries(terms.contacts)
    .filter(([role, list]) => !Object.hasOwn(ROLES, role) && list.length > 0)
    .map(([role]) => ({
      pointer: rolePointer(role),
      detail: `An object has no ${JSON.stringify(role.slice(0, 40))} contact; leave it out. It has: admin, tech, zone.`,
    }))
  const read = (role: Role): string[] => {
    const [own, kept] = [terms.contacts[role] ?? [], stored?.contacts[role] ?? []]
    const contacts = own.length > 0 ? own : kept.length > 0 ? kept : defaultContacts(connection, role)
    const found = readHandles(role, contacts)
    problems.push(...found.problems)
    return found.handles
  }
  return { handles: { admin: read('admin'), tech: read('tech'), zone: read('zone') }, problems }
}

const readHandles = (role: Role, contacts: readonly Contact[]): { handles: string[]; problems: Problem[] } => {
  const at = `/contacts/${role}`
  if (contacts.length === 0 || contacts.length > MOST.contacts)
    return {
      handles: [],
      problems: [
        { pointer: at, detail: `An object has 1 to ${MOST.contacts} ${ROLES[role]}; give handles like EM1-RIPE.` },
      ],
    }
  const handles = contacts.map(({ handle = '' }) => handle.toUpperCase())
  return {
    handles,
    problems: handles.flatMap((handle, index) => {
      const detail = !isObjectName(handle)
        ? 'This is no handle; make the person or role at the registry first, and give its handle, like EM1-RIPE.'
        : handles.indexOf(handle) < index
          ? `${handle} is there twice; name each once.`
          : null
      return detail === null ? [] : [{ pointer: `${at}/${index}/handle`, detail }]
    }),
  }
}

type Lines = { lines: string[]; problems: Problem[] }

/** One line a host, or one an address for those that lie inside the zone (glue). */
const readNameservers = (terms: OrderTerms, zone: string, stored: Domain | null): Lines => {
  const kept = terms.action === 'close' && terms.nameservers.length === 0
  const given = kept ? (stored?.nameservers ?? []) : terms.nameservers
  const at = '/nameservers'
  if (given.length === 0 || given.length > MOST.servers)
    return {
      lines: [],
      problems: [{ pointer: at, detail: `An object has 1 to ${MOST.servers} name servers; give them.` }],
    }
  const { servers, problems } = readServers(given, at)
  const glue = servers.flatMap((server, index) => glueProblem(server, zone, `${at}/${index}/addresses`))
  const lines = servers.flatMap(({ host, addresses }) =>
    addresses.length === 0 ? [host] : addresses.map((address) => `${host} ${address}`),
  )
  return { lines, problems: problems.length > 0 ? problems : [...glue, ...repeatedServers(servers, at)] }
}

const glueProblem = ({ host, addresses }: Nameserver, zone: string, pointer: string): Problem[] => {
  const inside = isInside(host, zone)
  if (inside ? addresses.length > 0 && addresses.length <= MOST.addresses : addresses.length === 0) return []
  const detail = inside
    ? `${host} lies inside ${zone}, so it needs 1 to ${MOST.addresses} addresses (glue).`
    : `${host} lies outside ${zone}, so it takes no addresses; leave them out.`
  return [{ pointer, detail }]
}

/** Orders have keys, and the object has their digests. A change that names none keeps those that are stored. */
const readKeys = (terms: OrderTerms, zone: string, stored: Domain | null): Lines => {
  const keys = terms.dnssec ?? stored?.dnssec ?? []
  if (keys.length > MOST.keys)
    return {
      lines: [],
      problems: [{ pointer: '/dnssec', detail: `There are ${keys.length} keys; give at most ${MOST.keys}.` }],
    }
  const lines = keys.map((key) => dsRecord(zone, key))
  const problems = lines.flatMap((line, index): Problem[] => {
    const pointer = `/dnssec/${index}`
    if (line === null)
      return [
        {
          pointer,
          detail:
            'This is no DNSKEY; write "<flags> 3 <algorithm> <base64>" with single blanks, like "257 3 13 mdsswUyr...".',
        },
      ]
    return lines.indexOf(line) < index ? [{ pointer, detail: 'This key is there twice; name every key once.' }] : []
  })
  return { lines: lines.filter((line) => line !== null), problems }
}

/** What the order says and the object could not: it would be left out in silence. One year is as good as none. */
const surplus = (terms: OrderTerms): Problem[] =>
  surplusParts(terms, terms.period?.years === 1 ? [...SAYS, 'period'] : SAYS)

const SAYS: readonly Part[] = ['contacts', 'nameservers', 'dnssec']
