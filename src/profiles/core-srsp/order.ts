import { parseDomainName } from '../../core/domain-name.js'
import { Fault, type Problem } from '../../core/errors.js'
import type { OrderTerms } from '../../core/order.js'
import { optionalPair, type Pair } from '../key-value.js'
import type { EncodeInput } from '../profile.js'
import { type Account, accountOf } from './account.js'
import {
  adminsOf,
  changedContacts,
  foreignRoles,
  newContacts,
  ROLES,
  readContactOrder,
  readHolder,
  readSigner,
} from './contacts.js'
import { readHosts } from './hosts.js'
import { valueProblem } from './payload.js'
import { isSent, LONGEST_VALUE, REQUEST_TYPES, type SentAction } from './words.js'

/** An order in the registry's terms; the pairs are in the order in which they stand in the request. */
export type SrspOrder = {
  registrar: string
  requestType: string
  /** Of a transfer: whose key countersigns it. */
  signer: { handle: string; key: string } | null
  /** Of every request but those about contacts. */
  domain: { tld: string; sld: string } | null
  organization: Pair[]
  status: string | null
  nameservers: Pair[]
  contacts: Pair[]
}

/** What follows the fields that every request has. */
type Content = Pick<SrspOrder, 'organization' | 'nameservers' | 'contacts'> &
  Partial<Pick<SrspOrder, 'signer' | 'status'>>
type Read = { content: Content; problems: Problem[] }

const NOTHING: Content = { organization: [], nameservers: [], contacts: [] }

/**
 * Reads an order, with everything that would keep it from becoming a valid request. `check` reports the problems, and `encode`
 * and `confirm` use the same reading, so that what was checked is what is sent.
 */
export const readOrder = (input: Omit<EncodeInput, 'reference'>): { order: SrspOrder; problems: Problem[] } => {
  const { terms, connection } = input
  const account = accountOf(connection)
  const { action } = terms
  if (!isSent(action)) throw new Fault('action-unknown', `this profile sends no ${action}`, { temporary: false })
  const name = readName(terms)
  const { content, problems } = READERS[action](input, account)
  return {
    order: {
      ...{ registrar: account.registrar, requestType: REQUEST_TYPES[action], signer: null, status: null },
      domain: isAboutContact(action) ? null : name.domain,
      ...content,
    },
    problems: [...name.problems, ...problems, ...surplus(terms, action, account)],
  }
}

const isAboutContact = (action: SentAction): boolean => action === 'create-contact' || action === 'update-contact'

/** `TLD` and `SLD`: names of the second level alone, in A-labels, since the payload is ASCII. */
const readName = ({ domain }: OrderTerms): { domain: { tld: string; sld: string }; problems: Problem[] } => {
  const parsed = parseDomainName(domain)
  const at = (detail: string): Problem => ({ pointer: '/domain', detail })
  if (!parsed.ok) return { domain: { tld: '', sld: '' }, problems: parsed.problems.map(({ detail }) => at(detail)) }
  const [sld = '', ...rest] = parsed.value.name.split('.')
  const tld = rest.join('.')
  const detail = `${parsed.value.unicodeName} is below ${tld}; the registry has names directly below its TLD alone.`
  return { domain: { tld, sld }, problems: rest.length === 1 ? [] : [at(detail)] }
}

type Reader = (input: Omit<EncodeInput, 'reference'>, account: Account) => Read

const register: Reader = (input, account) => {
  const { terms } = input
  const contacts = newContacts(input)
  const holder = readHolder(terms, { isAdmin: adminsOf(input).length === 0 })
  const hosts = readHosts(terms.nameservers, account)
  return {
    content: { organization: holder.pairs, status: 'production', nameservers: hosts.pairs, contacts: contacts.pairs },
    problems: [...holder.problems, ...hosts.problems, ...contacts.problems],
  }
}

const transfer: Reader = ({ terms }) => {
  const { handle, problems } = readSigner(terms.contacts)
  const key = terms.authInfo ?? ''
  const what = valueProblem(['Authenticating-Key', key], LONGEST_VALUE)
  const keyProblems = [
    ...(terms.authInfo === null
      ? [
          {
            pointer: '/authInfo',
            detail: 'A transfer needs the key of the contact that countersigns it; give it as authInfo.',
          },
        ]
      : []),
    ...(terms.authInfo !== null && what !== null ? [{ pointer: '/authInfo', detail: `The key ${what}.` }] : []),
  ]
  return { content: { ...NOTHING, signer: { handle, key } }, problems: [...problems, ...keyProblems] }
}

