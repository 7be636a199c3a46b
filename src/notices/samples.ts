import type { NoticeKind } from '../core/notice.js'

type Values = Readonly<Record<string, unknown>>

/** What every mail gets when it is sent. */
const sent: Values = { test: null, link: null, time: '2026-07-01 10:00 UTC', gateway: 'gateway.hoster.example' }
const linked: Values = { ...sent, test: true, link: 'https://sealpost.hoster.example/domains/xn--mller-kva.de' }

const order: Values = {
  ...{ domain: 'xn--mller-kva.de', title: 'müller.de', action: 'register', account: 'cust-7' },
  ...{ order: '0190163d-8694-739b-aea5-966c26f8ad91', billingOrder: 'INV-1001' },
}
const line: Values = {
  ...{ title: 'müller.de', action: 'register', status: 'sent', billingOrder: 'INV-1001', account: 'cust-7', age: '3h' },
  test: true,
}
const nothingOpen: Values = {
  ...{ open: '0', counts: [], orders: [], moreOrders: null, forms: [], moreForms: null },
  ...{ done: null, completed: [], moreCompleted: null },
}
const standing: Values = {
  ...{
    open: '51',
    counts: [{ status: 'sent', count: '51' }],
    orders: [line, { ...line, test: null }],
    moreOrders: '1',
    forms: [{ file: 'dom-order.example.de', account: 'xyz00', status: 'init', age: '2h' }],
    moreForms: '1',
  },
  ...{ done: '1', completed: [{ ...line, status: 'done' }], moreCompleted: '1' },
}
const alarm: Values = {
  ...{ event: 'order.conflict', level: 'error', domain: 'example.de', order: order['order'] },
  text: ['example.de: the registry says something else now'],
}

/** Values of each kind, with all fields and with as few as may be: what templates are checked with at the start. */
export const NOTICE_SAMPLES: Readonly<Record<NoticeKind, readonly Values[]>> = {
  'order-filed': [
    { ...linked, ...order, reference: 'sp-aaaaaaaaaaaaaaaaaaaaaaaaaa', answer: ['250 2.0.0 queued'] },
    { ...sent, ...order, reference: 'sp-aaaaaaaaaaaaaaaaaaaaaaaaaa', answer: [] },
  ],
  'status-change': [
    {
      ...linked,
      ...order,
      status: 'Error',
      was: 'Registering',
      registered: false,
      code: '63300062009',
      reason: ['no'],
    },
    { ...sent, ...order, status: 'Registered', was: null, registered: true, code: null, reason: [] },
  ],
  digest: [
    { ...linked, ...standing },
    { ...sent, ...nothingOpen, done: '1', completed: [line] },
  ],
  heartbeat: [
    { ...linked, ...standing, done: null, completed: [], moreCompleted: null },
    { ...sent, ...nothingOpen },
  ],
  ticket: [
    {
      ...{ ...linked, link: 'https://sealpost.hoster.example/tickets/17' },
      ticket: '17',
      title: 'Decide what a mail means',
      domain: 'example.de',
      order: order['order'],
      text: ['a line'],
    },
    { ...sent, ticket: '18', title: 'Look at the registry', domain: null, order: null, text: [] },
  ],
  alarm: [
    { ...linked, ...alarm },
    { ...sent, ...alarm, domain: null, order: null, text: ['the disk is full'] },
  ],
  'key-expiring': [
    { ...linked, ...alarm, event: 'key.expiring' },
    { ...sent, ...alarm, event: 'key.unusable', domain: null, order: null },
  ],
  'transfer-requested': [
    {
      ...{ ...linked, domain: 'xn--mller-kva.de', title: 'müller.de', account: 'cust-7' },
      ...{ by: 'PROVIDER-2', until: '2026-07-06 10:00 UTC', answer: 'reject-transfer' },
    },
    {
      ...{ ...sent, domain: 'example.de', title: 'example.de', account: 'cust-7' },
      ...{ by: null, until: null, answer: null },
    },
  ],
  'form-errors': [
    {
      ...linked,
      ...{ domain: 'example.de', title: 'example.de', action: 'register', account: 'cust-7', billingOrder: 'INV-1001' },
      problems: [{ field: '/nameservers', detail: 'two are needed' }],
    },
    {
      ...sent,
      ...{ domain: 'example.de', title: 'example.de', action: 'register', account: 'cust-7', billingOrder: 'INV-1001' },
      problems: [{ field: null, detail: 'it cannot be taken' }],
    },
  ],
}
