import { checkContacts, defaultContacts, hasData } from '../../core/contact.js'
import type { Contact, Contacts } from '../../core/domain.js'
import type { Problem } from '../../core/errors.js'
import { dottedPhone, parsePhone } from '../../core/phone.js'
import { type PostalRules, readPostalInfo } from '../../core/postal-info.js'
import { optionalPair, type Pair } from '../key-value.js'
import type { EncodeInput } from '../profile.js'
import { asHandle, HANDLE } from './handle.js'
import { valueProblem } from './payload.js'
import { LONGEST_VALUE } from './words.js'

/** The contacts of a domain (2.2.2.3): exactly one of each. */
export const ROLES = ['admin', 'tech', 'billing'] as const
export type Role = (typeof ROLES)[number]

type Read = { pairs: Pair[]; problems: Problem[] }

export const RULES: PostalRules = {
  form: 'int',
  required: [],
  longest: {
    ...{ name: LONGEST_VALUE, organization: LONGEST_VALUE, street: LONGEST_VALUE },
    ...{ city: LONGEST_VALUE, province: LONGEST_VALUE, postalCode: LONGEST_VALUE },
  },
  mostLines: 2,
}

/**
 * The three contacts of a new domain: those of the order, else of the connection's defaults. The owner answers for a domain that
 * has no other admin contact, and the admin contact for what is left.
 */
export const newContacts = ({ terms, connection }: Order): Read => {
  const roles = ROLES.map((role): Read => {
    const given = givenFor(role, { terms, connection })
    if (given.length > 0) return readRole(role, given, `/contacts/${role}`)
    if (role === 'admin') return readRole(role, terms.contacts['holder'] ?? [], '/contacts/holder')
    return { pairs: [[`${prefixOf(role)}Handle`, '=admin']], problems: [] }
  })
  return together(roles)
}

type Order = Pick<EncodeInput, 'terms' | 'connection'>

/** None: then the owner answers for the domain. */
export const adminsOf = (order: Order): Contact[] => givenFor('admin', order)

const givenFor = (role: Role, { terms, connection }: Order): Contact[] => {
  const own = terms.contacts[role] ?? []
  return own.length > 0 ? own : defaultContacts(connection, role)
}

/** The contacts that an order changes. */
export const changedContacts = (contacts: Contacts): Read =>
  together(
    ROLES.map((role) => {
      const given = contacts[role] ?? []
      return given.length === 0 ? { pairs: [], problems: [] } : readRole(role, given, `/contacts/${role}`)
    }),
  )

