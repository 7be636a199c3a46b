import type { Problem } from '../../core/errors.js'
import type { OrderTerms } from '../../core/order.js'
import { surplusParts } from '../surplus.js'
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
  ...surplusParts(terms, [...PARTS[action].flatMap((part) => (part === 'dns' ? DNS : part)), 'period']),
  ...period(terms),
]

const DNS = ['nameservers', 'records', 'dnssec'] as const

const period = ({ period: given }: OrderTerms): Problem[] =>
  given === null || given.years === 1
    ? []
    : [
        {
          pointer: '/period/years',
          detail: `The registry sells no period of ${given.years} years: a domain runs until it is deleted. Leave it out, or say 1.`,
        },
      ]
