import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Action } from '../../src/core/action.js'
import { advance } from '../../src/core/advance.js'
import { type DomainState, statusOf } from '../../src/core/domain.js'
import type { NewEvent } from '../../src/core/event.js'
import { type Happening, ORDER_TRANSITIONS, type Subject } from '../../src/core/happening.js'
import { ORDER_STATUSES } from '../../src/core/order.js'
import { TWO_PERSON_KINDS } from '../../src/core/two-persons.js'
import { aDomain, anOrder, aReply, aRequest, later, NOW } from '../helpers/records.js'

const HOUR = 3_600_000
const context = {
  now: later(HOUR),
  replyTimeout: 24 * HOUR,
  checkEvery: HOUR,
  actor: 'system',
  twoPersons: [],
  dnsPrepare: 'off' as const,
  superseded: false,
  replaced: false,
}

const sent: Happening = { kind: 'sent', answer: '250 2.0.0 queued' }
const done: Happening = { kind: 'done', reply: aReply(), mailId: 'mail-1' }
const refused: Extract<Happening, { kind: 'refused' }> = {
  kind: 'refused',
  reply: aReply({ outcome: 'refused', code: '63300062009', text: 'no such domain' }),
  mailId: 'mail-1',
}
const accepted: Happening = {
  kind: 'accepted',
  reply: aReply({ outcome: 'accepted', ticket: 'T-1' }),
  mailId: 'mail-1',
}
const timedOut: Happening = { kind: 'timed-out' }
const undeliverable: Happening = { kind: 'undeliverable', answer: '550 5.1.1 unknown', mailId: null }
const uncertain: Happening = { kind: 'uncertain', answer: 'connection lost' }

const customer = (): Subject => ({
  order: anOrder({ status: 'queued' }),
  request: aRequest(),
  domain: aDomain({ state: 'pending' }),
})

const all = (subject: Subject, happenings: readonly Happening[]) => {
  const events: NewEvent[] = []
  const conflicts: string[] = []
  let now = subject
  for (const happening of happenings) {
    const result = advance(now, happening, context)
    if (result.kind === 'conflict') conflicts.push(result.reason)
    else {
      now = result.subject
      events.push(...result.events)
    }
  }
  return { subject: now, events, types: events.map(({ type }) => type), conflicts }
}

