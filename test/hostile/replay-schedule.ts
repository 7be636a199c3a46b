import fc from 'fast-check'
import type { HandOver } from '../../src/ports.js'
import { CONNECTIONS, type ConnectionId } from './replay-world.js'

/** What a registry may say about an order; the last three are about more than one thing, or about nothing. */
export const WORDS = [
  'accepted',
  'done',
  'done with a warning',
  'refused',
  'done, with another domain',
  'done, signed before we asked',
  'done, by ticket and domain',
  'refused, by ticket and domain',
  'done, by domain and another ticket',
  'done and refused at once',
  'refused, and the next order done',
  'a notice',
  'words that nobody knows',
] as const
export type Word = (typeof WORDS)[number]

export type Step =
  | { kind: 'deliver'; order: number; word: Word; to: ConnectionId | 'own'; wrapping: number; signature: number }
  | { kind: 'deliver unsigned'; to: ConnectionId }
  | { kind: 'hand over'; order: number }
  | { kind: 'server answers'; order: number; outcome: HandOver['outcome'] }
  | { kind: 'bounce'; order: number }
  | { kind: 'pay'; order: number }
  | { kind: 'pass'; ms: number }
  | { kind: 'deadlines' }
  | { kind: 'cancel'; order: number }
  | { kind: 'place'; domain: number; connection: ConnectionId; paid: boolean }

export type Delivery = Extract<Step, { kind: 'deliver' }>
export type Schedule = Step[]

const MINUTE = 60_000
const DAY = 1_440 * MINUTE

const order = fc.nat({ max: 4 })
const connection = fc.constantFrom(...CONNECTIONS)
const words: fc.WeightedArbitrary<Word>[] = WORDS.map((word) => ({
  weight: /^(accepted|done|refused)$/.test(word) ? 6 : 1,
  arbitrary: fc.constant(word),
}))

const deliver = fc.record({
  kind: fc.constant('deliver' as const),
  order,
  word: fc.oneof(...words),
  to: fc.oneof({ weight: 4, arbitrary: fc.constant('own' as const) }, { weight: 1, arbitrary: connection }),
  wrapping: fc.nat({ max: 1 }),
  signature: fc.nat({ max: 1 }),
})

const handOver = fc.record({ kind: fc.constant('hand over' as const), order })
const answer = fc.record({
  kind: fc.constant('server answers' as const),
  order,
  outcome: fc.constantFrom('sent', 'sent', 'sent', 'temporary', 'refused', 'uncertain'),
})
const place = fc.record({
  kind: fc.constant('place' as const),
  domain: fc.nat({ max: 2 }),
  connection,
  paid: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
})

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 14, arbitrary: deliver },
  { weight: 5, arbitrary: handOver },
  { weight: 4, arbitrary: answer },
  { weight: 2, arbitrary: place },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deliver unsigned' as const), to: connection }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('bounce' as const), order }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pay' as const), order }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), order }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      ms: fc.constantFrom(1, 4 * MINUTE, 6 * MINUTE, 20 * MINUTE, DAY, 6 * DAY),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'deadlines' as const }) },
)

/** Some orders, and then whatever comes. */
export const schedules = (maxSteps: number): fc.Arbitrary<Schedule> =>
  fc
    .tuple(fc.array(place, { minLength: 1, maxLength: 4 }), fc.array(step, { minLength: 6, maxLength: maxSteps }))
    .map(([placed, steps]) => [...placed, ...placed.map((_, at): Step => ({ kind: 'hand over', order: at })), ...steps])

/** Steps that happen at the same time; replies are judged by two workers each. */
export type Crowd = Step[]

const atOnce: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: deliver },
  { weight: 2, arbitrary: answer },
  { weight: 1, arbitrary: handOver },
  { weight: 1, arbitrary: fc.constant({ kind: 'deadlines' as const }) },
)

/** Orders that were sent, and crowds with steps in between. */
export const crowdedSchedules: fc.Arbitrary<Crowd[]> = fc
  .tuple(
    fc.array(place, { minLength: 1, maxLength: 3 }),
    fc.array(fc.oneof(fc.array(atOnce, { minLength: 2, maxLength: 8 }), fc.tuple(step)), {
      minLength: 2,
      maxLength: 5,
    }),
  )
  .map(([placed, crowds]) => [
    ...placed.map((one) => [one]),
    ...placed.map((_, at): Crowd => [{ kind: 'hand over', order: at }]),
    ...crowds,
  ])
