import type { Context } from 'hono'
import { ACTIONS, type Action, TRANSFER_ANSWERS } from '../../../core/action.js'
import type { Connection } from '../../../core/connection.js'
import type { Problem } from '../../../core/errors.js'
import { COVERED_AUTH_INFO } from '../../../core/order.js'
import type { Who } from '../../../core/two-persons.js'
import type { OrderView } from '../../../core/views.js'
import { answeringAccount } from '../../../flows/answer-transfer.js'
import type { Deps } from '../../../flows/deps.js'
import { foretellOrder } from '../../../flows/foretell-order.js'
import { placeOrder } from '../../../flows/place-order.js'
import type { OrderBody } from '../../../flows/prepare-order.js'
import { capabilityOf } from '../../../profiles/profile.js'
import { asciiName, idempotencyKey } from '../../api/orders.js'
import { actorOf } from '../frame/access.js'
import { type Area, type Done, type Page, sentence } from '../frame/area.js'
import { NewOrderPage, STEP_NAMES, STEPS, type Step } from './new-order-page.js'
import { type Draft, draftOf, FIRST_NAMES, namesFor, readDraft } from './order-draft.js'
import { FirstQuestions, OrderFields } from './order-fields.js'
import { OrderPreview } from './order-preview.js'
import { isBeside, type PlacedProblems, placeProblems } from './order-problems.js'
import { findPlace, type OrderPlace, readBody, refused } from './read-order.js'

const PATH = '/orders/new'

/** The order form: the same order as `POST /v1/orders` takes, asked for step by step and shown before it is placed. */
export const addNewOrder = (area: Area): void => {
  const { deps, page, action } = area
  page(PATH, async (c) => firstPage(deps, { draft: await newDraft(deps, c), problems: [] }), 'orders')
  action({ path: PATH, permission: 'orders' }, async (form, _, user) => {
    const draft = readDraft(form)
    const step = STEP_NAMES.find((known) => known === form.text('step')) ?? 'first'
    if (form.text('go') === 'back') return asked(await goBack(deps, step, draft))
    const by = { actor: actorOf(user), person: { id: user.id, name: user.name } }
    return goOn(deps, { step, draft, authInfo: form.text('authInfo'), by })
  })
}

type State = { draft: Draft; problems: readonly Problem[] }
type Going = { step: Step; draft: Draft; authInfo: string; by: Who }

/** Nothing is wrong with a step that was only reached. */
const asked = (page: Page): Page => ({ ...page, status: 200 })

/** With what the link knows already: the action, and of an answer to another provider whose it is. An order on a connection in test mode is one of ours to try it. */
const newDraft = async ({ store, newSecret }: Deps, c: Context): Promise<Draft> => {
  const connection = await store.connections.get(c.req.query('connection') ?? '')
  const key = newSecret()
  const trial = { 'account.id': 'test', 'account.type': 'provider', action: 'register' }
  const known: Draft = {
    ...(connection?.mode === 'test' ? trial : {}),
    ...{ key, billingOrderId: `console-${key}` },
    ...{ connection: connection?.id ?? '', domain: (c.req.query('domain') ?? '').slice(0, 255) },
    ...(await answerDraft(store, c)),
  }
  return draftOf((name) => known[name] ?? '')
}

const answerDraft = async (store: Deps['store'], c: Context): Promise<Draft> => {
  const answer = TRANSFER_ANSWERS.find((known) => known === c.req.query('action'))
  const domain = answer === undefined ? null : await store.domains.get(asciiName(c.req.query('domain') ?? ''))
  if (answer === undefined || domain === null) return {}
  const { id, type, email } = await answeringAccount(store, domain)
  return {
    action: answer,
    'account.id': id,
    'account.type': type,
    ...(email === null ? {} : { 'account.email': email }),
  }
}

const goBack = async (deps: Deps, step: Step, draft: Draft): Promise<Page> => {
  const place = step === 'preview' ? await findPlace(deps, draft) : []
  const state = { draft, problems: [] }
  return Array.isArray(place) ? firstPage(deps, state) : fieldsPage(state, place)
}

/** To the next step where nothing is wrong with this one and those before; after the last the order is placed. */
const goOn = async (deps: Deps, { step, draft: typed, authInfo, by }: Going): Promise<Done | Page> => {
  const place = await findPlace(deps, typed)
  if (Array.isArray(place)) return firstPage(deps, { draft: typed, problems: place })
  if (step === 'first') return asked(fieldsPage({ draft: typed, problems: [] }, place))
  const draft = step === 'fields' ? acceptedNow(deps, typed) : typed
  const read = readBody(draft, place, step === 'preview' ? authInfo : COVERED_AUTH_INFO)
  const done = Array.isArray(read) ? read : await refused(() => act(deps, { step, draft, body: read.body, by }))
  return Array.isArray(done) ? showAgain(deps, step, { draft, problems: done }, place) : done
}

