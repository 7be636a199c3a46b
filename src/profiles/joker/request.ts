import { hasData } from '../../core/contact.js'
import { parseDomainName } from '../../core/domain-name.js'
import type { Problem } from '../../core/errors.js'
import { confirmPairs, confirmSubject } from '../confirm-pairs.js'
import { optionalPair, type Pair, parseKeyValue } from '../key-value.js'
import type { Draft, EncodeInput, TemplateValues } from '../profile.js'
import { requireSound, requireWritable } from '../sound-order.js'
import { surplusParts } from '../surplus.js'
import { accountOf } from './account.js'
import { withheld } from './capabilities.js'
import { readContacts, readData } from './contacts.js'
import { readHosts } from './name-servers.js'
import { readRecords } from './records.js'
import { isSent, REPEATABLE, type SentAction, TAKES } from './request-types.js'
import { yearsOf } from './years.js'

type Input = Omit<EncodeInput, 'reference'>
type Name = { ace: string; sld: string; tld: string }

/** What an order becomes: lines of a body, and what templates see of them. */
type Reading = { pairs: Pair[]; values: TemplateValues; problems: Problem[] }

/** Everything that would keep an order from becoming a valid request. */
export const check = (input: Input): Problem[] => read(input).problems

/** What the templates see. Throws `Fault` for an order that `check` would have stopped. */
export const encode = (input: EncodeInput): TemplateValues => {
  const { values, type } = sound(input)
  return { request: type, reference: input.reference, ...values }
}

/** The request type is the subject, and our reference is behind it: so the subject is confirmed as the body is. */
export const confirm = ({ subject, body }: Draft, input: EncodeInput): Problem[] => {
  const parsed = parseKeyValue(body, { repeatable: REPEATABLE })
  if (!parsed.ok) return parsed.problems
  const { type, pairs } = sound(input)
  const [head, ...rest] = parsed.value.sections
  return [
    ...confirmSubject(subject, `${type} [${input.reference}]`),
    ...rest.map(({ name }) => ({ pointer: '', detail: `The request has a section [${name}]; it takes none.` })),
    ...confirmPairs(head.pairs, pairs, { secret: new Set([accountOf(input.connection.account).authIdKey ?? '']) }),
  ]
}

const sound = (input: EncodeInput): Reading & { type: string } => {
  const reading = read(input)
  requireSound(reading.problems)
  requireWritable(reading.pairs)
  return reading
}

const read = (input: Input): Reading & { type: string } => {
  const { action } = input.terms
  const { name, problems } = readName(input.terms.domain)
  if (!isSent(action))
    return {
      type: '',
      pairs: [],
      values: {},
      problems: [{ pointer: '/action', detail: `This profile sends no ${action}.` }],
    }
  const { type, ...takes } = TAKES[action]
  const reading = READERS[action](input, name)
  return {
    ...{ type: type.replace('TLD', name.tld), pairs: reading.pairs },
    values: { domain: name.ace, sld: name.sld, tld: name.tld, ...reading.values },
    problems: [...problems, ...reading.problems, ...surplusParts(input.terms, takes.parts)],
  }
}

/** The registrar's requests divide a name after its first label. */
const readName = (domain: string): { name: Name; problems: Problem[] } => {
  const parsed = parseDomainName(domain)
  const ace = parsed.ok ? parsed.value.name : domain
  const [sld = '', tld = '', ...rest] = ace.split('.')
  const detail = parsed.ok
    ? rest.length === 0
      ? null
      : `${ace} is not right below a top-level domain, and requests name nothing else.`
    : parsed.problems.map((problem) => problem.detail).join(' ')
  return { name: { ace, sld, tld }, problems: detail === null ? [] : [{ pointer: '/domain', detail }] }
}

const DOMAIN_ROLES = ['holder', 'admin', 'tech', 'billing'] as const

