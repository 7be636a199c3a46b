import type { Connection } from '../../core/connection.js'
import { CONTACT_ROLES, checkContacts } from '../../core/contact.js'
import type { Contact } from '../../core/domain.js'
import type { Problem } from '../../core/errors.js'
import { dottedPhone, parsePhone } from '../../core/phone.js'
import { type PostalRules, readPostalInfo } from '../../core/postal-info.js'
import { parseUriTemplate } from '../../core/uri-template.js'
import { optionalPair, type Pair } from '../key-value.js'
import type { EncodeInput, TemplateValues } from '../profile.js'
import { CONTACT_VERBS, type ContactAction, VERSION } from './codes.js'
import { parseHandle } from './handle.js'
import { surplus } from './surplus.js'

/**
 * A contact in the registry's terms. A person may have organisations; of an organisation the name is its own. One for requests
 * has a template of an address in place of all that.
 */
export type DenicContact = {
  handle: string
  type: 'PERSON' | 'ORG' | 'REQUEST'
  name: string | null
  organisations: string[]
  address: string[]
  postalCode: string | null
  city: string | null
  countryCode: string | null
  email: string | null
  phone: string | null
  uriTemplate: string | null
}

/** The order language is in UTF-8, so nothing is transliterated. */
export const RULES: PostalRules = {
  form: 'loc',
  required: ['street', 'postalCode', 'city', 'country'],
  longest: { name: 255, organization: 255, street: 255, city: 80, province: 255, postalCode: 20 },
  mostLines: 5,
}

/** Reads the one contact of an order; `at` its pointer, for what is wrong with it. */
export const readContactOrder = (
  { terms, connection }: Omit<EncodeInput, 'reference'>,
  action: ContactAction,
): { contact: DenicContact; problems: Problem[] } => {
  const found = Object.entries(terms.contacts).flatMap(([role, list]) =>
    list.map((contact, index) => ({ contact, at: `/contacts/${role}/${index}`, role })),
  )
  const [one, second] = found
  const problems = surplus(terms, action)
  if (one === undefined || second !== undefined || !CONTACT_ROLES.some((role) => role === one.role))
    problems.push({ pointer: '/contacts', detail: ONE })
  const { contact = {}, at = '/contacts/holder/0' } = one ?? {}
  const reader = contact.type === 'role' ? readForRequests : readContact
  const read = reader(contact, { at, regacc: regaccOf(connection) })
  const form = checkContacts(terms.contacts)
  return { contact: read.contact, problems: one === undefined ? problems : [...problems, ...form, ...read.problems] }
}

const ONE = 'The order needs one contact, in any role, with its handle and its data.'

/** The account whose number begins every handle of ours. */
export const regaccOf = ({ account }: Pick<Connection, 'account'>): string => String(account['regacc'] ?? '')

const readContact = (given: Contact, { at, regacc }: { at: string; regacc: string }) => {
  const postal = readPostalInfo(given, RULES, at)
  const type = given.type === 'organization' ? 'ORG' : 'PERSON'
  const name = type === 'ORG' ? (postal.info.organization ?? postal.info.name) : postal.info.name
  const phone = given.phone === undefined ? null : parsePhone(given.phone)
  const contact: DenicContact = {
    handle: readHandle(given),
    type,
    name,
    organisations: type === 'PERSON' && postal.info.organization !== null ? [postal.info.organization] : [],
    address: postal.info.street,
    postalCode: postal.info.postalCode,
    city: postal.info.city,
    countryCode: postal.info.country,
    email: given.email ?? null,
    phone: phone?.ok ? dottedPhone(phone.value) : null,
    uriTemplate: null,
  }
  const problems = [...handleProblems(given, regacc), ...formProblems(given, name)].map(atField(at))
  return { contact, problems: [...problems, ...postal.problems] }
}