type Acting = { step: Step; draft: Draft; body: OrderBody; by: Who }

const act = async (deps: Deps, { step, draft, body, by }: Acting): Promise<Done | Page> =>
  step === 'preview'
    ? placed(await placeOrder(deps, { body, ...by, idempotency: idempotencyOf(draft, by.actor) }))
    : asked(await previewPage(deps, { draft, problems: [] }, body))

/** Whoever says so now; the time stays the same where the form is sent a second time. */
const acceptedNow = ({ clock }: Deps, draft: Draft): Draft =>
  draft['agreement.accepted'] === 'yes' ? { ...draft, 'agreement.acceptedAt': clock.now().toISOString() } : draft

/** Of one form comes one order, however often it is sent. */
const idempotencyOf = (draft: Draft, owner: string) => {
  const key = idempotencyKey(draft['key'])
  return key === null ? null : { owner, key }
}

const WAITS: Partial<Record<OrderView['status'], string>> = {
  'awaiting-payment': ' It waits for its payment.',
  'awaiting-approval': ' It waits for a second person to approve it.',
}

const placed = ({ answer, replayed }: { answer: OrderView; replayed: boolean }): Done => {
  const { id, action, unicodeName, status, warnings } = answer
  const waits = WAITS[status] ?? ''
  return {
    to: `/orders/${encodeURIComponent(id)}`,
    text: replayed
      ? `${action} ${unicodeName} was ordered before by this form: nothing was ordered a second time.`
      : `${action} ${unicodeName} was ordered.${waits}`,
    lines: warnings.map(({ detail }) => sentence(detail)),
  }
}

/** The step that the problems belong to; those of the last step are of the AuthInfo, or of the moment. */
const showAgain = async (deps: Deps, step: Step, state: State, place: OrderPlace): Promise<Page> => {
  const { problems, draft } = state
  if (problems.some((problem) => isBeside(problem, FIRST_NAMES))) return firstPage(deps, state)
  const isLast = step === 'preview' && problems.every(({ pointer }) => pointer === '' || pointer === '/authInfo')
  if (!isLast) return fieldsPage(state, place)
  const read = readBody(draft, place, COVERED_AUTH_INFO)
  const page = Array.isArray(read) ? read : await refused(() => previewPage(deps, state, read.body))
  return Array.isArray(page) ? fieldsPage({ draft, problems: [...problems, ...page] }, place) : page
}

const firstPage = async ({ store, profiles }: Deps, { draft, problems }: State): Promise<Page> => {
  const connections = await store.connections.list()
  const placed = placeProblems(problems, FIRST_NAMES)
  const actions = actionsOf(profiles, connections)
  return pageOf(
    'first',
    { draft, shown: FIRST_NAMES, placed },
    <FirstQuestions {...{ draft, connections, actions }} beside={placed.beside} />,
  )
}

/** Those that any of the connections has. */
const actionsOf = (profiles: Deps['profiles'], connections: readonly Connection[]): Action[] =>
  ACTIONS.filter((action) =>
    connections.some((connection) => {
      const profile = profiles.get(connection.profile)
      return profile !== undefined && capabilityOf(profile, connection, action).supported
    }),
  )

const fieldsPage = ({ draft, problems }: State, place: OrderPlace): Page => {
  const shown = namesFor(place.questions)
  const placed = placeProblems(problems, shown)
  return pageOf('fields', { draft, shown, placed }, <OrderFields {...place} draft={draft} beside={placed.beside} />)
}

const previewPage = async (deps: Deps, { draft, problems }: State, body: OrderBody): Promise<Page> => {
  const foretold = await foretellOrder(deps, body)
  const placed = placeProblems(problems, ['authInfo'])
  return pageOf(
    'preview',
    { draft, shown: [], placed },
    <OrderPreview {...{ draft, foretold }} beside={placed.beside} paid={body.paid} />,
  )
}

type Shown = { draft: Draft; shown: readonly string[]; placed: PlacedProblems }

const pageOf = (step: Step, { draft, shown, placed: { beside, above } }: Shown, questions: Page['content']): Page => ({
  title: `New order: ${STEPS[step].title}`,
  crumbs: [{ href: '/domains', label: 'Domains' }],
  content: (
    <NewOrderPage {...{ step, draft, shown, above }} marked={Object.keys(beside).length > 0}>
      {questions}
    </NewOrderPage>
  ),
})
