import type { Action } from '../../../core/action.js'
import { CONTACT_ROLES, type ContactRole } from '../../../core/contact.js'
import type { FormSchema } from '../../order-form.js'

/** Fields of a contact, as the form asks for them one after the other. */
export const CONTACT_FIELDS = [
  ...(['handle', 'type', 'name', 'organization', 'street', 'postalCode', 'city', 'province'] as const),
  ...(['country', 'phone', 'email', 'uriTemplate'] as const),
]
export type ContactField = (typeof CONTACT_FIELDS)[number]

/** A contact that an order may name, with those of its fields that the registry takes. */
export type ContactQuestion = { role: ContactRole; required: boolean; fields: readonly ContactField[] }

/** Fields of an order's body that only some actions have. */
export const OWN_FIELDS = ['period', 'nameservers', 'records', 'dnssec', 'authInfo', 'disconnect'] as const
export type OwnField = (typeof OWN_FIELDS)[number]

/** What the form asks for, beside what every order has. */
export type OrderQuestions = {
  /** Those that are asked for; `hint` is the profile's own word about it. */
  fields: ReadonlyMap<OwnField, { required: boolean; hint: string | null }>
  contacts: readonly ContactQuestion[]
}

/** Made of the same schema that billing systems get (`orderForm`), so that neither form knows more than the other. */
export const questionsOf = (form: FormSchema, action: Action): OrderQuestions => {
  // A look-up is the connection's own matter, of which no profile has a form: it asks about the name alone.
  if (action === 'lookup') return { fields: new Map(), contacts: [] }
  const { properties, required } = form
  const asked = OWN_FIELDS.filter((name) => name in properties && !isForegone(name, form))
  return {
    fields: new Map(
      asked.map((name) => [name, { required: required.includes(name), hint: descriptionOf(properties[name]) }]),
    ),
    contacts: contactsOf(properties['contacts']),
  }
}

/** A period that has one length and may be left out is not worth a question. */
const isForegone = (name: OwnField, { properties, required }: FormSchema): boolean =>
  name === 'period' &&
  !required.includes(name) &&
  'const' in group(group(group(properties[name])['properties'])['years'])

const contactsOf = (schema: unknown): ContactQuestion[] => {
  const { properties, required, additionalProperties, maxProperties } = group(schema)
  const known = group(properties)
  const found = CONTACT_ROLES.flatMap((role) => {
    const fields = fieldsIn(known[role] ?? additionalProperties)
    const asked = CONTACT_FIELDS.filter((field) => fields.has(field))
    return asked.length === 0 ? [] : [{ role, required: list(required).includes(role), fields: asked }]
  })
  // One contact in whatever role: the first will do.
  return maxProperties === 1 ? found.slice(0, 1).map((question) => ({ ...question, required: true })) : found
}

/** The names of fields in any of a schema's alternatives. */
const fieldsIn = (schema: unknown): Set<string> => {
  const { properties, anyOf, oneOf, items } = group(schema)
  const within = [...list(anyOf), ...list(oneOf), ...(items === undefined ? [] : [items])]
  return new Set([...Object.keys(group(properties)), ...within.flatMap((one) => [...fieldsIn(one)])])
}

const descriptionOf = (schema: unknown): string | null => {
  const { description } = group(schema)
  return typeof description === 'string' ? description : null
}

const group = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
