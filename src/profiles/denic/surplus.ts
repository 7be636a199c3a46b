import type { Problem } from '../../core/errors.js'
import type { OrderTerms } from '../../core/order.js'
import type { ContactAction, Question, SentAction } from './codes.js'

/** Parts of an order that not every request has. */
type Part = 'contacts' | 'holder' | 'dns' | 'authInfo' | 'disconnect'

const OBJECT: readonly Part[] = ['contacts', 'dns']

type AnyAction = SentAction | ContactAction | Question

/** The parts that each request has; of `contacts` the holder is one. */
const PARTS: Record<AnyAction, readonly Part[]> = {
  register: OBJECT,
  transfer: [...OBJECT, 'authInfo'],
  'update-nameservers': OBJECT,
  'change-holder': OBJECT,
  close: ['holder'],
  transit: ['disconnect'],
  restore: [],
  'create-authinfo': ['authInfo'],
  'delete-authinfo': [],
  'create-contact': ['contacts'],
  'update-contact': ['contacts'],
  check: [],
  info: [],
}

export const hasPart = (action: AnyAction, part: Part): boolean => PARTS[action].includes(part)

/** What the order says and its request could not: it would be left out in silence. */
export const surplus = (terms: OrderTerms, action: AnyAction): Problem[] => [
  ...contacts(terms, action),
  ...(hasPart(action, 'dns') ? [] : dnsData(terms, action)),
  ...(terms.authInfo === null || hasPart(action, 'authInfo') ? [] : [AUTHINFO]),
  ...(terms.disconnect === null || hasPart(action, 'disconnect') ? [] : [DISCONNECT]),
  ...period(terms),
]

const AUTHINFO = {
  pointer: '/authInfo',
  detail: 'An AuthInfo belongs to a transfer, or to the order that creates it; leave it out.',
}
const DISCONNECT = { pointer: '/disconnect', detail: 'Only a transit is connected or disconnected; leave it out.' }

const contacts = (terms: OrderTerms, action: AnyAction): Problem[] =>
  hasPart(action, 'contacts')
    ? []
    : Object.entries(terms.contacts)
        .filter(([role, list]) => list.length > 0 && !(role === 'holder' && hasPart(action, 'holder')))
        .map(([role]) => ({
          pointer: `/contacts/${role.replaceAll('~', '~0').replaceAll('/', '~1')}`,
          detail: `The request for ${action} says nothing of this contact; leave it out.`,
        }))

const dnsData = (terms: OrderTerms, action: AnyAction): Problem[] =>
  [
    { pointer: '/nameservers', given: terms.nameservers.length > 0 },
    { pointer: '/records', given: terms.records.length > 0 },
    { pointer: '/dnssec', given: terms.dnssec !== null && terms.dnssec.length > 0 },
  ].flatMap(({ pointer, given }) =>
    given ? [{ pointer, detail: `The request for ${action} says nothing of DNS data; leave them out.` }] : [],
  )

const period = ({ period: given }: OrderTerms): Problem[] =>
  given === null || given.years === 1
    ? []
    : [
        {
          pointer: '/period/years',
          detail: `The registry sells no period of ${given.years} years: a domain runs until it is deleted. Leave it out, or say 1.`,
        },
      ]