describe('a customer order on its way', () => {
  test('sent: filed and charged, Registering with the tick, a deadline', () => {
    const { subject, types } = all(customer(), [sent])
    expect(statusOf(subject.domain.state)).toBe('Registering')
    expect(subject.order.status).toBe('sent')
    expect(subject.request).toMatchObject({
      state: 'sent',
      dueAt: null,
      sentAt: later(HOUR),
      deadline: later(25 * HOUR),
    })
    expect(types).toEqual(['order.filed', 'billing.charge', 'domain.registering'])
  })

  test('done: Registered, with the name servers that were ordered', () => {
    const { subject, types } = all(customer(), [sent, done])
    expect(subject.order.status).toBe('done')
    expect(subject.domain).toMatchObject({
      state: 'registered',
      detail: 'REG-OK',
      nameservers: anOrder().terms.nameservers,
    })
    expect(types.slice(3)).toEqual(['order.done', 'domain.registered'])
  })

  test("refused: Error without the tick, the registry's own words, one refund", () => {
    const { subject, types } = all(customer(), [sent, refused])
    expect(subject.order).toMatchObject({ status: 'refused', code: '63300062009', reason: 'no such domain' })
    expect(subject.domain.state).toBe('failed')
    expect(types.slice(3)).toEqual(['order.refused', 'billing.refund', 'domain.error'])
  })

  test('a reply that overtakes the record of our own hand-over settles, and is charged once', () => {
    const { subject, types } = all(customer(), [done, sent])
    expect(subject.order.status).toBe('done')
    expect(subject.domain.state).toBe('registered')
    expect(types.filter((type) => type === 'billing.charge')).toHaveLength(1)
    expect(types.filter((type) => type === 'domain.registered')).toHaveLength(1)
  })

  test('an acknowledgement is no outcome', () => {
    const { subject } = all(customer(), [sent, accepted])
    expect(subject.order.status).toBe('acknowledged')
    expect(statusOf(subject.domain.state)).toBe('Registering')
    expect(subject.request.ticket).toBe('T-1')
  })

  test('timed out: Error and a refund; a late success makes it Registered and suggests a charge', () => {
    const late = all(customer(), [sent, timedOut, done])
    expect(late.subject.domain.state).toBe('registered')
    expect(late.subject.order).toMatchObject({ status: 'done', reason: null })
    expect(late.types).toContain('billing.refund')
    expect(late.types).toContain('billing.charge-again-suggested')
  })

  test("timed out, then refused: the registry's words, no second refund, and a success after it is a contradiction", () => {
    const { subject, types } = all(customer(), [sent, timedOut, refused])
    expect(subject.order).toMatchObject({ status: 'refused', code: '63300062009', reason: 'no such domain' })
    expect(subject.request.state).toBe('settled')
    expect(types.filter((type) => type === 'billing.refund')).toHaveLength(1)
    expect(types.slice(-1)).toEqual(['order.refused'])
    expect(advance(subject, done, context).kind).toBe('conflict')
  })

  test('undeliverable: Error; a verified success still wins', () => {
    const { subject, types } = all(customer(), [undeliverable])
    expect(subject.order).toMatchObject({ status: 'refused', code: 'undeliverable' })
    expect(types).not.toContain('billing.charge')
    expect(all(subject, [done]).subject.domain.state).toBe('registered')
  })

  test('undeliverable, then a success: no charge beside the refund, but the suggestion to charge again', () => {
    const { types } = all(customer(), [undeliverable, done])
    expect(types.filter((type) => type.startsWith('billing.'))).toEqual([
      'billing.refund',
      'billing.charge-again-suggested',
    ])
  })

  test.each(['undeliverable', 'timeout'])(
    'refused by a registry with the code %s, which is ours: refused, and a success after it contradicts it',
    (code) => {
      const { subject } = all(customer(), [sent, { ...refused, reply: { ...refused.reply, code } }])
      expect(subject.order).toMatchObject({ status: 'refused', code: null, reason: 'no such domain' })
      expect(advance(subject, done, context).kind).toBe('conflict')
    },
  )

  test('undeliverable, then a 250 that was late: no charge after the refund', () => {
    expect(all(customer(), [undeliverable, sent]).types).not.toContain('billing.charge')
  })

  test('an acknowledgement does not give the registry more time', () => {
    const { subject } = all(customer(), [sent])
    const result = advance(subject, accepted, { ...context, now: later(10 * HOUR) })
    expect(result.kind === 'advanced' && result.subject.request.deadline).toEqual(later(25 * HOUR))
  })

  test('contacts that a change does not name stay; a name that is registered again begins anew', () => {
    const known = { contacts: { abuse: [{ handle: 'DENIC-1-A' }] }, dnssec: ['257 3 13 AAAA'] }
    const after = (action: Action, state: DomainState) => {
      const domain = aDomain({ state, ...known })
      return all({ ...customer(), order: anOrder({ terms: { action } }), domain }, [sent, done]).subject.domain
    }
    const changed = after('update-nameservers', 'registered')
    expect([Object.keys(changed.contacts).sort(), changed.dnssec]).toEqual([['abuse', 'holder'], known.dnssec])
    const registered = after('register', 'pending')
    expect([Object.keys(registered.contacts), registered.dnssec]).toEqual([['holder'], []])
  })

  test('records at the registry take the place of the name servers', () => {
    const order = anOrder({
      terms: { action: 'update-nameservers', nameservers: [], records: ['example.de IN A 192.0.2.1'] },
    })
    const domain = aDomain({ state: 'registered', nameservers: [{ host: 'old.example', addresses: [] }] })
    expect(all({ ...customer(), order, domain }, [sent, done]).subject.domain.nameservers).toEqual([])
  })

  test('uncertain: waits for the reply, and the reply settles it', () => {
    const waiting = all(customer(), [uncertain]).subject
    expect(waiting.order.status).toBe('uncertain')
    expect(waiting.request).toMatchObject({ state: 'uncertain', dueAt: null, deadline: later(25 * HOUR) })
    expect(all(waiting, [done]).subject.order.status).toBe('done')
  })
})