/** A change says what is new and leaves the rest; name servers are replaced as a whole (2.2.2.6). */
const change: Reader = ({ terms }, account) => {
  const owned = (terms.contacts['holder'] ?? []).length > 0 || terms.action === 'change-holder'
  const holder = owned ? readHolder(terms, { isAdmin: false }) : { pairs: [], problems: [] }
  const contacts = changedContacts(terms.contacts)
  const served = terms.nameservers.length > 0 || terms.action === 'update-nameservers'
  const hosts = served ? readHosts(terms.nameservers, account) : { pairs: [], problems: [] }
  const changes = holder.pairs.length + contacts.pairs.length + hosts.pairs.length > 0
  const problems = [...holder.problems, ...hosts.problems, ...contacts.problems]
  return {
    content: { organization: holder.pairs, nameservers: hosts.pairs, contacts: contacts.pairs },
    problems:
      changes || problems.length > 0
        ? problems
        : [{ pointer: '', detail: 'The order changes nothing: give a holder, contacts or name servers.' }],
  }
}

const nothingMore: Reader = () => ({ content: NOTHING, problems: [] })

const READERS: Record<SentAction, Reader> = {
  register,
  transfer,
  'update-nameservers': change,
  update: change,
  'change-holder': change,
  renew: nothingMore,
  close: nothingMore,
  info: nothingMore,
  'create-contact': (input) => aboutContact(input, 'create-contact'),
  'update-contact': (input) => aboutContact(input, 'update-contact'),
}

const aboutContact = (input: Omit<EncodeInput, 'reference'>, action: 'create-contact' | 'update-contact'): Read => {
  const { pairs, problems } = readContactOrder(input, action)
  return { content: { ...NOTHING, contacts: pairs }, problems }
}

/** The contacts that each request has a place for; null: any one. */
const ROLES_OF: Record<SentAction, readonly string[] | null> = {
  register: ['holder', ...ROLES],
  transfer: ROLES,
  'update-nameservers': [],
  update: ['holder', ...ROLES],
  'change-holder': ['holder', ...ROLES],
  ...{ renew: [], close: [], info: [] },
  ...{ 'create-contact': null, 'update-contact': null },
}
const WITH_SERVERS: readonly SentAction[] = ['register', 'update-nameservers', 'update']

/** What the order says and its request could not: it would be left out in silence. */
const surplus = (terms: OrderTerms, action: SentAction, { interval }: Account): Problem[] => {
  const roles = ROLES_OF[action]
  const years = terms.period?.years
  return [
    ...(roles === null ? [] : foreignRoles(terms.contacts, roles)),
    ...given('/nameservers', terms.nameservers.length > 0 && !WITH_SERVERS.includes(action), 'name servers'),
    ...given('/records', terms.records.length > 0, 'records: the registry serves no names itself'),
    ...given('/dnssec', (terms.dnssec ?? []).length > 0, 'DNSSEC keys'),
    ...given('/authInfo', terms.authInfo !== null && action !== 'transfer', 'an AuthInfo'),
    ...given('/disconnect', terms.disconnect !== null, 'being connected or not'),
    ...(years === undefined || years === interval
      ? []
      : [{ pointer: '/period/years', detail: interval === undefined ? ITS_OWN : otherThan(interval) }]),
  ]
}

const given = (pointer: string, is: boolean, what: string): Problem[] =>
  is ? [{ pointer, detail: `The request says nothing of ${what}; leave this out.` }] : []

const ITS_OWN =
  'The registry decides for how long a domain is registered and renewed; leave the period out, or tell its years by account.interval.'
const otherThan = (interval: number): string =>
  `The registry registers and renews for ${interval} years (account.interval); leave the period out, or say ${interval}.`

/** The request as the registry must read it; the fields that all have stand first, in this order (2.2.1). */
export const pairsOf = (
  order: SrspOrder,
  { version, transaction }: { version: string; transaction: string },
): Pair[] => [
  ['Payload-Version', version],
  ['Registrar-Id', order.registrar],
  ['Transaction-ID', transaction],
  ['Request-Type', order.requestType],
  ...optionalPair('Signer-Handle', order.signer?.handle ?? null),
  ...optionalPair('Authenticating-Key', order.signer?.key ?? null),
  ...optionalPair('TLD', order.domain?.tld ?? null),
  ...optionalPair('SLD', order.domain?.sld ?? null),
  ...order.organization,
  ...optionalPair('Status', order.status),
  ...order.nameservers,
  ...order.contacts,
]