/** Roles that no domain has here. */
export const foreignRoles = (contacts: Contacts, known: readonly string[]): Problem[] =>
  Object.entries(contacts)
    .filter(([role, list]) => list.length > 0 && !known.includes(role))
    .map(([role]) => ({
      pointer: `/contacts/${role.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      detail: `The request has no place for a contact ${JSON.stringify(role.slice(0, 40))}; leave it out. It takes: ${known.length === 0 ? 'none' : known.join(', ')}.`,
    }))

/**
 * `Organization` of a domain: of its owner the registry keeps the name alone. What else an order says of the owner has a place
 * only where the owner is the admin contact too.
 */
export const readHolder = (terms: EncodeInput['terms'], { isAdmin }: { isAdmin: boolean }): Read => {
  const [holder, second] = terms.contacts['holder'] ?? []
  const at = '/contacts/holder/0'
  if (holder === undefined)
    return problem(at, 'The order names no owner; give a holder with an organization or a name.')
  if (second !== undefined) return problem('/contacts/holder', 'There are several owners; the registry keeps one name.')
  const { info, problems } = readPostalInfo(holder, RULES, at)
  const field = info.organization === null ? 'name' : 'organization'
  const name = info.organization ?? info.name
  if (name === null)
    return problem(
      `${at}/organization`,
      'The registry keeps of an owner the name alone; give its organization or name.',
    )
  const surplus = Object.keys(holder).filter((key) => key !== 'type' && key !== field && !(isAdmin && key !== 'handle'))
  return {
    pairs: [['Organization', name]],
    problems: [
      ...problems.filter(({ pointer }) => pointer === `${at}/${field}`),
      ...lineProblems([{ field, pair: ['Organization', name] }], at),
      ...surplus.map((key) => ({
        pointer: `${at}/${key}`,
        detail: 'The registry keeps of an owner the name alone; leave this out, or give it with the admin contact.',
      })),
    ],
  }
}

/** The one contact of an order that makes or changes one. A new one may choose its handle; else the registry does. */
export const readContactOrder = (
  { terms }: Pick<EncodeInput, 'terms'>,
  action: 'create-contact' | 'update-contact',
): Read => {
  const found = Object.entries(terms.contacts).flatMap(([role, list]) =>
    list.map((contact, index) => ({ contact, at: `/contacts/${role}/${index}` })),
  )
  const [one, second] = found
  if (one === undefined || second !== undefined)
    return problem('/contacts', 'The order needs one contact, in any role, with its data.')
  const { handle, ...data } = one.contact
  const isNew = action === 'create-contact'
  const read = readData(data, { at: one.at, prefix: '', isNew })
  const missing = [
    ...(!isNew && handle === undefined
      ? [{ pointer: `${one.at}/handle`, detail: 'Which contact is changed? Give its handle.' }]
      : []),
    ...(!isNew && !hasData(one.contact)
      ? [{ pointer: one.at, detail: 'The order changes nothing of the contact; give what is new.' }]
      : []),
  ]
  return {
    pairs: [...optionalPair('Handle', handle === undefined ? null : asHandle(handle)), ...read.pairs],
    problems: [...missing, ...handleProblems(handle, one.at), ...read.problems],
  }
}

/** The contact whose key a transfer is countersigned with. */
export const readSigner = (contacts: Contacts): { handle: string; problems: Problem[] } => {
  const found = ROLES.flatMap((role) =>
    (contacts[role] ?? []).map((contact, index) => ({ contact, at: `/contacts/${role}/${index}` })),
  )
  const [one, second] = found
  const handle = one?.contact.handle
  if (one === undefined || handle === undefined || second !== undefined || hasData(one.contact))
    return { handle: '', ...problem(one?.at ?? '/contacts/admin', SIGNER) }
  return { handle: asHandle(handle), problems: handleProblems(handle, one.at) }
}

const SIGNER =
  'A transfer is countersigned by one contact that the domain has: give its handle as admin, tech or billing, and no more of it.'

const prefixOf = (role: Role): string => `${role.charAt(0).toUpperCase()}${role.slice(1)}-Contact-`

const readRole = (role: Role, given: readonly Contact[], at: string): Read => {
  const [contact, second] = given
  if (second !== undefined) return problem(at, `There are several contacts; a domain has one ${role} contact.`)
  if (contact === undefined)
    return problem(`${at}/0`, 'The order names no contact; give its data, or the handle of one that exists.')
  const { handle, ...data } = contact
  if (handle === undefined) return readData(data, { at: `${at}/0`, prefix: prefixOf(role), isNew: true })
  return {
    pairs: [[`${prefixOf(role)}Handle`, asHandle(handle)]],
    problems: [
      ...handleProblems(handle, `${at}/0`),
      ...(hasData(contact) ? [{ pointer: `${at}/0/handle`, detail: BOTH }] : []),
    ],
  }
}

const BOTH =
  'A contact is one that exists, by its handle alone, or a new one by its data: the registry chooses the handle of one that it makes with a domain. Leave one of them out.'

/** A contact by its data (2.2.2.1), behind a prefix where it is made with a domain. */
const readData = (contact: Contact, { at, prefix, isNew }: { at: string; prefix: string; isNew: boolean }): Read => {
  const { info, problems } = readPostalInfo(contact, RULES, at)
  const name = info.name ?? (isNew ? info.organization : null)
  const phone = contact.phone === undefined ? null : parsePhone(contact.phone)
  const [first = null, second = null] = info.street
  const fields: (readonly [field: string, keyword: string, value: string | null])[] = [
    ['name', 'Name', name],
    ['organization', 'Organization', info.organization],
    ['street/0', 'Address-1', first],
    ['street/1', 'Address-2', second],
    ['city', 'City', info.city],
    ['province', 'State', info.province],
    ['postalCode', 'Postal-Code', info.postalCode],
    ['country', 'Country', info.country],
    ['email', 'Email', contact.email ?? null],
    ['phone', 'Phone', phone?.ok ? dottedPhone(phone.value) : null],
  ]
  const sent = fields.flatMap(([field, keyword, value]): Sent[] =>
    value === null ? [] : [{ field, pair: [`${prefix}${keyword}`, value] }],
  )
  return {
    pairs: [...sent.map(({ pair }) => pair), ...optionalPair(`${prefix}Auth-Type`, isNew ? 'none' : null)],
    problems: [
      ...checkContacts({ given: [contact] }).map(({ pointer, detail }) => ({
        pointer: `${at}${pointer.slice('/contacts/given/0'.length)}`,
        detail,
      })),
      ...problems,
      ...lineProblems(sent, at),
      ...(isNew && name === null ? [{ pointer: `${at}/name`, detail: 'The registry wants a name; add it.' }] : []),
      ...(isNew && contact.email === undefined
        ? [{ pointer: `${at}/email`, detail: 'The registry wants an e-mail address; add it.' }]
        : []),
      ...(contact.uriTemplate === undefined
        ? []
        : [{ pointer: `${at}/uriTemplate`, detail: 'The registry has no place for it; leave it out.' }]),
    ],
  }
}

/** A pair, and the field of the contact that it is made of. */
type Sent = { field: string; pair: Pair }

const lineProblems = (sent: readonly Sent[], at: string): Problem[] =>
  sent.flatMap(({ field, pair }) => {
    const what = valueProblem(pair, LONGEST_VALUE)
    return what === null ? [] : [{ pointer: `${at}/${field}`, detail: `The text, as it is sent, ${what}.` }]
  })

const handleProblems = (handle: string | undefined, at: string): Problem[] =>
  handle === undefined || HANDLE.test(handle)
    ? []
    : [
        {
          pointer: `${at}/handle`,
          detail: 'This is no handle; write one word of at most 64 letters, digits and signs, like AC00042.',
        },
      ]

const problem = (pointer: string, detail: string): Read => ({ pairs: [], problems: [{ pointer, detail }] })

const together = (reads: readonly Read[]): Read => ({
  pairs: reads.flatMap(({ pairs }) => pairs),
  problems: reads.flatMap(({ problems }) => problems),
})
