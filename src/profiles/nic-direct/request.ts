import { parseDomainName } from '../../core/domain-name.js'
import { Fault, type Problem } from '../../core/errors.js'
import type { OrderTerms } from '../../core/order.js'
import { confirmPairs } from '../confirm-pairs.js'
import { optionalPair, type Pair, parseKeyValue } from '../key-value.js'
import type { Draft, EncodeInput, TemplateValues } from '../profile.js'
import { requireSound, requireWritable } from '../sound-order.js'
import { surplusParts } from '../surplus.js'
import { accountOf } from './account.js'
import { KEYS, type Role, readContacts } from './contacts.js'
import { type Host, readHosts } from './name-servers.js'
import { isDocumented, isSent, OBJECT, operationOf, type SentAction, TAKES } from './operations.js'

type Input = Omit<EncodeInput, 'reference'>

type RobotOrder = {
  action: SentAction
  operation: string
  sld: string
  tld: string
  authInfo: string | null
  handles: Partial<Record<Role, string>>
  hosts: Host[]
  years: string | null
}

/** Everything that would keep an order from becoming a valid request. */
export const check = (input: Input): Problem[] => read(input).problems

/** What the templates see. Throws `Fault` for an order that `check` would have stopped: that is a defect of ours. */
export const encode = (input: EncodeInput): TemplateValues => {
  const { operation, sld, tld, authInfo, handles, hosts, years } = sound(input)
  const { holder = null, admin = null, tech = null, zone = null } = handles
  return {
    ...{ user: accountOf(input.connection.account).userId, reference: input.reference, object: OBJECT, operation },
    ...{ sld, tld, authInfo, holder, admin, tech, zone, nameservers: hosts, years },
  }
}

/**
 * Reads a rendered request back. Its subject begins with the USER_ID. Of a request that is documented each key is held to the order;
 * of the others the envelope is, and of the rest the values, in their order: by which keys the robot wants them only its operator
 * knows, who may write these into the template.
 */
export const confirm = ({ subject, body }: Draft, input: EncodeInput): Problem[] => {
  const order = sound(input)
  const read = parseKeyValue(body, { repeatable: new Set() })
  if (!read.ok) return read.problems
  const [{ pairs }, ...rest] = read.value.sections
  const { userId } = accountOf(input.connection.account)
  const [envelope, fields] = [envelopeOf(order, input.reference), fieldsOf(order)]
  return [
    ...(subject.split(' ')[0] === userId ? [] : [at(`The subject does not begin with the USER_ID ${userId}.`)]),
    ...rest.map(({ name }) => at(`The request has a line [${name}], which the order does not have.`)),
    ...(isDocumented(order.action)
      ? confirmPairs(pairs, [...envelope, ...fields])
      : [
          ...confirmPairs(
            pairs.filter(([key]) => isOfEnvelope(key)),
            envelope,
          ),
          ...confirmValues(
            pairs.filter(([key]) => !isOfEnvelope(key)),
            fields,
          ),
        ]),
  ]
}

const at = (detail: string): Problem => ({ pointer: '', detail })

const ENVELOPE = ['object', 'operation', 'tracking-id']
const isOfEnvelope = (key: string): boolean => ENVELOPE.includes(key.toLowerCase())

/** Names keys alone: one of the values is a password. */
const confirmValues = (written: readonly Pair[], wanted: readonly Pair[]): Problem[] => {
  const odd = written.find(([, value], index) => value !== wanted[index]?.[1])
  if (odd !== undefined)
    return [
      at(`The line "${odd[0]}" is not what the order says at this place; print each field as it is, in its order.`),
    ]
  const missing = wanted[written.length]
  return missing === undefined
    ? []
    : [at(`The request ends before the field that is called "${missing[0]}" here; put it back into the template.`)]
}

const envelopeOf = ({ operation }: RobotOrder, reference: string): Pair[] => [
  ['object', OBJECT],
  ['operation', operation],
  ['tracking-id', reference],
]