/** One of type REQUEST, for the roles general-request and abuse: a handle and its template, and no more. */
const readForRequests = (given: Contact, { at, regacc }: { at: string; regacc: string }) => {
  const { uriTemplate } = given
  const parsed = uriTemplate === undefined ? null : parseUriTemplate(uriTemplate)
  const contact: DenicContact = {
    ...{ handle: readHandle(given), type: 'REQUEST', name: null, organisations: [], address: [], postalCode: null },
    ...{ city: null, countryCode: null, email: null, phone: null, uriTemplate: uriTemplate ?? null },
  }
  const others = Object.keys(given).filter((field) => !OF_REQUESTS.includes(field))
  const problems: FieldProblem[] = [
    ...handleProblems(given, regacc),
    ...(parsed === null ? [['uriTemplate', NO_TEMPLATE] as const] : []),
    ...(parsed?.ok === false ? parsed.problems.map(({ detail }) => ['uriTemplate', detail] as const) : []),
    ...others.map((field) => [field, DATA_OF_REQUESTS] as const),
  ]
  return { contact, problems: problems.map(atField(at)) }
}

const OF_REQUESTS: readonly string[] = ['handle', 'type', 'uriTemplate']
const NO_TEMPLATE =
  'A contact for requests needs the address that they go to: a template (RFC 6570) like mailto:abuse@hoster.example or https://hoster.example/abuse{?domain}.'
const DATA_OF_REQUESTS =
  'A contact for requests (type role) has a handle and the template of an address alone; leave this out, or make it a person or organization.'

const atField =
  (at: string) =>
  ([field, detail]: FieldProblem): Problem => ({ pointer: `${at}/${field}`, detail })

const readHandle = ({ handle = '' }: Contact): string => {
  const parsed = parseHandle(handle)
  return parsed.ok ? parsed.value : ''
}

type FieldProblem = readonly [field: string, detail: string]

const handleProblems = ({ handle }: Contact, regacc: string): FieldProblem[] => {
  if (handle === undefined)
    return [
      ['handle', `Choose the handle: it begins with ${regacc}- and has 9 to 32 characters, like ${regacc}-MUSTER.`],
    ]
  const parsed = parseHandle(handle)
  if (!parsed.ok) return parsed.problems.map(({ detail }) => ['handle', detail])
  if (parsed.value.startsWith(`${regacc}-`)) return []
  return [['handle', `${parsed.value} is not one of your account; a handle of yours begins with ${regacc}-.`]]
}

const formProblems = (given: Contact, sent: string | null): FieldProblem[] => [
  ...(given.uriTemplate === undefined ? [] : [['uriTemplate', TEMPLATE_OF_OTHERS] as const]),
  ...(sent === null ? [['name', 'The contact has no name; add that of the person or organisation.'] as const] : []),
  ...(given.type === 'organization' && given.organization !== undefined && given.name !== undefined
    ? [['name', TWO_NAMES] as const]
    : []),
  ...(given.province === undefined
    ? []
    : [['province', 'The registry has no province; write it into the street or city.'] as const]),
  ...(given.email === undefined ? [['email', 'The registry wants an e-mail address; add it.'] as const] : []),
]

const TEMPLATE_OF_OTHERS =
  'Only a contact for requests has a template of an address; leave it out, or make the type role.'
const TWO_NAMES = 'An organisation has one name here; leave the name of the person out, or make the contact a person.'

/** The request as the registry must read it. */
export const contactPairs = (contact: DenicContact, action: ContactAction, reference: string): Pair[] => [
  ['Version', VERSION],
  ['Action', CONTACT_VERBS[action]],
  ['Ctid', reference],
  ['Handle', contact.handle],
  ['Type', contact.type],
  ...optionalPair('Name', contact.name),
  ...contact.organisations.map((name): Pair => ['Organisation', name]),
  ...contact.address.map((line): Pair => ['Address', line]),
  ...optionalPair('PostalCode', contact.postalCode),
  ...optionalPair('City', contact.city),
  ...optionalPair('CountryCode', contact.countryCode),
  ...optionalPair('Email', contact.email),
  ...optionalPair('Phone', contact.phone),
  ...optionalPair('UriTemplate', contact.uriTemplate),
]

export const contactValues = (contact: DenicContact, action: ContactAction, reference: string): TemplateValues => ({
  ...contact,
  reference,
  version: VERSION,
  action: CONTACT_VERBS[action],
})
