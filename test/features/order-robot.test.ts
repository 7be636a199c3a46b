import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTestStore, type TestStore } from '../helpers/database.js'
import { aConnectionFile, copyKey } from '../helpers/gateway.js'
import { changeOf, DAY, fileOrder, HOUR, type Json, openStage, type Placed, PROVIDER, type Stage } from './stage.js'

let store: TestStore
let stage: Stage
beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(async () => {
  stage = await openStage(store)
  copyKey(`${store.dataDir}/keys`, 'ed25519.pub.asc', 'partner.asc', false)
  await stage.connect(ROBOT)
})
afterEach(() => stage.close())
afterAll(() => store.close())

const handle = (text: string) => ({ handle: `${text}@HANDLES.DE` })
const PARTNER = 'ed25519'
const ROBOT = {
  ...{ title: 'Order robot', profile: 'order-robot', tlds: ['net'], account: { admin: 'xyz00' } },
  trust: { keys: ['registry.asc', 'partner.asc'] },
  defaults: {
    contacts: { tech: handle('TECH1'), zone: handle('ZONE1') },
    nameservers: ['ns1.hoster.example.net', 'ns2.hoster.example.org'],
  },
}
const CONTACTS = { holder: [handle('OWN1')], admin: [handle('ADM1')] }
const PERSON = {
  ...{ name: 'Erika Muster', street: ['Weg 1'], city: 'Bonn', postalCode: '53111', country: 'DE' },
  ...{ phone: '+4930123456', email: 'erika@example.org' },
}

const file = (action: string, more: Json = {}): Promise<Placed> =>
  fileOrder(stage, {
    ...{ account: PROVIDER, action, domain: 'example.net', nameservers: [], contacts: CONTACTS, paid: true, ...more },
  })

/** One robot's word for an order; the partner's robot has a key and an address of its own. */
const say = async (
  order: Placed,
  word: string,
  more: { key?: string; lines?: string[]; bare?: boolean; at?: Date } = {},
) => {
  const { key = 'rsa2048', lines = [], bare = false, at } = more
  const reference = bare ? [] : [`ORDER_REFERENCE="${await stage.reference(order.id)}"`]
  const text = [
    '#HS.DOMAIN.STATUS',
    `DOMAIN_NAME="${order.domain}"`,
    ...reference,
    `DOMAIN_STATUS="${word}"`,
    ...lines,
    '#',
  ]
  const options = at === undefined ? { key } : { key, at }
  const raw = await stage.gateway.reply(text, options)
  return stage.gateway.receive(
    key === PARTNER ? raw.replace(/^From: .*$/m, 'From: Partner <robot@partner.example>') : raw,
  )
}
const detailOf = async ({ domain }: Placed): Promise<unknown> => {
  const { status, detail } = await stage.domain(domain)
  return `${status} ${detail}`
}
/** What each word in turn comes to. */
const come = async (order: Placed, words: readonly [word: string, expected: string][]): Promise<void> => {
  for (const [word, expected] of words) {
    expect((await say(order, word)).stage, word).not.toMatch(/unrec|conflict|ambig|untrusted/)
    expect(await detailOf(order), word).toBe(expected)
  }
}
const events = async (order: Placed): Promise<unknown[]> =>
  (await stage.log(`?order=${order.id}`)).map(({ event }) => event)
const lastSent = (): string => Buffer.from(stage.sent.at(-1)?.raw ?? '').toString('latin1')

