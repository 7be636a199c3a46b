import type { Contact, Contacts, Nameserver } from '../core/domain.js'
import { type Checked, ok, type Problem, wrong } from '../core/errors.js'
import { CONTACT_GROUPS, FORM_ACTIONS, type FormAction, MOST_NAME_SERVERS } from './fields.js'
import { type FormValues, readForm } from './read-form.js'

/** What a form orders; which domain, and for whom, says the place where it lies. */
export type FormOrder = {
  /** What stands in DOMAIN_ADMIN. */
  admin: string
  action: FormAction
  period: { years: number } | null
  authInfo: string | null
  agreementVersion: string | null
  contacts: Contacts
  nameservers: Nameserver[]
}

type Given = (name: string) => string
type Note = (name: string, detail: string) => void

/** The order of a form, or everything that is wrong with it; the pointer of a problem is `line N`. */
export const readFormOrder = (octets: Buffer): Checked<FormOrder> => {
  const form = readForm(octets)
  if (!form.ok) return form
  const problems: Problem[] = []
  const note: Note = (name, detail) => problems.push({ pointer: lineOf(form.value, name), detail: `${name} ${detail}` })
  const given: Given = (name) => form.value.get(name)?.value ?? ''
  if (given('ROBOT_DEBUG') !== '') note('ROBOT_DEBUG', 'is not empty; it has to stay so.')
  if (given('DOMAIN_ADMIN') === '') note('DOMAIN_ADMIN', 'is empty; write the account that the domain belongs to.')
  const order = {
    admin: given('DOMAIN_ADMIN'),
    action: readAction(given('DOMAIN_ACTION'), note),
    period: readPeriod(given('DOMAIN_PERIOD'), note),
    authInfo: given('DOMAIN_AUTHINFO') || null,
    agreementVersion: given('AGREEMENT_VERSION') || null,
    contacts: readContacts(given, note),
    nameservers: readNameServers(given),
  }
  return problems.length > 0 ? wrong(...problems) : ok(order)
}

/** The line of a field, for problems that are found later; the whole form where it has none. */
export const lineOf = (values: FormValues, name: string): string => {
  const line = values.get(name)?.line
  return line === undefined ? '' : `line ${line}`
}

const readAction = (text: string, note: Note): FormAction => {
  const action = FORM_ACTIONS.find((one) => one === text)
  if (action === undefined)
    note('DOMAIN_ACTION', `is ${text === '' ? 'empty' : `"${text}"`}; choose one of ${FORM_ACTIONS.join(', ')}.`)
  return action ?? 'register'
}

const readPeriod = (text: string, note: Note): FormOrder['period'] => {
  if (text === '') return null
  if (!/^[1-9]\d?$/.test(text)) note('DOMAIN_PERIOD', `is "${text}"; write whole years from 1 to 99, or nothing.`)
  return { years: Number(text) }
}

const readContacts = (given: Given, note: Note): Contacts =>
  Object.fromEntries(
    CONTACT_GROUPS.flatMap(({ prefix, role }) => {
      const contact = readContact(prefix, given, note)
      return contact === null ? [] : [[role, [contact]] satisfies [string, Contact[]]]
    }),
  )

const readContact = (prefix: string, given: Given, note: Note): Contact | null => {
  const field = (suffix: string): string => given(`${prefix}_${suffix}`)
  const contact: Contact = {}
  for (const [key, suffix] of entriesOf(CONTACT_TEXTS)) if (field(suffix) !== '') contact[key] = field(suffix)
  if (field('STREET') !== '') contact.street = [field('STREET')]
  const type = TYPES.find((one) => one === field('TYPE'))
  if (type !== undefined) contact.type = type
  else if (field('TYPE') !== '')
    note(`${prefix}_TYPE`, `is "${field('TYPE')}"; choose one of ${TYPES.join(', ')}, or leave it empty.`)
  const rest = Object.keys(contact).length - (contact.handle === undefined ? 0 : 1)
  if (contact.handle !== undefined && rest > 0)
    note(
      `${prefix}_HANDLE`,
      `is given, and so are other fields of ${prefix}; give the handle alone, or the data alone.`,
    )
  if (contact.country !== undefined && !/^[A-Z]{2}$/.test(contact.country))
    note(`${prefix}_COUNTRY`, `is "${contact.country}"; write two capital letters, such as DE.`)
  return Object.keys(contact).length === 0 ? null : contact
}

/** What a contact of an order says in one text, and the end of the name of its field. */
export const CONTACT_TEXTS = {
  ...({ handle: 'HANDLE', name: 'NAME', organization: 'ORGANIZATION', city: 'CITY', province: 'PROVINCE' } as const),
  ...({ postalCode: 'POSTALCODE', country: 'COUNTRY', phone: 'PHONE', email: 'EMAIL' } as const),
} as const

const TYPES = ['person', 'organization', 'role'] as const

const entriesOf = <Key extends string, Value>(record: Record<Key, Value>): [Key, Value][] =>
  Object.entries(record) as [Key, Value][] // the keys that it was written with

const readNameServers = (given: Given): Nameserver[] =>
  Array.from({ length: MOST_NAME_SERVERS }, (_, index) => given(`NS_${index + 1}`)).flatMap((text) => {
    const [host, ...addresses] = text.split(/[\s,]+/).filter(Boolean)
    return host === undefined ? [] : [{ host, addresses }]
  })
