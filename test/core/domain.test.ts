import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  DOMAIN_EVENTS,
  type DomainEvent,
  type DomainState,
  isReachable,
  isRegistered,
  STATES,
  shownDetail,
  statusOf,
  TRANSITIONS,
  transition,
} from '../../src/core/domain.js'
import { aDomain } from '../helpers/records.js'

const states = Object.keys(STATES) as DomainState[]
const event = fc.constantFrom(...DOMAIN_EVENTS)

/** Where a run of events leads; an event that cannot happen changes nothing, as in the flows. */
const run = (events: readonly DomainEvent[], from: DomainState = 'none'): DomainState =>
  events.reduce((state, next) => transition(state, next) ?? state, from)

describe('the status table of the design', () => {
  test.each<[DomainState, DomainEvent, DomainState | null]>([
    ['none', 'await-payment', 'pending'],
    ['pending', 'register', 'registering'],
    ['none', 'register', 'registering'],
    ['pending', 'transfer', 'transferring'],
    ['registering', 'done', 'registered'],
    ['transferring', 'done', 'registered'],
    ['registering', 'failed', 'failed'],
    ['transferring', 'failed', 'failed'],
    ['registering', 'cancelled', 'closed'],
    ['transferring', 'cancelled', 'closed'],
    ['closed', 'done', null],
    ['registered', 'change', 'registered'],
    ['registered', 'failed', 'faulty'],
    ['faulty', 'change', 'registered'],
    ['faulty', 'dismissed', 'registered'],
    ['failed', 'done', 'registered'],
    ['transferring', 'nack', 'transferring'],
    ['registered', 'deleted', 'closed'],
    ['registered', 'moved-away', 'gone'],
    ['closed', 'restore', 'closed'],
    ['closed', 'restored', 'registered'],
    ['registered', 'restore', null],
    ['gone', 'restore', null],
    ['gone', 'restored', null],
    ['none', 'restore', null],
    ['none', 'set-up', 'pending'],
    ['closed', 'set-up', 'pending'],
    ['registered', 'set-up', null],
    ['transferring', 'set-up', null],
    ['pending', 'removed', 'closed'],
    ['registered', 'removed', null],
    ['none', 'removed', null],
  ])('%s, %s -> %s', (from, happening, to) => {
    expect(transition(from, happening)).toBe(to)
  })

  test('Error keeps the Registered tick only where the domain was ours before', () => {
    expect([statusOf('failed'), isRegistered('failed')]).toEqual(['Error', false])
    expect([statusOf('faulty'), isRegistered('faulty')]).toEqual(['Error', true])
  })
})

test.each([
  ['registered', null, false],
  ['registered', 'delegated', true],
  ['registered', 'connected', true],
  ['faulty', 'connected', true],
  ['failed', 'connected', false],
  ['gone', null, false],
] as const)('a domain that is %s and was seen %s in the DNS is reachable: %s', (state, delegation, reachable) => {
  expect(isReachable({ state, delegation })).toBe(reachable)
})

test.each([
  ['registered', 'REG-OK', null, 'REG-OK'],
  ['registered', 'REG-OK', 'delegated', 'delegated'],
  ['registered', 'KK-ACK', 'connected', 'connected'],
  ['registered', 'update', 'connected', 'update'],
  ['faulty', 'error', 'connected', 'error'],
  ['transferring', 'KK-req', 'connected', 'KK-req'],
] as const)('the chain of a domain that is %s at %s, with an open order and %s in the DNS, shows %s', (...row) => {
  const [state, detail, delegation, shown] = row
  expect(shownDetail(aDomain({ state, detail, delegation }), true)).toBe(shown)
})

test('a change that was withdrawn gives the word back to the DNS', () => {
  const domain = aDomain({ state: 'registered', detail: 'update', delegation: 'connected' })
  expect(shownDetail(domain, false)).toBe('connected')
})

describe('whatever happens, in whatever order', () => {
  test('a domain is Registered only after a success or as the remains of one', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        if (statusOf(run(events)) === 'Registered')
          expect(events.some((name) => name === 'done' || name === 'restored')).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })

  test('a name that nobody ordered stays unknown', () => {
    const unordered = event.filter((name) => !['await-payment', 'register', 'transfer', 'set-up'].includes(name))
    fc.assert(
      fc.property(fc.array(unordered, { maxLength: 20 }), (events) => {
        expect(run(events)).toBe('none')
      }),
    )
  })

  test('the same outcome twice is the same as once', () => {
    const outcome = fc.constantFrom<DomainEvent>('done', 'failed', 'cancelled', 'deleted', 'moved-away')
    fc.assert(
      fc.property(fc.constantFrom(...states), outcome, (from, happening) => {
        expect(run([happening, happening], from)).toBe(run([happening], from))
      }),
    )
  })

  test('a closed or moved domain comes back only by a new order', () => {
    const reply = fc.constantFrom<DomainEvent>('done', 'failed', 'cancelled', 'nack', 'deleted', 'moved-away')
    fc.assert(
      fc.property(
        fc.constantFrom<DomainState>('closed', 'gone'),
        fc.array(reply, { maxLength: 10 }),
        (from, events) => {
          expect(['closed', 'gone']).toContain(run(events, from))
        },
      ),
    )
  })

  test('every state can be reached, and every cell leads to a state', () => {
    const reached = new Set<DomainState>(['none'])
    for (let size = 0; size !== reached.size; ) {
      size = reached.size
      for (const from of [...reached])
        for (const to of Object.values(TRANSITIONS[from])) if (to !== null) reached.add(to)
    }
    expect([...reached].sort()).toEqual([...states].sort())
  })
})
