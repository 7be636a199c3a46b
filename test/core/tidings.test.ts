import { describe, expect, test } from 'vitest'
import { type DomainState, statusOf } from '../../src/core/domain.js'
import type { Reply, Tidings } from '../../src/core/reply.js'
import { type TidingsContext, takeTidings } from '../../src/core/tidings.js'
import { aDomain, anOrder, aReply, later, NOW } from '../helpers/records.js'

const DAY = 86_400_000
const US = 'DENIC-1234'
const away: Tidings = { at: null, kind: 'moved', from: US, to: 'DENIC-4321' }
const deleted: Tidings = { at: null, kind: 'deleted' }

const tell = (tidings: Tidings | null, state: DomainState = 'registered', change: Partial<TidingsContext> = {}) => {
  const reply: Reply = aReply({ outcome: 'notice', domain: 'example.de', code: 'test', text: 'It is so.', tidings })
  const context = {
    now: later(DAY),
    mailId: 'mail-1',
    ourName: US,
    signedAt: later(DAY),
    owning: anOrder(),
    open: null,
    away: { mode: 'live', policy: 'ask', lockedByDefault: false } as const,
  }
  return takeTidings(aDomain({ state, undelegatedUntil: NOW }), reply, { ...context, confirmedAt: NOW, ...change })
}
const outcome = (...args: Parameters<typeof tell>) => {
  const told = tell(...args)
  return told.kind === 'changed' ? statusOf(told.domain.state) : told.kind
}

describe('what a notice does', () => {
  test.each<[string, Tidings | null, DomainState, Partial<TidingsContext>, string | null]>([
    ['a move away from us', away, 'registered', {}, 'Gone'],
    ['of one in Error', away, 'faulty', {}, 'Gone'],
    ['of one that was closed', away, 'closed', {}, 'Gone'],
    ['of one that is gone', away, 'gone', {}, 'noted'],
    ['of one that is being transferred to us', away, 'transferring', {}, 'conflict'],
    ['of one whose registration waits', away, 'pending', {}, 'conflict'],
    ['a move to us', { ...away, from: 'DENIC-9', to: US }, 'registered', {}, 'noted'],
    ['a move to us while we transfer', { ...away, from: 'DENIC-9', to: US }, 'transferring', {}, 'noted'],
    ['a move from us to us', { ...away, to: US }, 'registered', {}, 'noted'],
    ['a move between others', { ...away, from: 'DENIC-9' }, 'registered', {}, 'noted'],
    ['a move that does not say whose', { ...away, from: null, to: null }, 'registered', {}, 'noted'],
    ['a move at a registry that names no accounts', { ...away, from: null }, 'registered', { ourName: null }, 'noted'],
    ['a move from before our own transfer', { ...away, at: later(-1) }, 'registered', {}, 'noted'],
    ['one that was signed before it', away, 'registered', { signedAt: later(-1) }, 'noted'],
    ['a move of which nothing was confirmed', away, 'registered', { confirmedAt: null }, 'Gone'],
    ['a deletion', deleted, 'registered', {}, 'Closed'],
    ['a deletion of one that is gone', deleted, 'gone', {}, 'Closed'],
    ['a deletion of one that is closed', deleted, 'closed', {}, 'noted'],
    ['a deletion while it is registered', deleted, 'registering', {}, 'conflict'],
    ['a warning', { at: null, kind: 'failing', until: later(7 * DAY) }, 'registered', {}, 'Registered'],
    ['a warning without a time', { at: null, kind: 'failing', until: null }, 'registered', {}, 'noted'],
    ['a warning of one that is gone', { at: null, kind: 'failing', until: NOW }, 'gone', {}, 'noted'],
    ['news', { at: null, kind: 'news', urgent: false }, 'registered', {}, 'noted'],
    ['what says nothing', null, 'registered', {}, 'noted'],
  ])('%s', (_, tidings, state, change, expected) => {
    expect(outcome(tidings, state, change)).toBe(expected)
  })

  test('of an order that is open on it there is an error on the log, and the event is told once with the owner', () => {
    const told = tell(away, 'registered', { open: anOrder({ id: 'order-2', terms: { action: 'update-nameservers' } }) })
    if (told.kind !== 'changed') throw new Error(told.kind)
    expect(told.domain).toMatchObject({ detail: 'gone', since: later(DAY), undelegatedUntil: null })
    expect(told.actions.map(({ level, event, orderId }) => [level, event, orderId])).toEqual([
      ['warning', 'domain.status', 'order-1'],
      ['error', 'order.overtaken', 'order-2'],
    ])
    expect(told.events).toMatchObject([{ type: 'domain.gone', data: { orderId: 'order-1', billingOrderId: 'INV-1' } }])
  })
})
