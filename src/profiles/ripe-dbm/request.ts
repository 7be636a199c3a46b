import { Fault, type Problem } from '../../core/errors.js'
import { confirmPairs, confirmSubject } from '../confirm-pairs.js'
import { type Pair, parseKeyValue } from '../key-value.js'
import type { Draft, EncodeInput, TemplateValues } from '../profile.js'
import { requireSound, requireWritable } from '../sound-order.js'
import { type DomainObject, ROLES, readOrder, roles } from './order.js'

/** The pseudo attribute that deletes an object has to say why. */
const REASON = 'no longer used'

/** Attributes of which an object may have several. */
const REPEATABLE: ReadonlySet<string> = new Set('descr admin-c tech-c zone-c nserver ds-rdata notify mnt-by'.split(' '))

/** Everything that would keep an order from becoming a valid request. */
export const check = (input: Omit<EncodeInput, 'reference'>): Problem[] => readOrder(input).problems

/** What the templates see. Throws `Fault` for an order that `check` would have stopped: that is a defect of ours. */
export const encode = (input: EncodeInput): TemplateValues => {
  const object = sound(input)
  const { account, contacts } = object
  return {
    subject: subjectOf(object, input.reference),
    ...{ reference: input.reference, domain: object.domain, descriptions: account.description ?? [] },
    organisation: account.organisation ?? null,
    ...{ admins: contacts.admin, techs: contacts.tech, zones: contacts.zone },
    ...{ nameservers: object.nameservers, ds: object.ds, notifies: account.notify ?? [] },
    ...{ maintainers: account.maintainers, source: account.source },
    ...(object.action === 'close' ? { reason: REASON } : {}),
  }
}

/**
 * RIPE takes a subject of `NEW` as an order to create and never to change, so that no registration overwrites an object. Any
 * other subject is reported as no keyword and passed over: there it can be our reference, for people who look for a mail.
 */
const subjectOf = ({ action, account }: DomainObject, reference: string): string =>
  action === 'register' && account.dialect !== 'irrd' ? 'NEW' : reference

/**
 * Reads a rendered draft back and compares it with the order, attribute by attribute. It has to be one object: an empty line
 * would end it, a blank or a plus at the beginning of a line would continue the line before, and `#` would begin a comment. The
 * subject is compared too, because a keyword in it is an order.
 */
export const confirm = ({ subject, body }: Draft, input: EncodeInput): Problem[] => {
  const object = sound(input)
  const lines = body.replace(/\n+$/, '').split('\n')
  const odd = lines.findIndex((line) => line.trim() === '' || /^[\s+%]/.test(line) || line.includes('#'))
  if (odd !== -1)
    return [
      at(
        `Line ${odd + 1} of the request is empty, continues another, or has a comment; an object has one attribute a line.`,
      ),
    ]
  const parsed = parseKeyValue(body, { repeatable: REPEATABLE })
  if (!parsed.ok) return parsed.problems
  const [{ pairs }, ...sections] = parsed.value.sections
  return [
    ...sections.map(({ name }) => at(`The request has a line [${name}], which is no attribute.`)),
    ...(pairs[0]?.[0].toLowerCase() === 'domain' ? [] : [at('The first line of the request must be "domain".')]),
    ...confirmPairs(pairs, pairsOf(object)),
    ...confirmSubject(subject, subjectOf(object, input.reference)),
  ]
}

const sound = (input: EncodeInput): DomainObject => {
  const { object, problems } = readOrder(input)
  requireSound(problems)
  if (object === null)
    throw new Fault('order-unchecked', 'an order that is none came to be encoded', { temporary: false })
  requireWritable(pairsOf(object))
  return object
}

/** The object as the registry must read it. */
const pairsOf = ({ action, account, domain, contacts, nameservers, ds }: DomainObject): Pair[] => [
  ['domain', domain],
  ...each('descr', account.description),
  ...each('org', account.organisation === undefined ? [] : [account.organisation]),
  ...roles.flatMap((role) => each(ROLES[role], contacts[role])),
  ...each('nserver', nameservers),
  ...each('ds-rdata', ds),
  ...each('notify', account.notify),
  ...each('mnt-by', account.maintainers),
  ['source', account.source],
  ...(action === 'close' ? each('delete', [REASON]) : []),
]

const each = (key: string, values: readonly string[] = []): Pair[] => values.map((value): Pair => [key, value])

const at = (detail: string): Problem => ({ pointer: '', detail })
