import type { Action } from '../../../core/action.js'
import { needsAcceptance } from '../../../core/agreement.js'
import type { Connection } from '../../../core/connection.js'
import { Fault, type Problem, Refusal } from '../../../core/errors.js'
import type { Price } from '../../../core/order.js'
import { priceOf, suffixesOf } from '../../../core/price.js'
import { problemsOfIssues } from '../../../core/zod-issues.js'
import type { Deps } from '../../../flows/deps.js'
import { connectionOfOrder, domainNameOf, type OrderBody } from '../../../flows/prepare-order.js'
import { capabilityOf } from '../../../profiles/profile.js'
import { type AgreementView, readAgreementView } from '../../connection-view.js'
import { orderForm } from '../../order-form.js'
import { orderBodySchema } from '../../schemas/order-body.js'
import { sentence } from '../frame/area.js'
import { bodyOf, type Draft, firstPart } from './order-draft.js'
import { type OrderQuestions, questionsOf } from './order-questions.js'

/** What is known of an order by its first answers: where it goes, and what it has to say there. */
export type OrderPlace = {
  action: Action
  /** In U-labels. */
  domain: string
  connection: Connection
  questions: OrderQuestions
  /** Of its TLD; null where it has none. */
  price: Price | null
  agreement: AgreementView | null
}

/** Where the order would go, or what is wrong with the first answers. */
export const findPlace = async (deps: Deps, draft: Draft): Promise<OrderPlace | Problem[]> => {
  // Its id in billing is asked for later.
  const parsed = orderBodySchema.safeParse({ ...firstPart(draft), billingOrderId: 'later' })
  return parsed.success ? refused(() => placeFor(deps, parsed.data)) : problemsOfIssues(parsed.error.issues)
}

const placeFor = async (deps: Deps, body: OrderBody): Promise<OrderPlace> => {
  const { store, profiles } = deps
  const { action } = body
  const { name, unicodeName } = domainNameOf(body)
  const existing = await store.domains.get(name)
  const connection = await connectionOfOrder(deps, store, body, { name, existing })
  const profile = profiles.get(connection.profile)
  if (profile === undefined) throw new Error(`the profile ${connection.profile} of ${connection.title} is not loaded`)
  const capability = capabilityOf(profile, connection, action)
  if (!capability.supported)
    throw new Refusal('unsupported', capability.reason, {
      problems: [{ pointer: '/action', detail: capability.reason }],
    })
  const agreement = await readAgreementView(deps, connection)
  const version = agreement?.version ?? null
  const form = orderForm({ profile, connection }, action, version === null ? null : { version })
  const price = priceOf(await store.prices.list(suffixesOf(name)), name, action)
  return { action, domain: unicodeName, connection, questions: questionsOf(form, action), price, agreement }
}

/** What was typed as the body of `POST /v1/orders`, by the schema of that. `password`: for an order that has an AuthInfo. */
export const readBody = (draft: Draft, place: OrderPlace, password: string): { body: OrderBody } | Problem[] => {
  const needsPassword = place.questions.fields.get('authInfo')?.required ?? false
  const authInfo = needsPassword || draft['withAuthInfo'] === 'yes' ? password : null
  const parsed = orderBodySchema.safeParse(bodyOf(draft, place.questions, authInfo))
  const problems = [...(parsed.success ? [] : problemsOfIssues(parsed.error.issues)), ...unaccepted(draft, place)]
  return parsed.success && problems.length === 0 ? { body: parsed.data } : problems
}

const unaccepted = (draft: Draft, { action, agreement }: OrderPlace): Problem[] =>
  agreement?.version != null && needsAcceptance(action) && draft['agreement.accepted'] !== 'yes'
    ? [{ pointer: '/agreement', detail: 'has to be accepted: show it to whom it binds, then tick this' }]
    : []

/** The same, or what keeps an order from being taken or shown. */
export const refused = async <T extends object>(work: () => Promise<T>): Promise<T | Problem[]> => {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Refusal && error.code === 'key-reused') return [{ pointer: '', detail: SENT_BEFORE }]
    if (error instanceof Refusal && error.problems.length > 0) return [...error.problems]
    if (error instanceof Refusal || (error instanceof Fault && !error.temporary))
      return [{ pointer: '', detail: sentence(error.message) }]
    throw error
  }
}

const SENT_BEFORE =
  'This form was sent before with other contents, and that order stands. For another begin again with New order.'
