import { createHash } from 'node:crypto'
import type { Action } from '../../core/action.js'
import type { Problem } from '../../core/errors.js'
import { UNSEEN } from '../../core/postal-info.js'
import type { Draft, EncodeInput, TemplateValues } from '../profile.js'
import { requireSound } from '../sound-order.js'
import { type Part, surplusParts } from '../surplus.js'
import { checkContacts, contactTexts, xcpContacts } from './contacts.js'
import { readXcp, textAt, xmlText } from './xcp.js'

/** What each request says of an order. */
const TAKES: Partial<Record<Action, readonly Part[]>> = {
  register: ['contacts', 'nameservers', 'period'],
  transfer: ['contacts', 'authInfo', 'period'],
  'update-nameservers': ['nameservers'],
  renew: ['period'],
}

const MOST_YEARS = 10
const HOSTS = { fewest: 2, most: 13 }

/** What is no character of XML 1.0 (2.2), or is not seen: it could begin nothing of its own, and nobody means it. */
const UNFIT = new RegExp(`${UNSEEN.source}|[\\ufffe\\uffff]`, 'u')

/** Everything that would keep an order from becoming a request. */
export const check = ({ terms, domain, connection }: Omit<EncodeInput, 'reference' | 'at'>): Problem[] => {
  const { action } = terms
  const takes = TAKES[action] ?? []
  return [
    ...surplusParts(terms, takes),
    ...(takes.includes('contacts') ? checkContacts({ terms, connection }) : []),
    ...(takes.includes('nameservers') ? checkHosts(terms.nameservers) : []),
    ...(takes.includes('period') ? checkYears(terms) : []),
    ...unfit([...contactTexts(terms.contacts), ['/authInfo', terms.authInfo ?? '']]),
    ...(action === 'transfer' && terms.authInfo === null
      ? [
          {
            pointer: '/authInfo',
            detail: 'This is missing: a transfer needs the password that the losing registrar gave.',
          },
        ]
      : []),
    ...(action === 'register' && terms.domain.includes('xn--')
      ? [
          {
            pointer: '/domain',
            detail:
              'OpenSRS wants the language of such a name, which an order does not say; register it in its control panel.',
          },
        ]
      : []),
    ...(action === 'renew' && domain?.expiresAt == null
      ? [
          {
            pointer: '/domain',
            detail:
              'Until when it is registered is not known here, and a renewal has to say it; import the domain with its date.',
          },
        ]
      : []),
  ]
}

const unfit = (texts: readonly [string, string][]): Problem[] =>
  texts
    .filter(([, text]) => UNFIT.test(text))
    .map(([pointer]) => ({
      pointer,
      detail: 'This has a line end, another control character or something that is not seen in it; leave that out.',
    }))

const checkHosts = (hosts: EncodeInput['terms']['nameservers']): Problem[] => [
  ...(hosts.length < HOSTS.fewest || hosts.length > HOSTS.most
    ? [
        {
          pointer: '/nameservers',
          detail: `There are ${hosts.length} name servers; give ${HOSTS.fewest} to ${HOSTS.most}.`,
        },
      ]
    : []),
  ...hosts.flatMap(({ addresses }, index) =>
    addresses.length === 0
      ? []
      : [
          {
            pointer: `/nameservers/${index}/addresses`,
            detail:
              'OpenSRS takes hosts by their names alone: make the host in its control panel, and leave its addresses out.',
          },
        ],
  ),
]

const checkYears = ({ action, period }: EncodeInput['terms']): Problem[] => {
  const most = action === 'transfer' ? 1 : MOST_YEARS
  const years = period?.years ?? 1
  return years >= 1 && years <= most
    ? []
    : [
        {
          pointer: '/period/years',
          detail: `${years} years cannot be ordered; give 1${most === 1 ? '' : ` to ${most}`}.`,
        },
      ]
}

/** What a request has to say, by the path of keys in it. */
type Fact = [path: readonly string[], text: string]

const COMMANDS: Partial<Record<Action, [action: string, object: string]>> = {
  register: ['SW_REGISTER', 'DOMAIN'],
  transfer: ['SW_REGISTER', 'DOMAIN'],
  'update-nameservers': ['ADVANCED_UPDATE_NAMESERVERS', 'DOMAIN'],
  renew: ['RENEW', 'DOMAIN'],
  check: ['LOOKUP', 'DOMAIN'],
  info: ['GET', 'DOMAIN'],
  'lookup-transfer': ['CHECK_TRANSFER', 'DOMAIN'],
}

