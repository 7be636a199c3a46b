import { z } from 'zod'
import { SCHEMES, type Scheme } from '../../../core/connection.js'
import type { Problem } from '../../../core/errors.js'
import type { Profile } from '../../../profiles/profile.js'
import type { Form } from '../frame/form.js'
import { words } from './connection-fields.js'

/** What is asked one after the other, and where the answers are in a connection's file. */
export const STEPS = {
  profile: { title: 'Kind', places: ['/profile'] },
  names: {
    title: 'Name and addresses',
    places: ['/title', '/tlds', '/registry/to', '/registry/test', '/registry/from'],
  },
  keys: { title: 'Keys', places: ['/signing', '/trust'] },
  way: { title: 'Way out and back', places: ['/registry/replyTo', '/relay'] },
  policy: { title: 'Account and times', places: ['/account', '/replyTimeout', '/checkEvery', '/rate', ''] },
  review: { title: 'Review', places: [] },
} as const satisfies Record<string, { title: string; places: readonly string[] }>

export type Step = keyof typeof STEPS

/** A connection that mails nothing has neither keys nor a way for mails. */
export const stepsOf = (profile: Profile | undefined): Step[] =>
  mailsNothing(profile)
    ? ['profile', 'names', 'policy', 'review']
    : ['profile', 'names', 'keys', 'way', 'policy', 'review']

/** Where nobody chose a profile yet, it is taken for one by mail, as most are. */
const mailsNothing = (profile: Profile | undefined): boolean => profile !== undefined && profile.channel !== 'mail'

const NAMES = [
  ...(['profile', 'title', 'tlds', 'to', 'test', 'from', 'scheme', 'key', 'passphraseEnv'] as const),
  ...(['newName', 'newUser', 'trustKey', 'replyTo', 'relayHost', 'relayPort', 'relayTls', 'relayUser'] as const),
  ...(['relayPasswordEnv', 'replyTimeout', 'checkEvery', 'perDay'] as const),
]

/** All that was typed so far; `account` by the names of the profile's fields. */
export type Draft = Record<(typeof NAMES)[number], string> & { account: Record<string, string> }

const UNSAID: Partial<Record<string, string>> = {
  ...{ scheme: SCHEMES[0], relayPort: '25', relayTls: 'starttls', replyTimeout: '5d', checkEvery: '1h' },
}

export const newDraft = (): Draft => draftOf((name) => UNSAID[name] ?? '', {})

export const readDraft = (form: Form, profile: Profile | undefined): Draft =>
  draftOf(
    (name) => (name === 'scheme' ? schemeOf(form.text(name), profile) : form.text(name).trim()),
    Object.fromEntries(accountFields(profile).map(({ name }) => [name, form.text(`account.${name}`).trim()])),
  )

/** Those that the registry takes, the usual one first. */
export const schemesOf = (profile: Profile | undefined): readonly Scheme[] =>
  profile?.channel === 'mail' ? profile.schemes : SCHEMES

/** What was chosen for another registry may be none that this one takes. */
const schemeOf = (said: string, profile: Profile | undefined): string => {
  const taken = schemesOf(profile)
  return taken.find((scheme) => scheme === said) ?? taken[0] ?? said
}

const draftOf = (text: (name: string) => string, account: Record<string, string>): Draft => ({
  ...(Object.fromEntries(NAMES.map((name) => [name, text(name)])) as Record<(typeof NAMES)[number], string>),
  account,
})

/** Each with the name that it has in the form, to be carried from step to step. */
export const carried = ({ account, ...draft }: Draft): [string, string][] => [
  ...Object.entries(draft),
  ...Object.entries(account).map(([name, value]): [string, string] => [`account.${name}`, value]),
]

export type AccountField = { name: string; type: string; required: boolean }

const schemaShape = z.object({
  properties: z.record(z.string(), z.object({ type: z.string().default('object') })).default({}),
  required: z.array(z.string()).default([]),
})

/** What the profile needs to know of the account at the registry, as far as one line can say it. */
export const accountFields = (profile: Profile | undefined): AccountField[] => {
  if (profile === undefined) return []
  const { properties, required } = schemaShape.parse(
    z.toJSONSchema(profile.account, { io: 'input', unrepresentable: 'any' }),
  )
  return Object.entries(properties)
    .filter(([, { type }]) => ['string', 'boolean', 'number', 'integer'].includes(type))
    .map(([name, { type }]) => ({ name, type, required: required.includes(name) }))
}

/** The file of a connection that was typed step by step. It is in test mode: the checklist lets it go live. */
export const draftFile = (draft: Draft, profile: Profile | undefined): Record<string, unknown> => ({
  ...given({ title: draft.title, profile: draft.profile }),
  tlds: words(draft.tlds.toLowerCase()),
  mode: 'test',
  ...(mailsNothing(profile) ? {} : mailPart(draft)),
  ...given({ replyTimeout: draft.replyTimeout, checkEvery: draft.checkEvery }),
  ...(draft.perDay === '' ? {} : { rate: { perDay: number(draft.perDay) } }),
  ...accountPart(draft, profile),
})

const mailPart = (draft: Draft) => ({
  registry: given({ to: draft.to, test: draft.test, from: draft.from, replyTo: draft.replyTo }),
  ...(draft.relayHost === '' ? {} : { relay: relayPart(draft) }),
  signing: given({ scheme: draft.scheme, key: draft.key, passphraseEnv: draft.passphraseEnv }),
  trust: { keys: words(draft.trustKey) },
})

const relayPart = ({ relayHost, relayPort, relayTls, relayUser, relayPasswordEnv }: Draft) => ({
  ...{ host: relayHost, port: number(relayPort), tls: relayTls === 'none' ? false : relayTls },
  ...given({ user: relayUser, passwordEnv: relayPasswordEnv }),
})

const accountPart = ({ account }: Draft, profile: Profile | undefined): { account?: Record<string, unknown> } => {
  const said = accountFields(profile).flatMap(({ name, type }) => {
    const text = account[name] ?? ''
    return text === '' ? [] : [[name, typed(text, type)] as const]
  })
  return said.length === 0 ? {} : { account: Object.fromEntries(said) }
}

const typed = (text: string, type: string): unknown => {
  if (type === 'boolean') return text === 'yes'
  return type === 'string' ? text : number(text)
}

/** What is no number stays as it is: the form of the file says so. */
const number = (text: string): number | string => (/^\d{1,9}$/.test(text) ? Number(text) : text)

const given = (values: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''))

/** What is wrong with the answers of a step. */
export const problemsAt = (step: Step, problems: readonly Problem[]): Problem[] =>
  problems.filter(({ pointer }) => STEPS[step].places.some((place) => isAt(pointer, place)))

const isAt = (pointer: string, place: string): boolean =>
  pointer === place || (place !== '' && pointer.startsWith(`${place}/`))