/** Keys and order of a registration are documented; the others have those of them that they need, and `auth-info` is ours. */
const fieldsOf = ({ sld, tld, authInfo, handles, hosts, years }: RobotOrder): Pair[] => [
  ['tld', tld],
  ['sld', sld],
  ...optionalPair('auth-info', authInfo),
  ...Object.entries(KEYS).flatMap(([role, key]) => optionalPair(key, handles[role as Role] ?? null)),
  ...hosts.flatMap(({ number, name, address }): Pair[] => [
    [`ns_name_${number}`, name],
    ...optionalPair(`ns_ip_${number}`, address),
  ]),
  ...optionalPair('period', years),
]

const sound = (input: EncodeInput): RobotOrder => {
  const { order, problems } = read(input)
  requireSound(problems)
  if (order === null) throw new Fault('order-unchecked', 'an order has no request here', { temporary: false })
  requireWritable([...envelopeOf(order, input.reference), ...fieldsOf(order)])
  if (/^[0-9a-z_-]{1,255}$/.test(input.reference)) return order
  throw new Fault('reference-invalid', 'a tracking-id has small letters, digits, - and _ alone', { temporary: false })
}

const read = (input: Input): { order: RobotOrder | null; problems: Problem[] } => {
  const { terms, connection } = input
  const { action } = terms
  if (!isSent(action))
    return { order: null, problems: [{ pointer: '/action', detail: `This profile sends no ${action}.` }] }
  const name = readName(terms)
  const contacts = readContacts(input, action)
  const hosts = takesHosts(terms, action) ? readHosts(terms.nameservers) : { hosts: [], problems: [] }
  const problems = [...name.problems, ...contacts.problems, ...hosts.problems, ...termProblems(terms)]
  const empty = action === 'update' && Object.keys(contacts.handles).length + hosts.hosts.length === 0
  return {
    order: {
      ...{ action, operation: operationOf(action, accountOf(connection.account)), sld: name.sld, tld: name.tld },
      ...{ handles: contacts.handles, hosts: hosts.hosts },
      authInfo: action === 'transfer' ? terms.authInfo : null,
      years: action === 'register' && terms.period !== null ? String(terms.period.years) : null,
    },
    problems: [
      ...problems,
      ...(empty && problems.length === 0 ? [at(CHANGES_NOTHING)] : []),
      ...surplusParts(terms, TAKES[action]),
    ],
  }
}

const CHANGES_NOTHING = 'This order changes nothing: give admin, tech or zone contact, name servers, or both.'

const takesHosts = ({ nameservers }: OrderTerms, action: SentAction): boolean =>
  action === 'update' ? nameservers.length > 0 : TAKES[action].some((part) => part === 'nameservers')

/** The first label as people read it ("for IDN - chars must be UTF-8 encoded"), and all that is behind it, like co.uk. */
const readName = ({ domain }: OrderTerms): { sld: string; tld: string; problems: Problem[] } => {
  const parsed = parseDomainName(domain)
  if (!parsed.ok)
    return { sld: '', tld: '', problems: parsed.problems.map(({ detail }) => ({ pointer: '/domain', detail })) }
  const { name, unicodeName } = parsed.value
  return { sld: unicodeName.split('.')[0] ?? '', tld: name.slice(name.indexOf('.') + 1), problems: [] }
}

/** `period` has one digit. */
export const MOST_YEARS = 9

/** Visible characters; that there is one at all is ours. */
const AUTH_INFO = /^[!-~]{1,64}$/

const termProblems = ({ action, period, authInfo }: OrderTerms): Problem[] => [
  ...(action === 'register' && period !== null && period.years > MOST_YEARS
    ? [{ pointer: '/period/years', detail: `The robot takes 1 to ${MOST_YEARS} years.` }]
    : []),
  ...(action === 'transfer' && authInfo !== null && !AUTH_INFO.test(authInfo)
    ? [
        {
          pointer: '/authInfo',
          detail: 'The AuthInfo must be 1 to 64 visible ASCII characters; leave it out where there is none.',
        },
      ]
    : []),
]
