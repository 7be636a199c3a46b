import { Fault, type Problem } from '../../core/errors.js'
import { type Pair, parseKeyValue, writeKeyValue } from '../key-value.js'
import type { EncodeInput, TemplateValues } from '../profile.js'
import { isContactAction, isQuestion, LETTER_VERB, REPEATABLE_IN_ORDERS, VERBS, VERSION } from './codes.js'
import { contactPairs, contactValues, readContactOrder } from './contact-order.js'
import { type DenicOrder, readOrder } from './order.js'
import { questionPairs, questionValues, readQuestion } from './question.js'
import { hasPart } from './surplus.js'

/** A client transaction id: 3 to 64 visible characters. */
const CTID = /^[\x21-\x7e]{3,64}$/

/** What an order becomes, once its reference is known: the request as the registry must read it, and what templates see. */
type Reading = {
  problems: Problem[]
  pairs(reference: string): Pair[]
  values(reference: string): TemplateValues
}

/**
 * Reads an order of any kind. `check` reports the problems, and `encode` and `confirm` use the same reading, so that what was
 * checked is what is sent.
 */
const read = (input: Omit<EncodeInput, 'reference'>): Reading => {
  const { action } = input.terms
  if (isContactAction(action)) {
    const { contact, problems } = readContactOrder(input, action)
    return {
      problems,
      pairs: (reference) => contactPairs(contact, action, reference),
      values: (reference) => contactValues(contact, action, reference),
    }
  }
  if (isQuestion(action)) {
    const { question, problems } = readQuestion(input, action)
    return {
      problems,
      pairs: () => questionPairs(question, action),
      values: (reference) => questionValues(question, action, reference),
    }
  }
  const { order, problems } = readOrder(input)
  return {
    problems,
    pairs: (reference) => (order === null ? [] : pairsOf(order, reference)),
    values: (reference) => (order === null ? {} : valuesOf(order, reference)),
  }
}

/** Everything that would keep an order from becoming a valid request. */
export const check = (input: Omit<EncodeInput, 'reference'>): Problem[] => read(input).problems

/** What the templates see. Throws `Fault` for an order that `check` would have stopped: that is a defect of ours. */
export const encode = (input: EncodeInput): TemplateValues => sound(input).values(input.reference)

const valuesOf = (order: DenicOrder, reference: string): TemplateValues => {
  const { action } = order
  return {
    reference,
    version: VERSION,
    action: verbOf(order),
    domain: order.unicode,
    domainAce: order.ace,
    ...(hasPart(action, 'dns') ? objectOf(order) : {}),
    ...(action === 'close' ? { holders: order.holders } : {}),
    ...(action === 'transit' ? { disconnect: order.disconnect } : {}),
    ...(action === 'create-authinfo' ? { authInfoHash: order.authInfoHash, authInfoExpire: order.authInfoExpire } : {}),
  }
}

const verbOf = ({ action, authInfoHash }: DenicOrder): string =>
  action === 'create-authinfo' && authInfoHash === null ? LETTER_VERB : VERBS[action]

/** What a request says that sends the domain whole. */
const objectOf = (order: DenicOrder): TemplateValues => ({
  holders: order.holders,
  generalRequest: order.generalRequest,
  abuse: order.abuse,
  nameservers: order.nameservers,
  records: order.entries,
  dnskeys: order.dnskeys,
  authInfo: order.authInfo,
})

/**
 * Reads a rendered body back and compares it with the order, key by key: what the template left out, added or changed is
 * a problem each. Keys are compared in any case, and repeated ones as sets.
 */
export const confirm = (body: string, input: EncodeInput): Problem[] => {
  const parsed = parseKeyValue(body, { repeatable: REPEATABLE_IN_ORDERS })
  if (!parsed.ok) return parsed.problems
  const [head, ...rest] = parsed.value.sections
  const wanted = byKey(sound(input).pairs(input.reference))
  const written = byKey(head.pairs)
  const keys = new Set([...wanted.keys(), ...written.keys()])
  const differing = [...keys].filter((key) => !sameSet(wanted.get(key) ?? [], written.get(key) ?? []))
  return [
    ...rest.map(({ name }) => at(`The request has a section [${name}], which the order does not have.`)),
    ...differing.map((key) => at(difference(key, wanted.get(key) ?? [], written.get(key) ?? []))),
  ]
}

const sound = (input: EncodeInput): Reading => {
  const reading = read(input)
  if (reading.problems.length > 0)
    throw new Fault('order-unchecked', 'an order came to be encoded that its check would have refused', {
      temporary: false,
    })
  if (!CTID.test(input.reference))
    throw new Fault('reference-invalid', 'a reference must have 3 to 64 visible ASCII characters', { temporary: false })
  const written = writeKeyValue(reading.pairs(input.reference))
  if (written.ok) return reading
  throw new Fault('order-unwritable', written.problems.map(({ detail }) => detail).join(' '), { temporary: false })
}

/** The request as the registry must read it. */
const pairsOf = (order: DenicOrder, reference: string): Pair[] => [
  ['Version', VERSION],
  ['Action', verbOf(order)],
  ['Ctid', reference],
  ['Domain', order.unicode],
  ['Domain-Ace', order.ace],
  ...order.holders.map((handle): Pair => ['Holder', handle]),
  ...optional('Generalrequest', order.generalRequest),
  ...optional('Abusecontact', order.abuse),
  ...order.nameservers.map((line): Pair => ['Nserver', line]),
  ...order.entries.map((line): Pair => ['Nsentry', line]),
  ...order.dnskeys.map((key): Pair => ['Dnskey', key]),
  ...optional('AuthInfo', order.authInfo),
  ...optional('AuthInfoHash', order.authInfoHash),
  ...optional('AuthInfoExpire', order.authInfoExpire),
  ...optional('Disconnect', order.disconnect),
]

const optional = (key: string, value: string | null): Pair[] => (value === null ? [] : [[key, value]])

const byKey = (pairs: readonly Pair[]): Map<string, string[]> => {
  const values = new Map<string, string[]>()
  for (const [key, value] of pairs) values.set(key.toLowerCase(), [...(values.get(key.toLowerCase()) ?? []), value])
  return values
}

const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  [...a].sort().join('\n') === [...b].sort().join('\n')

const at = (detail: string): Problem => ({ pointer: '', detail })

/** Names the key; values too, but never a password. */
const difference = (key: string, wanted: readonly string[], written: readonly string[]): string => {
  if (wanted.length === 0)
    return `The request has a line "${key}", which the order does not have; take it out of the template.`
  if (written.length === 0) return `The request has no line "${key}"; put it back into the template.`
  if (key === 'authinfo' || key === 'authinfohash')
    return `The line "${key}" is not what the order says; print the field as it is.`
  return `The line "${key}" says ${written.join(', ')}, and the order says ${wanted.join(', ')}; print the field as it is.`
}
