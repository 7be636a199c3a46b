import { Fault, type Problem } from '../../core/errors.js'
import { confirmPairs } from '../confirm-pairs.js'
import { optionalPair, type Pair, parseKeyValue } from '../key-value.js'
import type { Draft, EncodeInput, TemplateValues } from '../profile.js'
import { requireSound } from '../sound-order.js'
import { type DrsOrder, readOrder } from './order.js'

/** Everything that would keep an order from becoming a valid form. */
export const check = (input: Omit<EncodeInput, 'reference'>): Problem[] => readOrder(input).problems

/** What the templates see. Throws `Fault` for an order that `check` would have stopped: that is a defect of ours. */
export const encode = (input: EncodeInput): TemplateValues => {
  const { account, mode, domain, authInfo, contacts, nameservers } = sound(input)
  const { document, version, language } = account
  return {
    ...{ reference: input.reference, document, version, language, mode, domain, authInfo, contacts },
    nameservers: nameservers.map(([key, value]) => `${key}: ${value}`),
  }
}

/**
 * Reads a rendered form back and compares it with the order, key by key in each section; sections must ascend. A key without a
 * value says nothing, and lines that begin with # are for people.
 */
export const confirm = ({ body }: Draft, input: EncodeInput): Problem[] => {
  const order = sound(input)
  const text = body.replace(/^#.*$/gm, '')
  // What may be there once in each section may be there several times in the whole.
  const read = parseKeyValue(text, { repeatable: new Set(['section', order.account.contacts?.key ?? 'section']) })
  if (!read.ok) return read.problems
  const [head, ...rest] = read.value.sections
  const written = inSections(head.pairs.filter(([, value]) => value !== ''))
  const sections = written.flatMap(([key, value]) => (key === SECTION ? [Number(value)] : []))
  const ascend = sections.every((section, index) => index === 0 || section > (sections[index - 1] ?? 0))
  return [
    ...rest.map(({ name }) => ({
      pointer: '',
      detail: `The form has a line [${name}], which the order does not have.`,
    })),
    ...(ascend ? [] : [{ pointer: '', detail: 'The sections of the form do not ascend; put them into their order.' }]),
    ...confirmPairs(written, inSections(pairsOf(order, input.reference)), { secret: SECRET }),
  ]
}

const SECTION = 'section'
const SECRET: ReadonlySet<string> = new Set(['1/authinfo'])

/** Each key with the section that it stands in: `1/domain`. */
const inSections = (pairs: readonly Pair[]): Pair[] => {
  let section = ''
  return pairs.map(([key, value]): Pair => {
    if (key.toLowerCase() === SECTION) section = value
    return key.toLowerCase() === SECTION ? [SECTION, value] : [`${section}/${key}`, value]
  })
}

/** The form as the robot must read it. */
const pairsOf = ({ account, mode, domain, authInfo, contacts, nameservers }: DrsOrder, reference: string): Pair[] => [
  [SECTION, '0'],
  ['doc-id', account.document],
  ['version', account.version],
  ['reference', reference],
  [SECTION, '1'],
  ['mode', mode],
  ['domain', domain],
  ['language', account.language],
  ...optionalPair('authinfo', authInfo),
  ...contacts.flatMap(({ section, key, id }): Pair[] => [
    [SECTION, section],
    [key, id],
  ]),
  ...(nameservers.length === 0 ? [] : [[SECTION, '6'] as const, ...nameservers]),
]

const sound = (input: EncodeInput): DrsOrder => {
  const { order, problems } = readOrder(input)
  requireSound(problems)
  if (/^[!-~]{3,64}$/.test(input.reference)) return order
  throw new Fault('reference-invalid', 'a reference must have 3 to 64 visible ASCII characters', { temporary: false })
}