describe('what contradicts what is settled is left to a human', () => {
  test.each<[string, Happening[], Happening]>([
    ['a refusal after a success', [sent, done], refused],
    ['a success after a refusal', [sent, refused], done],
    ['another success after a success', [sent, done], done],
  ])('%s', (_, before, after) => {
    const settled = all(customer(), before).subject
    const result = advance(settled, after, context)
    expect(result.kind).toBe('conflict')
  })

  test('a reply to a request that was never sent', () => {
    const unpaid = {
      ...customer(),
      order: anOrder({ status: 'awaiting-payment' }),
      request: aRequest({ state: 'waiting' }),
    }
    expect(advance(unpaid, done, context).kind).toBe('conflict')
  })

  test('a success after the cancellation', () => {
    const cancelled = { ...customer(), order: anOrder({ status: 'cancelled' }), domain: aDomain({ state: 'closed' }) }
    expect(advance(cancelled, done, context).kind).toBe('conflict')
  })

  test('a late success of an order that another one followed', () => {
    const { subject } = all(customer(), [sent, timedOut])
    expect(advance(subject, done, { ...context, superseded: true }).kind).toBe('conflict')
  })
})

describe('a change of a domain that is ours', () => {
  const change = (): Subject => ({
    order: anOrder({ status: 'queued', terms: { action: 'update-nameservers' } }),
    request: aRequest({ action: 'update-nameservers' }),
    domain: aDomain({ state: 'registered', detail: 'REG-OK', nameservers: [{ host: 'old.example', addresses: [] }] }),
  })

  test('stays Registered while it is pending, and its servers change with the success only', () => {
    const pending = all(change(), [sent]).subject
    expect(statusOf(pending.domain.state)).toBe('Registered')
    expect(pending.domain.nameservers).toEqual([{ host: 'old.example', addresses: [] }])
    expect(all(pending, [done]).subject.domain.nameservers).toEqual(anOrder().terms.nameservers)
  })

  test('refused: Error with the tick, and the old servers', () => {
    const { subject } = all(change(), [sent, refused])
    expect(all(change(), [sent, refused]).types).toContain('domain.error')
    expect(subject.domain).toMatchObject({ state: 'faulty', nameservers: [{ host: 'old.example', addresses: [] }] })
  })
})

describe('success with errors', () => {
  test('registered, not delegated: Registered, with warnings in the log and the deadline', () => {
    const reply = aReply({
      undelegatedUntil: later(30 * 24 * HOUR),
      findings: [{ level: 'error', code: '53300102912', text: 'Nameserver error' }],
    })
    const result = advance(all(customer(), [sent]).subject, { kind: 'done', reply, mailId: 'm' }, context)
    expect(result.kind === 'advanced' && result.subject.domain.state).toBe('registered')
    const log = result.kind === 'advanced' ? result.actions : []
    expect(log.filter(({ level }) => level === 'warning').map(({ event }) => event)).toEqual([
      'registry.finding',
      'domain.undelegated',
    ])
  })
})

