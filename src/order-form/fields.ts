import type { Action } from '../core/action.js'

/** Begins and ends what counts of a form; what stands outside is never read (Hostsharing's form, design of the order robot). */
export const START_MARK = '#HS.DOMAIN.TEMPLATE'
export const END_MARK = '#'

/** One line of the form: its name, the most characters that its value may have, and what is said of it behind the semicolon. */
export type FormField = { name: string; longest: number; comment: string }

/** What a form can order: the actions that its users know, under the names that orders have here. */
export const FORM_ACTIONS = [
  'register',
  'transfer',
  'setup',
  'remove',
  'lock',
  'release',
  'transit',
  'update',
  'close',
] as const satisfies readonly Action[]
export type FormAction = (typeof FORM_ACTIONS)[number]

/** Groups of contacts, and which role of an order each is. */
export const CONTACT_GROUPS = [
  { prefix: 'OWNER', role: 'holder', title: 'holder' },
  { prefix: 'ADMIN_C', role: 'admin', title: 'administrative contact' },
  { prefix: 'TECH_C', role: 'tech', title: 'technical contact' },
  { prefix: 'ZONE_C', role: 'zone', title: 'contact of the zone' },
] as const

/** What a group can say, in the terms of RFC 5733, with the limits of an order by the API. */
const CONTACT_FIELDS = [
  { suffix: 'HANDLE', longest: 80, comment: 'handle; with it the other fields of the group stay empty' },
  { suffix: 'TYPE', longest: 12, comment: 'person|organization|role' },
  { suffix: 'NAME', longest: 255, comment: '' },
  { suffix: 'ORGANIZATION', longest: 255, comment: '' },
  { suffix: 'STREET', longest: 255, comment: '' },
  { suffix: 'POSTALCODE', longest: 16, comment: '' },
  { suffix: 'CITY', longest: 255, comment: '' },
  { suffix: 'PROVINCE', longest: 255, comment: '' },
  { suffix: 'COUNTRY', longest: 2, comment: 'ISO 3166-1, such as DE' },
  { suffix: 'PHONE', longest: 40, comment: 'such as +49.4012345' },
  { suffix: 'EMAIL', longest: 254, comment: '' },
] as const

export const MOST_NAME_SERVERS = 8

/**
 * Every line of the form, in its order. The names `ROBOT_DEBUG`, `DOMAIN_ADMIN`, `DOMAIN_ACTION` and `..._HANDLE`, and the
 * beginnings of the groups, are those of Hostsharing's form; all others are ours, because no whole form of theirs is public.
 */
export const FORM_FIELDS: readonly FormField[] = [
  { name: 'ROBOT_DEBUG', longest: 80, comment: 'stays empty' },
  { name: 'DOMAIN_ADMIN', longest: 100, comment: 'account that the domain belongs to' },
  { name: 'DOMAIN_ACTION', longest: 20, comment: FORM_ACTIONS.join('|') },
  { name: 'DOMAIN_PERIOD', longest: 2, comment: 'years; empty for what is usual' },
  { name: 'DOMAIN_AUTHINFO', longest: 128, comment: 'of a transfer, where the registry wants one' },
  { name: 'AGREEMENT_VERSION', longest: 100, comment: 'version of the agreement that you accept, where there is one' },
  ...CONTACT_GROUPS.flatMap(({ prefix, title }) =>
    CONTACT_FIELDS.map(({ suffix, longest, comment }) => ({
      name: `${prefix}_${suffix}`,
      longest,
      comment: suffix === 'HANDLE' ? `${title}: ${comment}` : comment,
    })),
  ),
  ...Array.from({ length: MOST_NAME_SERVERS }, (_, index) => ({
    name: `NS_${index + 1}`,
    longest: 400,
    comment: index === 0 ? 'name server, and behind a space each address inside the domain; usually left empty' : '',
  })),
]

/** What may stand behind the value of a field, wholly or not at all. */
export const tailOf = ({ comment }: FormField): string => (comment === '' ? '' : ` ;${comment}`)
