import { CONTACT_ROLES, type ContactRole } from '../../../core/contact.js'
import type { Form } from '../frame/form.js'
import { CONTACT_FIELDS, type ContactField, type ContactQuestion, type OrderQuestions } from './order-questions.js'

/** All that was typed so far, by the names of the form's fields; what is empty is absent. The AuthInfo is never in it. */
export type Draft = Readonly<Partial<Record<string, string>>>

/** Asked for first: they say where the order goes, and what else it needs. */
export const FIRST_NAMES = ['account.id', 'account.type', 'account.email', 'action', 'domain', 'connection'] as const

const OTHER_NAMES = [
  ...([
    'billingOrderId',
    'paid',
    'period.years',
    'nameservers',
    'records',
    'dnssec',
    'noDnssec',
    'withAuthInfo',
  ] as const),
  ...(['disconnect', 'notify', 'price.amount', 'price.currency'] as const),
  ...(['agreement.accepted', 'agreement.version', 'agreement.acceptedBy', 'agreement.acceptedAt'] as const),
] as const

export const contactName = (role: ContactRole, field: ContactField): string => `contacts.${role}.${field}`

const CONTACT_NAMES = CONTACT_ROLES.flatMap((role) => CONTACT_FIELDS.map((field) => contactName(role, field)))

/** `key` is the Idempotency-Key of the form: sent twice, it is one order. */
const NAMES: readonly string[] = ['key', ...FIRST_NAMES, ...OTHER_NAMES, ...CONTACT_NAMES]

export const readDraft = (form: Form): Draft => draftOf((name) => form.text(name).replaceAll(/\r\n?/g, '\n').trim())

export const draftOf = (text: (name: string) => string): Draft =>
  Object.fromEntries(NAMES.map((name) => [name, text(name)]).filter(([, value]) => value !== ''))

/** The names of the fields that a form of these questions has, beside those that are asked for first. */
export const namesFor = ({ fields, contacts }: OrderQuestions): string[] => {
  const own = [...fields.keys()].flatMap((name) => FIELDS_OF[name] ?? [name])
  const people = contacts.flatMap(({ role, fields: asked }) => asked.map((field) => contactName(role, field)))
  return [...ALWAYS, ...own, ...people]
}

const ALWAYS = [
  ...(['billingOrderId', 'paid', 'notify', 'price.amount', 'price.currency'] as const),
  ...(['agreement.accepted', 'agreement.version', 'agreement.acceptedBy', 'agreement.acceptedAt'] as const),
]

const FIELDS_OF: Partial<Record<string, readonly string[]>> = {
  period: ['period.years'],
  dnssec: ['dnssec', 'noDnssec'],
  authInfo: ['withAuthInfo'],
}

/** The first answers in the words of an order's body. */
export const firstPart = (draft: Draft) => ({
  account: { id: draft['account.id'], type: draft['account.type'], email: draft['account.email'] ?? null },
  action: draft['action'],
  domain: draft['domain'],
  connection: draft['connection'] ?? null,
})

/** The body of `POST /v1/orders` that was typed, as far as it was asked for. Its schema says what is wrong with it. */
export const bodyOf = (draft: Draft, questions: OrderQuestions, authInfo: string | null): Record<string, unknown> => {
  const names = namesFor(questions)
  const said = (name: string): string | null => (names.includes(name) ? (draft[name] ?? null) : null)
  const [amount, currency, years] = [said('price.amount'), said('price.currency'), said('period.years')]
  const [nameservers, records, dnssec] = [said('nameservers'), said('records'), said('dnssec')]
  return {
    ...firstPart(draft),
    origin: 'control-centre',
    billingOrderId: said('billingOrderId'),
    paid: said('paid') === 'yes',
    notify: said('notify'),
    price: amount === null && currency === null ? null : { amount, currency },
    period: years === null ? null : { years: /^\d{1,9}$/.test(years) ? Number(years) : years },
    nameservers: nameservers === null ? null : linesOf(nameservers).map(nameserverOf),
    records: records === null ? null : linesOf(records),
    dnssec: said('noDnssec') === 'yes' ? [] : dnssec === null ? null : linesOf(dnssec),
    disconnect: yesOrNo(said('disconnect')),
    authInfo,
    contacts: contactsOf(draft, questions.contacts),
    agreement: said('agreement.accepted') === 'yes' ? acceptanceOf(draft) : null,
  }
}

const acceptanceOf = (draft: Draft) => ({
  version: draft['agreement.version'],
  acceptedBy: draft['agreement.acceptedBy'],
  acceptedAt: draft['agreement.acceptedAt'],
})

const yesOrNo = (text: string | null): boolean | null => (text === 'yes' ? true : text === 'no' ? false : null)

const linesOf = (text: string): string[] =>
  text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]))

/** A host, and behind it the addresses of its glue. */
const nameserverOf = (line: string): { host: string; addresses?: string[] } => {
  const [host = '', ...addresses] = wordsOf(line)
  return addresses.length === 0 ? { host } : { host, addresses }
}

const wordsOf = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== '')

const contactsOf = (draft: Draft, questions: readonly ContactQuestion[]): Record<string, unknown> | null => {
  const given = questions.flatMap((question) => {
    const contact = contactOf(draft, question)
    return contact === null ? [] : [[question.role, contact] as const]
  })
  return given.length === 0 ? null : Object.fromEntries(given)
}

/** A contact by its data, or one or more by their handles. */
const contactOf = (draft: Draft, { role, fields }: ContactQuestion): unknown => {
  const said = fields.flatMap((field) => {
    const text = draft[contactName(role, field)]
    return text === undefined ? [] : [[field, field === 'street' ? linesOf(text) : text] as const]
  })
  if (said.length === 0) return null
  const data = Object.fromEntries(said)
  const handles = said.length === 1 && typeof data['handle'] === 'string' ? wordsOf(data['handle']) : []
  return handles.length > 1 ? handles.map((handle) => ({ handle })) : data
}

/** All of it but what the page itself asks for, to be carried along. */
export const carried = (draft: Draft, shown: readonly string[]): [string, string][] =>
  Object.entries(draft).flatMap(([name, value]): [string, string][] =>
    value === undefined || shown.includes(name) ? [] : [[name, value]],
  )
