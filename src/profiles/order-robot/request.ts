import { parseDomainName } from '../../core/domain-name.js'
import { Fault, type Problem } from '../../core/errors.js'
import { confirmPairs, confirmSubject } from '../confirm-pairs.js'
import type { Pair } from '../key-value.js'
import { readServers, repeatedServers } from '../name-servers.js'
import type { Draft, EncodeInput, TemplateValues } from '../profile.js'
import { requireSound } from '../sound-order.js'
import { type Part, surplusParts } from '../surplus.js'
import { accountOf } from './account.js'
import { HANDLE_NO_ADDRESS, readContacts } from './contacts.js'
import { FORM, isWritable, readForm } from './form-lines.js'
import { hasHandleDomain } from './handle.js'
import { isLockable, isSent, LOCKABLE, TAKES } from './robot-actions.js'

type Input = Omit<EncodeInput, 'reference'>
type Reading = { name: string; word: string; head: Pair[]; fields: Pair[]; problems: Problem[] }

/** Everything that would keep an order from becoming a valid form. */
export const check = (input: Input): Problem[] => read(input).problems

/** What the templates see. Throws `Fault` for an order that `check` would have stopped. */
export const encode = (input: EncodeInput): TemplateValues => {
  const { name, fields } = sound(input)
  const { admin, domainField } = accountOf(input.connection.account)
  return {
    ...{ reference: input.reference, domain: name, domainField, admin, debug: debugOf(input) },
    fields: fields.map(([key, value]) => ({ key, value })),
  }
}

/**
 * Reads the form back and compares it field by field. It has the name of the file that the order would be (`dom-order.<domain>`) as
 * its subject; our reference is above its first marker, where the robot reads nothing.
 */
export const confirm = ({ subject, body }: Draft, input: EncodeInput): Problem[] => {
  const { name, head, fields } = sound(input)
  const form = readForm(body, FORM)
  if (!form.ok) return form.problems
  const lines = form.value.outside.split('\n').filter((line) => line !== '')
  const reference = `Reference: ${input.reference}`
  return [
    ...confirmSubject(subject, `dom-order.${name}`),
    ...(lines.length === 1 && lines[0] === reference
      ? []
      : [{ pointer: '', detail: `Outside the markers the request must have the line "${reference}" and no other.` }]),
    ...confirmPairs(form.value.pairs, [...head, ...fields], { secret: secretOf(input) }),
  ]
}

const secretOf = ({ connection }: Input): ReadonlySet<string> =>
  new Set([(accountOf(connection.account).authInfoField ?? '').toLowerCase()])

/** Never anything outside of test mode, whatever a connection has become since its account was checked. */
const debugOf = ({ connection }: Input): string =>
  connection.mode === 'test' ? accountOf(connection.account).debug : ''

const sound = (input: EncodeInput): Reading => {
  const reading = read(input)
  requireSound(reading.problems)
  if ([...reading.head, ...reading.fields].every(([, value]) => isWritable(value))) return reading
  throw new Fault('order-unwritable', 'a value of the form has a character that cannot stand in it', {
    temporary: false,
  })
}

