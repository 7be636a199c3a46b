import { CONTACT_ROLES, checkContacts } from '../../core/contact.js'
import type { Contact } from '../../core/domain.js'
import type { Problem } from '../../core/errors.js'
import { dottedPhone, parsePhone } from '../../core/phone.js'
import { type PostalRules, readPostalInfo } from '../../core/postal-info.js'
import type { Pair } from '../key-value.js'
import type { EncodeInput, TemplateValues } from '../profile.js'
import { CONTACT_VERBS, type ContactAction, VERSION } from './codes.js'
import { parseHandle } from './handle.js'
import { surplus } from './surplus.js'

/** A contact in the registry's terms. A person may have organisations; of an organisation the name is its own. */
type DenicContact = {
  handle: string
  type: 'PERSON' | 'ORG'
  name: string
  organisations: string[]
  address: string[]
  postalCode: string
  city: string
  countryCode: string
  email: string
  phone: string | null
}

/** The order language is in UTF-8, so nothing is transliterated. */
const RULES: PostalRules = {
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
  const read = readContact(contact, { at, regacc: String(connection.account['regacc'] ?? '') })
  const form = checkContacts(terms.contacts)
  return { contact: read.contact, problems: one === undefined ? problems : [...problems, ...form, ...read.problems] }
}

const ONE = 'The order needs one contact, in any role, with its handle and its data.'

const readContact = (given: Contact, { at, regacc }: { at: string; regacc: string }) => {
  const postal = readPostalInfo(given, RULES, at)
  const type = given.type === 'organization' ? 'ORG' : 'PERSON'
  const name = type === 'ORG' ? (postal.info.organization ?? postal.info.name) : postal.info.name
  const phone = given.phone === undefined ? null : parsePhone(given.phone)
  const handle = parseHandle(given.handle ?? '')
  const contact: DenicContact = {
    handle: handle.ok ? handle.value : '',
    type,
    name: name ?? '',
    organisations: type === 'PERSON' && postal.info.organization !== null ? [postal.info.organization] : [],
    address: postal.info.street,
    postalCode: postal.info.postalCode ?? '',
    city: postal.info.city ?? '',
    countryCode: postal.info.country ?? '',
    email: given.email ?? '',
    phone: phone?.ok ? dottedPhone(phone.value) : null,
  }
  const problems = [...handleProblems(given, regacc), ...formProblems(given, name)].map(([field, detail]) => ({
    pointer: `${at}/${field}`,
    detail,
  }))
  return { contact, problems: [...problems, ...postal.problems] }
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

const formProblems = ({ type, province, organization, name, email }: Contact, sent: string | null): FieldProblem[] => [
  ...(type === 'role' ? [['type', REQUEST] as const] : []),
  ...(sent === null ? [['name', 'The contact has no name; add that of the person or organisation.'] as const] : []),
  ...(type === 'organization' && organization !== undefined && name !== undefined
    ? [['name', TWO_NAMES] as const]
    : []),
  ...(province === undefined
    ? []
    : [['province', 'The registry has no province; write it into the street or city.'] as const]),
  ...(email === undefined ? [['email', 'The registry wants an e-mail address; add it.'] as const] : []),
]

const REQUEST =
  'A contact for requests has a template of an address in place of data, which this profile does not make; make it at the registry and give its handle.'
const TWO_NAMES = 'An organisation has one name here; leave the name of the person out, or make the contact a person.'

/** The request as the registry must read it. */
export const contactPairs = (contact: DenicContact, action: ContactAction, reference: string): Pair[] => [
  ['Version', VERSION],
  ['Action', CONTACT_VERBS[action]],
  ['Ctid', reference],
  ['Handle', contact.handle],
  ['Type', contact.type],
  ['Name', contact.name],
  ...contact.organisations.map((name): Pair => ['Organisation', name]),
  ...contact.address.map((line): Pair => ['Address', line]),
  ['PostalCode', contact.postalCode],
  ['City', contact.city],
  ['CountryCode', contact.countryCode],
  ['Email', contact.email],
  ...(contact.phone === null ? [] : [['Phone', contact.phone] as const]),
]

export const contactValues = (contact: DenicContact, action: ContactAction, reference: string): TemplateValues => ({
  ...contact,
  reference,
  version: VERSION,
  action: CONTACT_VERBS[action],
})