describe('F79: the chains', () => {
  test('init, filed, REG-req, REG-OK, delegated, connected', async () => {
    const order = await file('register')
    expect(await detailOf(order)).toBe('Registering filed')
    await come(order, [
      ['init', 'Registering filed'],
      ['filed', 'Registering filed'],
      ['REG-req', 'Registering REG-req'],
      ['REG-OK', 'Registered REG-OK'],
      ['delegated', 'Registered delegated'],
      ['connected', 'Registered connected'],
    ])
    expect((await stage.order(order.id))['status']).toBe('done')
    expect((await events(order)).filter((event) => event === 'order.step').length).toBeGreaterThanOrEqual(3)
    expect((await stage.log(`?order=${order.id}`)).find(({ event }) => event === 'order.step')).toMatchObject({
      mail: expect.any(String),
      actor: 'registry',
    })
  })

  test('init, filed, KK-req, KK-ACK, delegated, connected; without REG-OK it is delegated that makes a name ours', async () => {
    const order = await file('transfer')
    await come(order, [
      ['KK-req', 'Transferring KK-req'],
      ['KK-ACK', 'Transferring KK-ACK'],
      ['delegated', 'Registered delegated'],
      ['connected', 'Registered connected'],
    ])
    const other = await file('register', { domain: 'another.net' })
    await come(other, [
      ['REG-req', 'Registering REG-req'],
      ['delegated', 'Registered delegated'],
    ])
  })

  test('a late earlier word never takes it back', async () => {
    const order = await file('transfer')
    await come(order, [
      ['KK-ACK', 'Transferring KK-ACK'],
      ['KK-req', 'Transferring KK-ACK'],
      ['KK-NACK', 'Transferring KK-ACK'],
      ['connected', 'Registered connected'],
      ['delegated', 'Registered connected'],
      ['KK-ACK', 'Registered connected'],
      ['filed', 'Registered connected'],
    ])
    expect(await events(order)).not.toContain('transfer.nacked')
  })

  test('a word of the other chain is for a person and changes nothing', async () => {
    const order = await file('transfer')
    expect(await say(order, 'REG-OK')).toMatchObject({
      stage: 'conflict',
      reason: expect.stringContaining('never comes to'),
    })
    expect(await detailOf(order)).toBe('Transferring filed')
  })

  test('a change, a deletion and a transit come to words of their own', async () => {
    const order = await file('register')
    await come(order, [['connected', 'Registered connected']])
    const update = await fileOrder(stage, changeOf('example.net', 'update', { contacts: { admin: [handle('ADM2')] } }))
    await come(update, [
      ['update', 'Registered update'],
      ['connected', 'Registered connected'],
    ])
    const close = await fileOrder(stage, changeOf('example.net', 'close'))
    expect((await say(close, 'connected')).stage).toBe('conflict')
    await come(close, [['closed', 'Closed closed']])
    const other = await file('register', { domain: 'another.net' })
    await come(other, [['connected', 'Registered connected']])
    await come(await fileOrder(stage, changeOf('another.net', 'transit')), [['gone', 'Gone gone']])
  })

  test('error ends it', async () => {
    const order = await file('register')
    await say(order, 'error', { lines: ['STATUS_TEXT="no such handle"'] })
    expect(await stage.order(order.id)).toMatchObject({
      status: 'refused',
      code: 'error',
      reason: 'example.net: no such handle',
    })
    expect(await detailOf(order)).toBe('Error error')
  })
})

