import type { RegistryMemory } from '../memory.js'
import { CODES, error, type Finding } from './codes.js'
import type { Order } from './order.js'
import type { Ruling } from './rules.js'

type Rule = (order: Order, memory: RegistryMemory) => Ruling

const create: Rule = (order, memory) => {
  const handle = handleOf(order)
  if (memory.findContact(handle) !== null)
    return failed(error(CODES.contactExists, `Contact exists already [${handle}]`))
  return put(order, memory)
}

/** The name of a contact stays for ever. */
const update: Rule = (order, memory) => {
  const handle = handleOf(order)
  if (!memory.knowsHandle(handle)) return failed(error(CODES.contactMissing, `Contact does not exist [${handle}]`))
  const before = memory.findContact(handle)?.data.get('name')?.[0]
  if (before !== undefined && before !== order.fields.get('name')?.[0])
    return failed(error(CODES.semantics, 'Name cannot be changed'))
  return put(order, memory)
}

const check: Rule = (order, memory) => {
  const status = !/^DENIC-\d+-/.test(handleOf(order))
    ? 'invalid'
    : memory.knowsHandle(handleOf(order))
      ? 'exists'
      : 'free'
  return asked(order, [`Handle: ${handleOf(order)}`, `Status: ${status}`])
}

const inform: Rule = (order, memory) => {
  const handle = handleOf(order)
  const known = memory.findContact(handle)
  if (known === null) return failed(error(CODES.contactMissing, `Contact does not exist [${handle}]`))
  const lines = [...known.data].flatMap(([key, values]) => values.map((value) => `${key}: ${value}`))
  return asked(order, [`Handle: ${handle}`, ...lines])
}

export const CONTACT_RULES: Record<string, Rule> = { CREATE: create, UPDATE: update, CHECK: check, INFO: inform }

const DATA = [
  ...['type', 'name', 'organisation', 'address', 'postalcode', 'city', 'countrycode', 'email', 'phone', 'uritemplate'],
]
const REQUIRED = ['type', 'name', 'address', 'postalcode', 'city', 'countrycode', 'email']

const put = (order: Order, memory: RegistryMemory): Ruling => {
  const faults = complaints(order).map((text) => error(CODES.semantics, text))
  if (faults.length > 0) return failed(...faults)
  const data = new Map([...order.fields].filter(([key]) => DATA.includes(key)))
  memory.saveContact({ handle: handleOf(order), data })
  return { result: 'success', findings: [] }
}

const complaints = (order: Order): string[] => [
  ...(/^DENIC-[0-9]+-[A-Z0-9-]{1,22}$/i.test(order.handle ?? '') && (order.handle ?? '').length <= 32
    ? []
    : ['Handle is invalid']),
  ...(order.fields.get('type')?.[0] === 'REQUEST' ? requestComplaints(order) : dataComplaints(order)),
]

/** A contact for requests has a mail or web address, with or without places to fill in, and nothing of a person. */
const requestComplaints = ({ fields }: Order): string[] => [
  ...DATA.filter((key) => key !== 'type' && key !== 'uritemplate' && fields.has(key)).map(
    (key) => `Key does not belong to a contact of type REQUEST [${key}]`,
  ),
  ...(/^(mailto:|https?:\/\/)[^\s<>"]+$/.test(fields.get('uritemplate')?.[0] ?? '') ? [] : ['UriTemplate is invalid']),
]

const dataComplaints = ({ fields }: Order): string[] => {
  const first = (key: string) => fields.get(key)?.[0] ?? ''
  const long = [...fields].filter(([key, values]) => values.some((value) => value.length > (LONGEST[key] ?? 255)))
  return [
    ...(fields.has('uritemplate') ? ['UriTemplate belongs to a contact of type REQUEST'] : []),
    ...REQUIRED.filter((key) => !fields.has(key)).map((key) => `Key is missing [${key}]`),
    ...long.map(([key]) => `Value is too long [${key}]`),
    ...(['PERSON', 'ORG'].includes(first('type')) ? [] : [`Type is not supported here [${first('type')}]`]),
    ...(first('type') !== 'PERSON' && fields.has('organisation') ? ['Organisation belongs to a person'] : []),
    ...(/^[A-Z]{2}$/.test(first('countrycode')) ? [] : ['CountryCode is invalid']),
    ...(!fields.has('phone') || /^\+\d{1,3}\.\d{1,14}$/.test(first('phone')) ? [] : ['Phone is invalid']),
  ]
}

const LONGEST: Record<string, number> = { postalcode: 20, city: 80 }

const handleOf = ({ handle }: Order): string => (handle ?? '').toUpperCase()

const failed = (...findings: Finding[]): Ruling => ({ result: 'failed', findings })

const asked = (order: Order, data: string[]): Ruling =>
  order.reference === null
    ? { result: 'success', findings: [], data }
    : failed(error(CODES.semantics, `Ctid is not allowed with ${order.action}`))