const READERS: Record<SentAction, (input: Input, name: Name) => Reading> = {
  register: (input, { ace, tld }) => {
    const contacts = readContacts(input, { roles: DOMAIN_ROLES, needed: true, asData: true, tld })
    const hosts = readHosts(input.terms.nameservers, { create: true })
    const years = yearsOf(input.terms, tld)
    const language = readLanguage(input, ace)
    return {
      pairs: [
        ...namePairs(ace),
        ...optionalPair('language0', language.code),
        ['period', years.text],
        ...contacts.pairs,
        ...hosts.pairs,
      ],
      values: {
        ...{ language: language.code, years: years.text },
        ...{ contacts: asFields(contacts.pairs), nameservers: asFields(hosts.pairs) },
      },
      problems: [...language.problems, ...years.problems, ...contacts.problems, ...hosts.problems],
    }
  },
  transfer: (input, { ace, tld }) => {
    const contacts = readContacts(input, { roles: ['billing'], needed: true, asData: false, tld })
    const { authIdKey = '' } = accountOf(input.connection.account)
    const authInfo = input.terms.authInfo ?? ''
    const why = withheld('transfer', input.connection.account)
    return {
      pairs: [...namePairs(ace), [authIdKey, authInfo], ...contacts.pairs],
      values: { authIdKey, authInfo, contacts: asFields(contacts.pairs) },
      problems: [
        ...(why === null ? [] : [{ pointer: '/action', detail: why }]),
        ...(AUTH_INFO.test(authInfo) ? [] : [{ pointer: '/authInfo', detail: NO_AUTH_INFO }]),
        ...contacts.problems,
      ],
    }
  },
  'update-nameservers': (input, name) => {
    const hosts = readHosts(input.terms.nameservers, { create: false })
    return {
      pairs: [...splitPairs(name), ...hosts.pairs],
      values: { nameservers: asFields(hosts.pairs) },
      problems: hosts.problems,
    }
  },
  update: (input, name) => {
    const { nameservers } = input.terms
    const roles = ['admin', 'tech', 'billing'] as const
    const contacts = readContacts(input, { roles, needed: false, asData: false, tld: name.tld })
    const hosts = nameservers.length === 0 ? { pairs: [], problems: [] } : readHosts(nameservers, { create: false })
    const pairs = [...contacts.pairs, ...hosts.pairs]
    const empty = pairs.length + contacts.problems.length + hosts.problems.length === 0
    return {
      pairs: [...splitPairs(name), ...pairs],
      values: { contacts: asFields(contacts.pairs), nameservers: asFields(hosts.pairs) },
      problems: [...contacts.problems, ...hosts.problems, ...(empty ? [{ pointer: '', detail: CHANGES_NOTHING }] : [])],
    }
  },
  renew: ({ terms, domain }, { ace, tld }) => {
    const years = yearsOf(terms, tld, domain)
    return {
      pairs: [['domains0', `${ace}:${years.text}`]],
      values: { years: years.text },
      problems: years.problems,
    }
  },
  close: (_, name) => ({ pairs: [...splitPairs(name), ['force', '1']], values: {}, problems: [] }),
  setup: ({ terms }, { ace }) => {
    const records = readRecords(terms.records, ace)
    return { ...records, pairs: [...namePairs(ace), ...records.pairs], values: { records: asFields(records.pairs) } }
  },
  'create-contact': ({ terms }, { tld }) => {
    const all = Object.entries(terms.contacts).flatMap(([role, list]) => list.map((contact) => ({ role, contact })))
    const [one] = all
    if (one === undefined || all.length > 1 || !hasData(one.contact))
      return { pairs: [], values: {}, problems: [{ pointer: '/contacts', detail: ONE_CONTACT }] }
    const { pairs, problems } = readData(one.contact, { at: `/contacts/${one.role}/0`, prefix: '', tld })
    return { pairs, values: { contacts: asFields(pairs) }, problems }
  },
}

const namePairs = (ace: string): Pair[] => [['domains0', ace]]
const splitPairs = ({ sld, tld }: Name): Pair[] => [
  ['tld', tld],
  ['sld', sld],
]

const asFields = (pairs: readonly Pair[]) => pairs.map(([key, value]) => ({ key, value }))

/** Names with letters beyond ASCII are registered in a language. */
const readLanguage = ({ connection }: Input, ace: string): { code: string | null; problems: Problem[] } => {
  if (!ace.startsWith('xn--')) return { code: null, problems: [] }
  const code = accountOf(connection.account).language ?? null
  return { code, problems: code === null ? [{ pointer: '/domain', detail: NO_LANGUAGE }] : [] }
}

const NO_LANGUAGE =
  'The registrar wants the language of a name with letters beyond ASCII: set account.language of the connection.'
const AUTH_INFO = /^[\x21-\x7e]{1,64}$/
const NO_AUTH_INFO =
  'A transfer needs the AuthInfo that the holder got from the present provider: 1 to 64 visible ASCII characters.'
const CHANGES_NOTHING = 'This order changes nothing: give contacts by their handles, name servers, or both.'
const ONE_CONTACT = 'The order needs one contact, in any role, with its data and without a handle.'