describe('F81: KK-NACK', () => {
  test('is an alarm that asks for a LateACK; that moves the domain on and is logged as late', async () => {
    const order = await file('transfer')
    await stage.pass(4 * DAY, DAY)
    await come(order, [['KK-NACK', 'Transferring KK-NACK']])
    const nacked = (await stage.log(`?order=${order.id}`)).find(({ event }) => event === 'transfer.nacked')
    expect(nacked).toMatchObject({ level: 'error', text: expect.stringContaining('demand a LateACK') })
    const notices = (await store.notices.list({}, { limit: 50, cursor: null })).items
    expect(
      notices.filter(({ kind, values }) => kind === 'alarm' && values['event'] === 'transfer.nacked'),
    ).toHaveLength(1)
    // Its five days begin anew.
    await stage.pass(2 * DAY, DAY)
    await come(order, [
      ['KK-NACK', 'Transferring KK-NACK'],
      ['KK-ACK', 'Transferring KK-ACK'],
    ])
    expect((await events(order)).filter((event) => event === 'transfer.nacked')).toHaveLength(1)
    expect(await events(order)).toContain('transfer.late-ack')
    await come(order, [['delegated', 'Registered delegated']])
  })

  test('is a ticket that says to demand a LateACK, and closes itself when that comes or the transfer ends', async () => {
    const tickets = async (state: string): Promise<Json[]> => stage.items(`/v1/tickets?kind=late-ack&state=${state}`)
    const order = await file('transfer')
    await come(order, [['KK-req', 'Transferring KK-req']])
    expect(await tickets('open')).toEqual([])
    await come(order, [
      ['KK-NACK', 'Transferring KK-NACK'],
      ['KK-NACK', 'Transferring KK-NACK'],
    ])
    const [ticket, ...others] = await tickets('open')
    expect([ticket?.['domain'], ticket?.['order'], others]).toEqual(['example.net', order.id, []])
    const { deadline } = (await stage.order(order.id))['request'] as { deadline: string }
    expect(ticket?.['text']).toMatch(new RegExp(`awaited until: ${deadline}[\\s\\S]*Demand a LateACK`))
    await come(order, [['KK-ACK', 'Transferring KK-ACK']])
    expect(await tickets('dismissed')).toMatchObject([{ note: 'the registry says KK-ACK now', closedBy: 'system' }])
    await come(order, [['KK-NACK', 'Transferring KK-ACK']])
    expect(await tickets('open')).toEqual([])

    const lost = await file('transfer', { domain: 'lost.net' })
    await say(lost, 'KK-NACK')
    expect(await tickets('open')).toHaveLength(1)
    await stage.pass(5 * DAY + HOUR, DAY)
    expect(await tickets('open')).toEqual([])
    expect((await tickets('dismissed'))[0]).toMatchObject({ domain: 'lost.net', note: 'the order is timed-out' })
    const withdrawn = await file('transfer', { domain: 'withdrawn.net' })
    await say(withdrawn, 'KK-NACK')
    await stage.post(`/v1/orders/${withdrawn.id}/cancel`)
    expect((await tickets('dismissed'))[0]).toMatchObject({ domain: 'withdrawn.net', note: 'the order is cancelled' })
  })

  test('ends in an error where no LateACK comes', async () => {
    const order = await file('transfer')
    await come(order, [['KK-NACK', 'Transferring KK-NACK']])
    await stage.pass(5 * DAY + HOUR, DAY)
    expect(await detailOf(order)).toBe('Error error')
  })

  test('of somebody else is none: its mail has to be signed by a key of the connection', async () => {
    const order = await file('transfer')
    expect((await say(order, 'KK-NACK', { key: 'rsa3072' }).catch(() => ({ stage: 'untrusted' }))).stage).toBe(
      'untrusted',
    )
    expect(await detailOf(order)).toBe('Transferring filed')
  })
})

test('F94: robots of several senders, each with its key, tell of one request in any order', async () => {
  const order = await file('transfer')
  const words: [string, string, string][] = [
    ['init', PARTNER, 'Transferring filed'],
    ['KK-ACK', 'rsa2048', 'Transferring KK-ACK'],
    ['filed', PARTNER, 'Transferring KK-ACK'],
    ['KK-req', 'rsa2048', 'Transferring KK-ACK'],
    ['delegated', 'rsa2048', 'Registered delegated'],
    ['delegated', PARTNER, 'Registered delegated'],
    ['connected', PARTNER, 'Registered connected'],
  ]
  for (const [word, key, expected] of words) {
    const mail = await say(order, word, { key })
    expect(mail.stage, `${word} of ${key}: ${mail.reason}`).toMatch(/settled|informational/)
    expect(await detailOf(order), word).toBe(expected)
  }
  expect(stage.gateway.sent).toHaveLength(1)
})

test('F94: without our reference the domain binds a word to the one order that waits', async () => {
  const order = await file('register')
  expect((await say(order, 'REG-req', { bare: true })).stage).toBe('settled')
  expect(await detailOf(order)).toBe('Registering REG-req')
})

