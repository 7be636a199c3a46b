import { Fault, type Problem } from '../../core/errors.js'
import { confirmPairs } from '../confirm-pairs.js'
import { optionalPair, type Pair, parseKeyValue } from '../key-value.js'
import type { Draft, EncodeInput, TemplateValues } from '../profile.js'
import { requireSound, requireWritable } from '../sound-order.js'
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
 * a problem each. The subject means nothing to the registry.
 */
export const confirm = ({ body }: Draft, input: EncodeInput): Problem[] => {
  const parsed = parseKeyValue(body, { repeatable: REPEATABLE_IN_ORDERS })
  if (!parsed.ok) return parsed.problems
  const [head, ...rest] = parsed.value.sections
  return [
    ...rest.map(({ name }) => ({
      pointer: '',
      detail: `The request has a section [${name}], which the order does not have.`,
    })),
    ...confirmPairs(head.pairs, sound(input).pairs(input.reference), { secret: PASSWORDS }),
  ]
}

const PASSWORDS: ReadonlySet<string> = new Set(['authinfo', 'authinfohash'])

const sound = (input: EncodeInput): Reading => {
  const reading = read(input)
  requireSound(reading.problems)
  if (!CTID.test(input.reference))
    throw new Fault('reference-invalid', 'a reference must have 3 to 64 visible ASCII characters', { temporary: false })
  requireWritable(reading.pairs(input.reference))
  return reading
}

/** The request as the registry must read it. */
const pairsOf = (order: DenicOrder, reference: string): Pair[] => [
  ['Version', VERSION],
  ['Action', verbOf(order)],
  ['Ctid', reference],
  ['Domain', order.unicode],
  ['Domain-Ace', order.ace],
  ...order.holders.map((handle): Pair => ['Holder', handle]),
  ...optionalPair('Generalrequest', order.generalRequest),
  ...optionalPair('Abusecontact', order.abuse),
  ...order.nameservers.map((line): Pair => ['Nserver', line]),
  ...order.entries.map((line): Pair => ['Nsentry', line]),
  ...order.dnskeys.map((key): Pair => ['Dnskey', key]),
  ...optionalPair('AuthInfo', order.authInfo),
  ...optionalPair('AuthInfoHash', order.authInfoHash),
  ...optionalPair('AuthInfoExpire', order.authInfoExpire),
  ...optionalPair('Disconnect', order.disconnect),
]
