import { acquires } from '../../core/action.js'
import { defaultContacts, hasData } from '../../core/contact.js'
import type { Contact } from '../../core/domain.js'
import { isInside, parseDomainName } from '../../core/domain-name.js'
import type { Problem } from '../../core/errors.js'
import type { OrderTerms } from '../../core/order.js'
import type { Pair } from '../key-value.js'
import { readServers, repeatedServers } from '../name-servers.js'
import type { EncodeInput } from '../profile.js'
import { type Part, rolePointer, surplusParts } from '../surplus.js'
import { type Account, accountOf, isWhole, withheld } from './account.js'

/** An order as the form says it. `contacts` are sections 2 to 5 in ascending order. */
export type DrsOrder = {
  account: Account
  mode: string
  domain: string
  authInfo: string | null
  contacts: { section: string; key: string; id: string }[]
  nameservers: Pair[]
}

type Input = Omit<EncodeInput, 'reference'>

/**
 * Reads an order, with everything that would keep it from becoming a valid form. `check` reports the problems, and `encode` and
 * `confirm` use the same reading. Where the form is sent whole, what the order leaves out is what is stored with the domain.
 */
export const readOrder = (input: Input): { order: DrsOrder; problems: Problem[] } => {
  const { terms, connection } = input
  const account = accountOf(connection)
  const why = withheld(terms.action, connection.account)
  const domain = readDomain(terms, account)
  const whole = isWhole(terms.action) && why === null
  const contacts = whole ? readContacts(input, account) : { contacts: [], problems: [] }
  const hosts = whole ? readHosts(input, account) : { pairs: [], problems: [] }
  return {
    order: {
      ...{ account, mode: modeOf(terms, account), domain: domain.name, authInfo: terms.authInfo },
      ...{ contacts: contacts.contacts, nameservers: hosts.pairs },
    },
    problems: [
      ...(why === null ? [] : [{ pointer: '/action', detail: why }]),
      ...[domain, contacts, hosts].flatMap(({ problems }) => problems),
      ...authInfoProblems(terms),
      ...surplusParts(terms, takes(terms)),
    ],
  }
}

const takes = ({ action }: OrderTerms): Part[] => [
  ...(isWhole(action) ? (['contacts', 'nameservers'] as const) : []),
  ...(action === 'transfer' ? (['authInfo'] as const) : []),
]

/** A transfer is called KK under .de, and CTSR elsewhere. */
const modeOf = ({ action }: OrderTerms, account: Account): string => {
  if (action === 'register') return 'new'
  if (action === 'transfer') return kindOf(account) === 'de' ? 'kk' : 'ctsr'
  return action === 'close' ? 'delete' : 'update'
}

/** The TLD that the form is for, or a word for several: `appli-en-de.txt`. */
const kindOf = ({ document }: Account): string => document.replace(/^appli-[a-z]{2}-|\.txt$/g, '')

const readDomain = ({ domain }: OrderTerms, account: Account): { name: string; problems: Problem[] } => {
  const parsed = parseDomainName(domain)
  const at = (detail: string): Problem => ({ pointer: '/domain', detail })
  if (!parsed.ok) return { name: domain, problems: parsed.problems.map(({ detail }) => at(detail)) }
  const { name, unicodeName, tld } = parsed.value
  const isOfForm = kindOf(account) !== 'de' || tld === 'de'
  const detail = `${unicodeName} is no name for the form ${account.document}; a form is for one kind of TLD (account.document).`
  return { name, problems: isOfForm ? [] : [at(detail)] }
}

/** Of a contact that exists at the registrar, like C-12345. */
export const CONTACT_ID = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/

