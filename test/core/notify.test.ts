import { describe, expect, test } from 'vitest'
import type { NewAction } from '../../src/core/action-log.js'
import { advance } from '../../src/core/advance.js'
import { alarmsOf } from '../../src/core/alarm-notice.js'
import type { Happening, Subject } from '../../src/core/happening.js'
import type { NewNotice } from '../../src/core/notice.js'
import { statusChange } from '../../src/core/notify.js'
import type { OrderTerms } from '../../src/core/order.js'
import { createNoticeTemplates } from '../../src/notices/templates.js'
import { BUILT_IN_TEMPLATES, loadTemplates } from '../../src/profiles/load.js'
import { aDomain, anOrder, aReply, aRequest, later, NOW } from '../helpers/records.js'

const HOUR = 3_600_000
const context = {
  ...{ now: later(HOUR), replyTimeout: 24 * HOUR, checkEvery: HOUR, actor: 'system' },
  ...{ dnsPrepare: 'off' as const, twoPersons: [], superseded: false, replaced: false },
}
const account = { id: 'cust-1', type: 'customer', email: 'owner@example.net' } as const
const paid = (terms: Partial<OrderTerms> = {}, mode: 'live' | 'test' = 'live'): Subject => ({
  order: anOrder({ status: 'queued', mode, terms: { account, ...terms } }),
  request: aRequest(),
  domain: aDomain({ state: 'pending' }),
})

const sent: Happening = { kind: 'sent', answer: '250 2.0.0 queued' }
const accepted: Happening = { kind: 'accepted', reply: aReply({ outcome: 'accepted' }), mailId: 'mail-0' }
const done: Happening = { kind: 'done', reply: aReply(), mailId: 'mail-1' }
const no = aReply({ outcome: 'refused', code: '63300062009', text: 'no such domain\r\nStatus: Registered' })
const refused: Happening = { kind: 'refused', reply: no, mailId: 'mail-1' }

const told = (subject: Subject, ...happenings: Happening[]): NewNotice[] => {
  const notices: NewNotice[] = []
  let now = subject
  for (const happening of happenings) {
    const result = advance(now, happening, context)
    if (result.kind === 'conflict') continue
    now = result.subject
    notices.push(...result.notices)
  }
  return notices
}
const customers = (notices: readonly NewNotice[]) => notices.filter(({ to }) => to.kind === 'account')
const steps = (notices: readonly NewNotice[]) =>
  customers(notices).map(({ values }) => `${values['was']} > ${values['status']}`)

describe('F77: what people are mailed of an order', () => {
  test('also where the billing system calls an order or an account by blanks', async () => {
    const sources = await loadTemplates({ builtIn: BUILT_IN_TEMPLATES, operators: null })
    const { render } = createNoticeTemplates(sources)
    const named = { billingOrderId: ' ', account: { ...account, id: '\u00a0' } }
    const notices = told(paid(named), sent, done)
    expect(notices.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['order-filed', 'status-change']))
    for (const { kind, values } of notices)
      expect(render(kind, { ...values, test: false, link: null, time: 'now', gateway: 'mx.example' })).toMatchObject({
        ok: true,
      })
  })

  test('each status that its domain comes to, once, to the address of its account', () => {
    const notices = told(paid(), sent, sent, accepted, done, done)
    expect(steps(notices)).toEqual(['Pending > Registering', 'Registering > Registered'])
    for (const notice of customers(notices))
      expect(notice).toMatchObject({
        ...{ kind: 'status-change', to: { address: 'owner@example.net' }, domain: 'example.de', orderId: 'order-1' },
      })
    expect(customers(notices).map(({ once }) => once)).toEqual([null, 'registered:order-1'])
  })

  test('to the address of the order itself, where it has one', () => {
    const [notice] = customers(told(paid({ notify: 'tech@example.net' }), sent))
    expect(notice?.to).toEqual({ kind: 'account', address: 'tech@example.net' })
  })

  test('a refusal with its reason, line by line, so that it can be quoted', () => {
    const last = told(paid(), sent, refused).at(-1)
    expect(last?.values).toMatchObject({
      ...{ status: 'Error', registered: false, code: '63300062009', reason: ['no such domain', 'Status: Registered'] },
    })
  })

  test.each([
    ['without an address', paid({ account: { ...account, email: null } })],
    ['in test mode', paid({}, 'test')],
  ])('nothing to the customer of one %s', (_, subject) => {
    expect(customers(told(subject, sent, done))).toEqual([])
  })

  test('F87: that it is filed, to the administrators, once, by whatever that is known', () => {
    const filed = { kind: 'order-filed', to: { kind: 'admin' }, once: 'order-filed:request-1' }
    const admins = (...happenings: Happening[]) => told(paid(), ...happenings).filter(({ to }) => to.kind === 'admin')
    expect(admins(sent, accepted, done)).toEqual([expect.objectContaining(filed)])
    expect(admins(done, sent)).toEqual([expect.objectContaining(filed)])
    expect(admins(sent)[0]?.values).toMatchObject({ answer: ['250 2.0.0 queued'], billingOrder: 'INV-1' })
    expect(admins({ kind: 'cancelled' })).toEqual([])
  })
})

test('a status that stays is no news, and a name that is too long for a subject is cut', () => {
  const order = anOrder({ terms: { account, unicodeName: `${'ü'.repeat(200)}.de` } })
  const change = { before: aDomain({ state: 'failed' }), order, now: NOW }
  expect(statusChange({ ...change, after: aDomain({ state: 'failed' }) })).toEqual([])
  const [notice] = statusChange({ ...change, after: aDomain({ state: 'closed' }) })
  expect(String(notice?.values['title'])).toHaveLength(100)
})

describe('entries of the log that administrators are mailed', () => {
  const entry = (event: string, level: NewAction['level'], text = 'a text'): NewAction => ({
    ...{ at: NOW, level, actor: 'system', event, text, domain: 'example.de', orderId: 'order-1' },
  })

  test.each([
    ['order.conflict', 'error', 'alarm'],
    ['order.undeliverable', 'error', 'alarm'],
    ['order.late-success', 'warning', 'alarm'],
    ['order.uncertain', 'warning', 'alarm'],
    ['request.held', 'error', 'alarm'],
    ['disk.filling', 'warning', 'alarm'],
    ['database.restored', 'error', 'alarm'],
    ['key.expiring', 'warning', 'key-expiring'],
    ['key.unusable', 'error', 'key-expiring'],
    ['key.expiring', 'info', null],
    ['key.usable', 'info', null],
    ['order.refused', 'error', null],
    ['order.timed-out', 'error', null],
    ['order.cancelled', 'warning', null],
    ['order.done', 'info', null],
    ['notice.failed', 'error', null],
  ] as const)('%s of level %s: %s', (event, level, kind) => {
    expect(alarmsOf([entry(event, level)]).map((notice) => notice.kind)).toEqual(kind === null ? [] : [kind])
  })

  test('with what the entry says, line by line', () => {
    expect(alarmsOf([entry('order.conflict', 'error', 'it says\nLevel: info')])).toEqual([
      {
        ...{ kind: 'alarm', at: NOW, to: { kind: 'admin' }, domain: 'example.de', orderId: 'order-1', once: null },
        values: {
          ...{ event: 'order.conflict', level: 'error', domain: 'example.de', order: 'order-1' },
          text: ['it says', 'Level: info'],
        },
      },
    ])
  })
})