describe('F73: only owner and admin-c', () => {
  test('the rest is what the connection has', async () => {
    await file('register')
    const body = lastSent()
    expect(body).toContain(
      'OWNER_HANDLE="OWN1@HANDLES.DE"\r\nADMIN_C_HANDLE="ADM1@HANDLES.DE"\r\nTECH_C_HANDLE="TECH1@HANDLES.DE"',
    )
    expect(body).toContain('ZONE_C_HANDLE="ZONE1@HANDLES.DE"\r\nNS_1_NAME="ns1.hoster.example.net"')
  })
})

describe('F74: handles', () => {
  test('that a robot tells are kept with the domain, beside the data that they were made of', async () => {
    const order = await file('register', { contacts: { ...CONTACTS, holder: [PERSON] } })
    await say(order, 'REG-OK', { lines: ['OWNER_HANDLE="N1234@HANDLES.DE"'] })
    expect((await store.domains.get('example.net'))?.contacts).toMatchObject({
      holder: [{ name: 'Erika Muster', handle: 'N1234@HANDLES.DE' }],
    })
    await say(order, 'connected', { lines: ['ADMIN_C_HANDLE="N5678@HANDLES.DE"'] })
    expect((await store.domains.get('example.net'))?.contacts).toMatchObject({
      ...{ holder: [{ handle: 'N1234@HANDLES.DE' }], admin: [{ handle: 'N5678@HANDLES.DE' }] },
    })
  })

  test('are nobody to send a mail to', async () => {
    const refused = await stage.post(
      '/v1/orders',
      changeOf('example.net', 'register', { contacts: CONTACTS, notify: 'OWN1@HANDLES.DE' }),
    )
    expect([refused.status, refused.text]).toEqual([422, expect.stringContaining('nobody reads mails at')])
  })
})

test('F64: a debug word is refused outside test connections', async () => {
  const body = {
    ...aConnectionFile(ROBOT),
    account: { admin: 'xyz00', debug: 'yes' },
  }
  const answer = await stage.post('/v1/connections', body)
  expect([answer.status, answer.text]).toEqual([422, expect.stringContaining('ROBOT_DEBUG must be empty')])
})

test('F67: what has no form is refused, with the reason', async () => {
  for (const action of ['setup', 'remove', 'renew', 'change-holder']) {
    const answer = await stage.post('/v1/orders', changeOf('example.net', action, { contacts: CONTACTS }))
    expect([answer.status, answer.text], action).toEqual([
      422,
      expect.stringMatching(/robot has no such action|sends no such form/),
    ])
  }
})

test('F88: a mail that no robot is known to write goes to people and changes nothing', async () => {
  const order = await file('transfer')
  for (const word of ['finished', 'TRANSIT']) expect((await say(order, word)).stage).toBe('unrecognised')
  expect((await stage.reply(['example.net is yours.'])).stage).toBe('unrecognised')
  expect(await detailOf(order)).toBe('Transferring filed')
  expect(await stage.items('/v1/tickets')).toHaveLength(3)
})

test('F85: gone unasked is a domain that moved away', async () => {
  const order = await file('register')
  await come(order, [['connected', 'Registered connected']])
  await say(order, 'gone', { bare: true })
  expect(await detailOf(order)).toBe('Gone gone')
})

test('F72: a TRANSIT message opens a ticket that says what to do', async () => {
  const order = await file('register')
  await come(order, [['connected', 'Registered connected']])
  const mail = await stage.reply([
    ...['#HS.DOMAIN.NOTICE', 'DOMAIN_NAME="example.net"', 'DOMAIN_NOTICE="TRANSIT"'],
    ...['NOTICE_TEXT="name a new provider until July"', '#'],
  ])
  expect(mail.stage).toBe('informational')
  const [ticket, ...others] = await stage.items('/v1/tickets?state=open')
  expect([ticket?.['kind'], ticket?.['domain'], others]).toEqual(['notice', 'example.net', []])
  expect(ticket?.['text']).toMatch(
    /> example\.net: name a new provider until July[\s\S]*What to do: .*or order transit/,
  )
  expect(await detailOf(order)).toBe('Registered connected')
})