const read = (input: Input): Reading => {
  const { terms, connection } = input
  const { action } = terms
  const account = accountOf(connection.account)
  const parsed = parseDomainName(terms.domain)
  const name = parsed.ok ? parsed.value.name : terms.domain
  const problems: Problem[] = parsed.ok ? [] : parsed.problems.map(({ detail }) => ({ pointer: '/domain', detail }))
  if (!isSent(action)) {
    const detail = `This profile sends no ${action}.`
    return { name, word: '', head: [], fields: [], problems: [...problems, { pointer: '/action', detail }] }
  }
  const { word } = TAKES[action]
  const takes: readonly Part[] = TAKES[action].takes
  const hasAuthInfo = action === 'transfer' && account.authInfoField !== undefined
  const contacts = takes.includes('contacts')
    ? readContacts(input, { needed: action === 'register' || action === 'transfer' })
    : NOTHING
  const hosts = takes.includes('nameservers') ? readHosts(input) : NOTHING
  const authInfo = hasAuthInfo ? readAuthInfo(input, account.authInfoField ?? '') : NOTHING
  const fields = [...authInfo.pairs, ...contacts.pairs, ...hosts.pairs]
  const all = [...contacts.problems, ...hosts.problems, ...authInfo.problems]
  const empty = word === 'update' && fields.length + all.length === 0
  return {
    ...{ name, word, fields },
    head: [
      ['ROBOT_DEBUG', debugOf(input)],
      ['DOMAIN_ADMIN', account.admin],
      ['DOMAIN_ACTION', word],
      [account.domainField, name],
    ],
    problems: [
      ...problems,
      ...all,
      ...(empty ? [{ pointer: '', detail: 'This order changes nothing: give contacts, name servers, or both.' }] : []),
      ...lockProblems(action, name),
      ...addressProblems(input),
      ...surplusParts(terms, hasAuthInfo ? [...takes, 'authInfo'] : takes),
    ],
  }
}

const NOTHING: { pairs: Pair[]; problems: Problem[] } = { pairs: [], problems: [] }

/** The robot keeps locks for these alone; elsewhere a foreign transfer is consented to whatever it is told. */
const lockProblems = (action: string, name: string): Problem[] => {
  if ((action !== 'lock' && action !== 'release') || isLockable(name)) return []
  const tld = name.slice(name.lastIndexOf('.') + 1)
  return [{ pointer: '/domain', detail: `The robot locks no .${tld} name, only: ${[...LOCKABLE].join(', ')}.` }]
}

/** Whom we would tell of the order must be somebody, and no handle. */
const addressProblems = ({ terms, connection }: Input): Problem[] => {
  const account = accountOf(connection.account)
  const told = [
    ['/notify', terms.notify],
    ['/account/email', terms.account.email],
  ] as const
  return told
    .filter(([, address]) => address !== null && hasHandleDomain(address, account))
    .map(([pointer]) => ({ pointer, detail: HANDLE_NO_ADDRESS }))
}

const readAuthInfo = ({ terms }: Input, field: string): typeof NOTHING => {
  if (terms.authInfo === null) return NOTHING
  return AUTH_INFO.test(terms.authInfo)
    ? { pairs: [[field, terms.authInfo]], problems: [] }
    : { pairs: [], problems: [{ pointer: '/authInfo', detail: NO_AUTH_INFO }] }
}

/** Visible characters that can stand between quotation marks. */
export const AUTH_INFO = /^[\x21\x23-\x7e]{1,64}$/
const NO_AUTH_INFO = 'The AuthInfo must be 1 to 64 visible ASCII characters without a quotation mark.'

/** Our choice: what registries take. */
export const FEWEST_HOSTS = 2
export const MOST_HOSTS = 13

/** All name servers, or none where the robot's own are wanted. The fields behind NS_ are ours. */
const readHosts = ({ terms: { action, nameservers } }: Input): typeof NOTHING => {
  const at = '/nameservers'
  const { servers, problems } = readServers(nameservers, at)
  const few =
    servers.length === 1 || servers.length > MOST_HOSTS || (action === 'update-nameservers' && servers.length === 0)
  const detail = `There are ${servers.length} name servers; give ${FEWEST_HOSTS} to ${MOST_HOSTS}.`
  const pairs = servers.flatMap(({ host, addresses }, index): Pair[] => [
    [`NS_${index + 1}_NAME`, host],
    ...addresses.map((address, nth): Pair => [`NS_${index + 1}_ADDRESS_${nth + 1}`, address]),
  ])
  return {
    pairs,
    problems: [...problems, ...repeatedServers(servers, at), ...(few ? [{ pointer: at, detail }] : [])],
  }
}