describe('in whatever order things happen', () => {
  const happening = fc.constantFrom(sent, done, refused, accepted, timedOut, undeliverable, uncertain)

  test('an order is charged at most once, refunded at most once, and settled at most once before it is late', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 12 }), (happenings) => {
        const { types } = all(customer(), happenings)
        const charged = types.indexOf('billing.charge')
        const refunded = types.indexOf('billing.refund')
        if (charged >= 0 && refunded >= 0) expect(charged).toBeLessThan(refunded)
        for (const once of [
          'billing.charge',
          'billing.refund',
          'order.filed',
          'order.done',
          'billing.charge-again-suggested',
        ])
          expect(types.filter((type) => type === once).length).toBeLessThanOrEqual(1)
      }),
      { numRuns: 3_000 },
    )
  })

  test('a domain is Registered if and only if its order is done', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 12 }), (happenings) => {
        const { subject } = all(customer(), happenings)
        expect(statusOf(subject.domain.state) === 'Registered').toBe(subject.order.status === 'done')
      }),
      { numRuns: 3_000 },
    )
  })

  test('an order that takes a second person is let go by an approval alone', () => {
    const steps = fc.constantFrom<Happening>(
      ...[done, refused, accepted, timedOut, undeliverable, uncertain],
      ...([{ kind: 'queued' }, { kind: 'retried' }, { kind: 'cancelled' }] as const),
    )
    const two = { ...context, twoPersons: TWO_PERSON_KINDS }
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 12 }), (happenings) => {
        let subject: Subject = {
          order: anOrder({ status: 'awaiting-payment', terms: { action: 'close' } }),
          request: aRequest({ state: 'waiting', dueAt: null }),
          domain: aDomain({ state: 'registered' }),
        }
        for (const happening of happenings) {
          const result = advance(subject, happening, two)
          if (result.kind === 'advanced') subject = result.subject
          expect(subject.order.status).not.toBe('queued')
          expect(subject.request.dueAt).toBeNull()
        }
        if (subject.order.status !== 'awaiting-approval') return
        const approved = { ...subject, order: { ...subject.order, approvedAt: NOW } }
        const result = advance(approved, { kind: 'queued' }, two)
        expect(result).toMatchObject({ kind: 'advanced', subject: { order: { status: 'queued' } } })
      }),
      { numRuns: 1_000 },
    )
  })

  test('nothing but a person who retries leads from a settled order back to an open one', () => {
    const over = ['done', 'refused', 'timed-out', 'cancelled']
    for (const status of ORDER_STATUSES.filter((one) => over.includes(one)))
      for (const [kind, to] of Object.entries(ORDER_TRANSITIONS[status]))
        if (kind === 'retried' && (status === 'refused' || status === 'timed-out')) expect(to).toBe('queued')
        else expect([...over, null]).toContain(to)
  })

  test('however often it is retried, an order is charged at most once and before its one refund', () => {
    const steps = fc.constantFrom(sent, done, refused, timedOut, undeliverable, { kind: 'retried' } as const)
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 16 }), (happenings) => {
        let subject = customer()
        const types: string[] = []
        for (const [index, happening] of happenings.entries()) {
          // A retry of an order that is over makes a request of its own.
          if (happening.kind === 'retried' && subject.order.status !== 'uncertain')
            subject = { ...subject, request: { ...customer().request, id: `request-${index}` } }
          const result = advance(subject, happening, context)
          if (result.kind === 'conflict') continue
          subject = result.subject
          types.push(...result.events.map(({ type }) => type))
        }
        const count = (type: string) => types.filter((one) => one === type).length
        expect(count('billing.charge')).toBeLessThanOrEqual(1)
        expect(count('billing.refund')).toBeLessThanOrEqual(1)
        expect(count('billing.charge-again-suggested')).toBeLessThanOrEqual(1)
        if (count('billing.charge') === 1 && count('billing.refund') === 1)
          expect(types.indexOf('billing.charge')).toBeLessThan(types.indexOf('billing.refund'))
        if (subject.order.status === 'done' && count('billing.refund') === 1)
          expect(count('billing.charge-again-suggested')).toBe(1)
      }),
      { numRuns: 3_000 },
    )
  })

  test('times come from the context alone', () => {
    const result = advance(customer(), sent, { ...context, now: NOW })
    expect(result.kind === 'advanced' && result.subject.request.sentAt).toEqual(NOW)
  })
})