const yearsOf = ({ period }: EncodeInput['terms']): string => String(period?.years ?? 1)

/** The year in which the domain ends as it is: the server refuses a renewal that is ordered twice by it. */
const endsIn = ({ domain }: EncodeInput): string => String(domain?.expiresAt?.getUTCFullYear() ?? '')

/**
 * A name and a password of the domain's own profile at OpenSRS, by which its owner could manage it there. Nobody needs them: they
 * come from the request's reference, so that a call that is written again is the same.
 */
const loginOf = (reference: string): { username: string; password: string } => {
  const digest = createHash('sha256').update(`opensrs profile ${reference}`).digest('hex')
  return { username: `u${digest.slice(0, 15)}`, password: digest.slice(16, 32) }
}

/** The values for `templates/opensrs/<action>.liquid`, as text that may stand in XML. */
export const encode = (input: EncodeInput): TemplateValues => {
  requireSound(check(input))
  const { terms } = input
  const domain = xmlText(terms.domain)
  const hosts = terms.nameservers.map(({ host }) => xmlText(host))
  switch (terms.action) {
    case 'register':
    case 'transfer': {
      const { username, password } = loginOf(input.reference)
      const contacts = xcpContacts(input)
      return {
        ...{ domain, years: yearsOf(terms), username, password },
        ...(terms.action === 'register' ? { nameservers: hosts } : { authInfo: xmlText(terms.authInfo ?? '') }),
        ownTech: contacts.some(({ role }) => role === 'tech') ? '1' : '0',
        contacts: contacts.map(({ role, fields }) => ({
          role,
          fields: fields.map(([key, value]) => ({ key, value: xmlText(value) })),
        })),
      }
    }
    case 'update-nameservers':
      return { domain, nameservers: hosts }
    case 'renew':
      return { domain, years: yearsOf(terms), endsIn: endsIn(input) }
    default:
      return { domain }
  }
}

/** Reads a rendered request back: it may say more than the order, and nothing else. */
export const confirm = ({ body }: Draft, input: EncodeInput): Problem[] => {
  const message = readXcp(Buffer.from(body))
  if (!message.ok) return message.problems
  const wrong = factsOf(input).filter(([path, text]) => textAt(message.value, ...path) !== text)
  const { nameservers } = input.terms
  const lists = ['nameserver_list', 'assign_ns'].map((list) => ['attributes', list, String(nameservers.length)])
  const extra = lists.filter(
    (path) => textAt(message.value, ...path, 'name') !== null || textAt(message.value, ...path) !== null,
  )
  return [
    ...wrong.map(([path, text]) => ({
      pointer: '',
      detail: `${path.join('.')} has to be ${JSON.stringify(text)}, and is ${JSON.stringify(textAt(message.value, ...path))}`,
    })),
    ...extra.map((path) => ({
      pointer: '',
      detail: `${path.join('.')} is a name server that the order does not have`,
    })),
  ]
}

const factsOf = (input: EncodeInput): Fact[] => {
  const { terms } = input
  const { action } = terms
  const [name = '', object = ''] = COMMANDS[action] ?? []
  const at = (...path: string[]): string[] => ['attributes', ...path]
  const acquired: Fact[] =
    action === 'register' || action === 'transfer'
      ? [
          [at('reg_type'), action === 'register' ? 'new' : 'transfer'],
          [at('handle'), 'process'],
          ...xcpContacts(input).flatMap(({ role, fields }) =>
            fields.map(([key, value]): Fact => [at('contact_set', role, key), value.trim()]),
          ),
        ]
      : []
  return [
    [['protocol'], 'XCP'],
    [['action'], name],
    [['object'], object],
    [at('domain'), terms.domain],
    ...acquired,
    ...(TAKES[action]?.includes('period') ? [[at('period'), yearsOf(terms)] satisfies Fact] : []),
    ...(action === 'transfer' ? [[at('auth_info'), (terms.authInfo ?? '').trim()] satisfies Fact] : []),
    ...(action === 'renew' ? [[at('currentexpirationyear'), endsIn(input)] satisfies Fact] : []),
    ...terms.nameservers.map(
      ({ host }, index): Fact =>
        action === 'register'
          ? [at('nameserver_list', String(index), 'name'), host]
          : [at('assign_ns', String(index)), host],
    ),
  ]
}