const readContacts = (
  { terms, domain, connection }: Input,
  { contacts }: Account,
): Pick<DrsOrder, 'contacts'> & { problems: Problem[] } => {
  const { key, roles } = contacts ?? { key: '', roles: [] }
  const taken: readonly string[] = roles
  const isNew = acquires(terms.action)
  const problems = Object.entries(terms.contacts).flatMap(([role, list]): Problem[] => {
    if (list.length === 0) return []
    if (!taken.includes(role))
      return [
        {
          pointer: rolePointer(role),
          detail: `The form has no such contact, but: ${roles.join(', ')} (account.contacts).`,
        },
      ]
    if (role === 'holder' && !isNew && terms.action !== 'change-holder')
      return [
        { pointer: rolePointer(role), detail: 'An update keeps the holder; order change-holder, or leave it out.' },
      ]
    return []
  })
  if (terms.action === 'change-holder' && (terms.contacts['holder'] ?? []).length === 0)
    problems.push({ pointer: '/contacts/holder/0', detail: 'The order names no new holder; give its id.' })
  const found = roles.map((role, index) => {
    const own = terms.contacts[role] ?? []
    const kept = isNew ? [] : (domain?.contacts[role] ?? [])
    // The owner is never one by omission.
    const others = role === 'holder' ? [] : defaultContacts(connection, role)
    const list = [own, kept, others].find((some) => some.length > 0) ?? []
    const read = readContact(list, `/contacts/${role}`, role)
    problems.push(...read.problems)
    return { section: String(index + 2), key, id: read.id }
  })
  return { contacts: found, problems }
}

const readContact = (list: readonly Contact[], at: string, role: string): { id: string; problems: Problem[] } => {
  const [contact, second] = list
  const wrong = (pointer: string, detail: string) => ({ id: '', problems: [{ pointer, detail }] })
  if (second !== undefined) return wrong(at, `There are several contacts; the form takes one ${role}.`)
  if (contact === undefined)
    return wrong(`${at}/0`, `The form is sent whole, so it needs a ${role} contact; give the id of one.`)
  if (hasData(contact))
    return wrong(`${at}/0`, 'The form takes the id of a contact that exists, as its handle; leave its data out.')
  const { handle = '' } = contact
  return CONTACT_ID.test(handle)
    ? { id: handle, problems: [] }
    : wrong(`${at}/0/handle`, `${JSON.stringify(handle.slice(0, 60))} is no id; write one like C-12345.`)
}

/** Ours: that the registrar takes fewer or more is not known. */
export const FEWEST_HOSTS = 2
export const MOST_HOSTS = 12

const readHosts = ({ terms, domain }: Input, { nameservers }: Account): { pairs: Pair[]; problems: Problem[] } => {
  const { key, addressKey } = nameservers ?? { key: '', addressKey: undefined }
  const given = terms.nameservers.length > 0 || terms.action === 'update-nameservers' || acquires(terms.action)
  const { servers, problems } = readServers(given ? terms.nameservers : (domain?.nameservers ?? []), '/nameservers')
  const glue = servers.flatMap(({ host, addresses }, index): Problem[] => {
    const pointer = `/nameservers/${index}/addresses`
    if (!isInside(host, terms.domain))
      return addresses.length === 0
        ? []
        : [{ pointer, detail: `${host} lies outside ${terms.domain}, so it takes no addresses; leave them out.` }]
    if (addresses.length === 0)
      return [{ pointer, detail: `${host} lies inside ${terms.domain}, so it needs its addresses (glue).` }]
    return addressKey === undefined
      ? [
          {
            pointer,
            detail: 'The key of addresses in section 6 is not known here; tell it by account.nameservers.addressKey.',
          },
        ]
      : []
  })
  const count = servers.length
  return {
    pairs: servers.flatMap(({ host, addresses }, index): Pair[] => {
      const name = (pattern: string): string => pattern.replace('<n>', String(index + 1))
      const own: Pair[] =
        addresses.length === 0 || addressKey === undefined ? [] : [[name(addressKey), addresses.join(' ')]]
      return [[name(key), host], ...own]
    }),
    problems: [
      ...problems,
      ...glue,
      ...repeatedServers(servers, '/nameservers'),
      ...(count < FEWEST_HOSTS || count > MOST_HOSTS
        ? [
            {
              pointer: '/nameservers',
              detail: `There are ${count} name servers; give ${FEWEST_HOSTS} to ${MOST_HOSTS}, since the form is sent whole.`,
            },
          ]
        : []),
    ],
  }
}

/** Visible characters. */
export const AUTH_INFO = /^[!-~]{1,64}$/

const authInfoProblems = ({ action, authInfo }: OrderTerms): Problem[] =>
  action !== 'transfer' || (authInfo !== null && AUTH_INFO.test(authInfo))
    ? []
    : [{ pointer: '/authInfo', detail: 'A transfer needs the AuthInfo: 1 to 64 visible ASCII characters.' }]
