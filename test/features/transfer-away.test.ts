import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTestStore, type TestStore } from '../helpers/database.js'
import { changeOf, DAY, fileOrder, HOUR, type Json, openStage, type Placed, PROVIDER, type Stage } from './stage.js'

let store: TestStore
let stage: Stage
beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(async () => {
  stage = await openStage(store)
  await stage.subscribe()
})
afterEach(() => stage.close())
afterAll(() => store.close())

const handle = (text: string) => ({ handle: `${text}@HANDLES.DE` })
const ROBOT = {
  ...{ title: 'Order robot', profile: 'order-robot', tlds: ['net', 'de'], account: { admin: 'xyz00' } },
  defaults: { contacts: { tech: handle('TECH1'), zone: handle('ZONE1') } },
}
const TRIAL = {
  ...{ to: 'robot@registry.example', from: 'domains@hoster.example', replyTo: 'denic-main@in.hoster.example' },
  test: 'test@registry.example',
}
const BY_HAND = {
  ...{ title: 'By hand', profile: 'manual', tlds: ['nu'], account: { registrar: 'Example Registrar' } },
  ...{ registry: undefined, relay: undefined, signing: undefined, trust: undefined },
}
const ACCOUNT = { id: 'cust-7', type: 'provider', email: 'owner@example.org' }
const CONTACTS = { holder: [handle('OWN1')], admin: [handle('ADM1')] }
/** The robot locks the one by itself, and the other never. */
const [LOCKED, OPEN] = ['example.net', 'example.de']

/** A domain that the robot has, at a connection that says so much of others that ask for it. */
const have = async (domain: string, connection: Json = {}): Promise<Placed> => {
  await stage.connect({ ...ROBOT, ...connection })
  const order = await fileOrder(stage, {
    ...{ account: ACCOUNT, action: 'register', domain, nameservers: [], contacts: CONTACTS, paid: true },
  })
  await word(order, 'connected')
  return order
}

/** The robot's word for an order. */
const word = async ({ id, domain }: Pick<Placed, 'id' | 'domain'>, status: string, more: string[] = []) => {
  const reference = `ORDER_REFERENCE="${await stage.reference(id)}"`
  return stage.reply([
    ...['#HS.DOMAIN.STATUS', `DOMAIN_NAME="${domain}"`, reference, `DOMAIN_STATUS="${status}"`, ...more, '#'],
  ])
}
const done = async (domain: string, action: string): Promise<void> => {
  const order = await fileOrder(stage, changeOf(domain, action, { account: ACCOUNT }))
  expect((await word(order, 'connected')).stage).toBe('settled')
}

const UNTIL = '2026-03-06T10:00:00Z'
const asks = (domain: string, { by = 'PROVIDER-2', until = UNTIL, remark = '' } = {}) =>
  stage.reply([
    ...['#HS.DOMAIN.NOTICE', `DOMAIN_NAME="${domain}"`, 'DOMAIN_NOTICE="KK-req"', `NEW_PROVIDER="${by}"`],
    ...[...(until === '' ? [] : [`ANSWER_UNTIL="${until}"`]), `NOTICE_TEXT="${remark}"`, '#'],
  ])

const answers = async (domain: string): Promise<Json[]> =>
  (await stage.items(`/v1/orders?domain=${domain}`)).filter(({ action }) => String(action).endsWith('-transfer'))
const sentWords = (): string[] =>
  stage.sent.flatMap(({ raw }) => /DOMAIN_ACTION="(KK-\w+)"/.exec(Buffer.from(raw).toString('latin1'))?.[1] ?? [])
const tickets = (state = 'open'): Promise<Json[]> => stage.items(`/v1/tickets?kind=transfer-away&state=${state}`)
const told = async (domain: string): Promise<Json[]> =>
  (await stage.log(`?domain=${domain}`)).filter(({ event }) => event === 'domain.transfer-requested')
const notices = async (kind: string) =>
  (await store.notices.list({}, { limit: 200, cursor: null })).items.filter((notice) => notice.kind === kind)

describe('F70: a locked domain', () => {
  test('is kept: the request is answered by a signed NACK, and everybody is told why', async () => {
    await have(LOCKED)
    expect(await stage.domain(LOCKED)).toMatchObject({ locked: true, transferRequest: null })
    expect((await asks(LOCKED)).stage).toBe('settled')
    await stage.run()
    expect(sentWords()).toEqual(['KK-NACK'])
    const [order] = await answers(LOCKED)
    expect(order).toMatchObject({
      ...{ action: 'reject-transfer', status: 'sent', account: { id: 'cust-7' }, chargedAt: null },
    })
    expect(await told(LOCKED)).toMatchObject([
      {
        ...{ level: 'warning', actor: 'registry', mail: expect.any(String) },
        text: `PROVIDER-2 asks the registry for ${LOCKED}, and waits for an answer until 2026-03-06T10:00:00.000Z: it is rejected, because the domain is locked`,
        data: { by: 'PROVIDER-2', answer: 'reject-transfer' },
      },
    ])
    expect(await notices('transfer-requested')).toMatchObject([
      {
        to: { kind: 'account', address: 'owner@example.org' },
        values: { by: 'PROVIDER-2', answer: 'reject-transfer' },
      },
    ])
    expect(await tickets()).toEqual([])
    const answered = await word({ id: String(order?.['id']), domain: LOCKED }, 'KK-NACK', ['DOMAIN_ACTION="KK-NACK"'])
    expect(answered.stage).toBe('settled')
    expect(await stage.domain(LOCKED)).toMatchObject({
      ...{ status: 'Registered', detail: 'connected', locked: true },
      transferRequest: { by: 'PROVIDER-2', until: '2026-03-06T10:00:00.000Z', answer: 'reject-transfer' },
    })
  })

  test('its holder hears of it by an event, and is charged nothing', async () => {
    const order = await have(LOCKED)
    await asks(LOCKED)
    await stage.run()
    expect(stage.eventData(order.id, 'domain.transfer-requested')).toMatchObject([
      { domain: LOCKED, by: 'PROVIDER-2', answer: 'reject-transfer', because: 'the domain is locked' },
    ])
    const [answer] = await answers(LOCKED)
    expect(stage.events(String(answer?.['id'])).filter((type) => type.startsWith('billing.'))).toEqual([])
  })

  test('one answer to each request: told again, in other words, or by the same mail, it is answered once', async () => {
    await have(LOCKED)
    const first = await asks(LOCKED)
    const again = await asks(LOCKED, { remark: 'a reminder' })
    expect([again.stage, again.reason]).toEqual(['informational', expect.stringContaining('told before')])
    await stage.post(`/v1/mails/${first.id}/replay`)
    await stage.run()
    expect(sentWords()).toEqual(['KK-NACK'])
    expect(await answers(LOCKED)).toHaveLength(1)
    // Another provider, or another time, is another request: it waits for people while the first one is answered.
    await asks(LOCKED, { by: 'PROVIDER-3' })
    expect(await tickets()).toMatchObject([{ text: expect.stringContaining('is being answered by order') }])
    expect(sentWords()).toEqual(['KK-NACK'])
  })

  test('where the registry does not say until when, the same provider asks once in five days', async () => {
    await have(LOCKED)
    await asks(LOCKED, { until: '' })
    await stage.run()
    const [order] = await answers(LOCKED)
    await word({ id: String(order?.['id']), domain: LOCKED }, 'KK-NACK', ['DOMAIN_ACTION="KK-NACK"'])
    await stage.pass(116 * HOUR, 29 * HOUR)
    await asks(LOCKED, { until: '' })
    expect(await answers(LOCKED)).toHaveLength(1)
    await stage.pass(5 * HOUR)
    await asks(LOCKED, { until: '' })
    expect(await answers(LOCKED)).toHaveLength(2)
  })

  test('is answered while another order is open on it, and keeps nobody from ordering', async () => {
    await have(LOCKED)
    const update = await fileOrder(stage, changeOf(LOCKED, 'update', { contacts: { admin: [handle('ADM2')] } }))
    await asks(LOCKED)
    await stage.run()
    expect(sentWords()).toEqual(['KK-NACK'])
    expect(await stage.domain(LOCKED)).toMatchObject({ openOrder: update.id, detail: 'update' })
    await word(update, 'connected')
    expect((await stage.post('/v1/orders', changeOf(LOCKED, 'close'))).status).toBe(202)
  })

  test('is one while its release is not done; meanwhile people decide', async () => {
    await have(LOCKED)
    const release = await fileOrder(stage, changeOf(LOCKED, 'release', { account: ACCOUNT }))
    await asks(LOCKED)
    await stage.run()
    expect(sentWords()).toEqual([])
    expect(await tickets()).toMatchObject([
      { text: expect.stringContaining(`release is under way (order ${release.id})`) },
    ])
  })

  test('of no account that is known is kept as well, in the name of the gateway', async () => {
    await have(LOCKED)
    const domain = (await store.domains.get(LOCKED)) ?? expect.fail()
    await store.domains.save({ ...domain, name: 'imported.net', unicodeName: 'imported.net' })
    await asks('imported.net')
    expect(await answers('imported.net')).toMatchObject([{ account: { id: 'gateway' }, action: 'reject-transfer' }])
  })
})

describe('F70: a domain that is not locked', () => {
  test('a ticket asks people; the answer that an administrator orders closes it', async () => {
    await have(OPEN)
    expect(await stage.domain(OPEN)).toMatchObject({ locked: false })
    await asks(OPEN)
    await stage.run()
    expect(sentWords()).toEqual([])
    const [ticket] = await tickets()
    expect(ticket).toMatchObject({ domain: OPEN, subject: `${OPEN}: PROVIDER-2 asks for it, and nobody answered yet` })
    expect(ticket?.['text']).toMatch(
      /> example\.de: PROVIDER-2 asks[\s\S]*order approve-transfer[\s\S]*or reject-transfer/,
    )
    expect((await stage.domain(OPEN))['next']).toMatch(/Another provider asks .* before 2026-03-06T10:00:00\.000Z/)
    const page = await stage.signIn()
    expect(await page(`/domains/${OPEN}`)).toContain(`/orders/new?domain=${OPEN}&amp;action=approve-transfer`)
    expect(await page(`/tickets/${ticket?.['number']}`)).toContain('Reject the transfer')
    expect(await page(`/orders/new?domain=${OPEN}&action=reject-transfer`)).toMatch(/value="cust-7"/)

    const order = await fileOrder(stage, changeOf(OPEN, 'approve-transfer'))
    expect(sentWords()).toEqual(['KK-ACK'])
    expect((await word(order, 'KK-ACK', ['DOMAIN_ACTION="KK-ACK"'])).stage).toBe('settled')
    expect(await tickets('dismissed')).toMatchObject([
      { note: `it was answered by order ${order.id} (approve-transfer)` },
    ])
    // What the registry then tells by itself is the end of it.
    expect((await stage.domain(OPEN))['status']).toBe('Registered')
    await stage.reply(['#HS.DOMAIN.STATUS', `DOMAIN_NAME="${OPEN}"`, 'DOMAIN_STATUS="gone"', '#'])
    expect(await stage.domain(OPEN)).toMatchObject({ status: 'Gone', locked: false, transferRequest: null })
  })

  test('transferAway: approve lets it go without anybody', async () => {
    await have(OPEN, { transferAway: 'approve' })
    await asks(OPEN)
    await stage.run()
    expect(sentWords()).toEqual(['KK-ACK'])
    expect(await told(OPEN)).toMatchObject([
      { text: expect.stringMatching(/it is approved, because .*\(transferAway\)$/) },
    ])
  })

  test('lock and release say what it is, and so does a name that comes here anew', async () => {
    await have(LOCKED, { transferAway: 'approve' })
    await done(LOCKED, 'release')
    expect((await stage.domain(LOCKED))['locked']).toBe(false)
    await asks(LOCKED)
    await stage.run()
    expect(sentWords()).toEqual(['KK-ACK'])
    await done(LOCKED, 'lock')
    expect((await stage.domain(LOCKED))['locked']).toBe(true)
    await asks(LOCKED, { by: 'PROVIDER-3' })
    await stage.run()
    expect(await tickets()).toHaveLength(1)
    await done(LOCKED, 'release')
    await stage.reply(['#HS.DOMAIN.STATUS', `DOMAIN_NAME="${LOCKED}"`, 'DOMAIN_STATUS="gone"', '#'])
    expect(await tickets()).toEqual([])
    const back = await fileOrder(stage, {
      ...{ account: ACCOUNT, action: 'transfer', domain: LOCKED, nameservers: [], contacts: CONTACTS },
    })
    await word(back, 'connected')
    expect(await stage.domain(LOCKED)).toMatchObject({ status: 'Registered', locked: true })
  })

  test('an approval takes the second person that the settings want, and a rejection none', async () => {
    stage.gateway.deps.twoPersons = ['transfer-out']
    await have(OPEN, { transferAway: 'approve' })
    await asks(OPEN)
    await stage.run()
    expect(await answers(OPEN)).toMatchObject([{ action: 'approve-transfer', status: 'awaiting-approval' }])
    expect(sentWords()).toEqual([])
    // Nobody comes in seven days: then people have the request.
    await stage.pass(8 * DAY, DAY)
    expect(await answers(OPEN)).toMatchObject([{ status: 'cancelled', code: 'not-approved' }])
    expect(await tickets()).toMatchObject([{ text: expect.stringContaining('(approve-transfer) is cancelled') }])
    await fileOrder(stage, changeOf(OPEN, 'reject-transfer'))
    expect(sentWords()).toEqual(['KK-NACK'])
  })
})

describe('F70: what is not plain is for people', () => {
  test('a domain in test mode at a connection that went live, and one that is not ours', async () => {
    const { id } = await stage.connect({ ...ROBOT, mode: 'test', registry: TRIAL })
    const order = await fileOrder(stage, {
      ...{ account: ACCOUNT, action: 'register', domain: LOCKED, nameservers: [], contacts: CONTACTS, paid: true },
    })
    await word(order, 'connected')
    const connection = (await store.connections.get(id)) ?? expect.fail()
    await store.connections.update({ ...connection, mode: 'live' }, stage.gateway.now())
    await asks(LOCKED)
    await fileOrder(stage, {
      ...{
        account: ACCOUNT,
        action: 'transfer',
        domain: 'coming.net',
        nameservers: [],
        contacts: CONTACTS,
        paid: true,
      },
    })
    await asks('coming.net')
    await stage.run()
    expect(sentWords()).toEqual([])
    expect((await tickets()).map(({ text }) => String(text))).toEqual([
      expect.stringContaining('is Transferring here'),
      expect.stringContaining('is in test mode, and its connection in live mode'),
    ])
    expect(await notices('transfer-requested')).toHaveLength(1)
  })

  test('an answer that the registry refuses, or that nobody confirms, is', async () => {
    await have(LOCKED)
    await asks(LOCKED)
    await stage.run()
    const [order] = await answers(LOCKED)
    await word({ id: String(order?.['id']), domain: LOCKED }, 'error', [
      'DOMAIN_ACTION="KK-NACK"',
      'STATUS_TEXT="too late"',
    ])
    expect(await tickets()).toMatchObject([
      { order: order?.['id'], text: expect.stringContaining('is refused: example.net: too late') },
    ])
    const anew = await fileOrder(stage, changeOf(LOCKED, 'reject-transfer'))
    await stage.pass(6 * DAY, DAY)
    expect((await stage.order(anew.id))['status']).toBe('timed-out')
    expect(await tickets()).toHaveLength(1)
  })
})

describe('F70: who answers, and once', () => {
  test('no billing system does, and none withdraws what the gateway ordered', async () => {
    await have(LOCKED)
    const token = await stage.tokenOf('cust-7')
    const own = changeOf(LOCKED, 'approve-transfer', { account: ACCOUNT })
    const refused = await stage.post('/v1/orders', own, token)
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('an administrator')])
    await asks(LOCKED)
    const [order] = await answers(LOCKED)
    for (const verb of ['cancel', 'retry', 'reset', 'payment'])
      expect((await stage.post(`/v1/orders/${order?.['id']}/${verb}`, undefined, token)).status, verb).toBe(403)
    expect((await stage.get(`/v1/orders/${order?.['id']}`, token))['status']).toBe('sent')
  })

  test('one answer at a time, of a domain that is here; a late consent may follow a rejection, and nothing an approval', async () => {
    await have(OPEN)
    const order = (action: string, domain = OPEN) => stage.post('/v1/orders', changeOf(domain, action))
    expect((await order('reject-transfer', 'nobodys.de')).text).toContain('is not looked after here')
    await asks(OPEN)
    const first = await fileOrder(
      stage,
      changeOf(OPEN, 'reject-transfer', { account: { ...PROVIDER, type: 'customer' } }),
    )
    expect(first['status']).toBe('queued')
    const rival = await order('approve-transfer')
    expect([rival.status, rival.text]).toEqual([409, expect.stringContaining(`answered by order ${first.id}`)])
    await word(first, 'KK-NACK', ['DOMAIN_ACTION="KK-NACK"'])
    expect((await order('reject-transfer')).text).toContain('was answered already (reject-transfer)')
    const late = await fileOrder(stage, changeOf(OPEN, 'approve-transfer'))
    await word(late, 'KK-ACK', ['DOMAIN_ACTION="KK-ACK"'])
    expect((await order('reject-transfer')).text).toContain('was answered already (approve-transfer)')
    expect(sentWords()).toEqual(['KK-NACK', 'KK-ACK'])
  })

  test('by hand it is a ticket, and other registries say why they have it not', async () => {
    await stage.connect({ title: 'DENIC' })
    await stage.connect(BY_HAND)
    const answer = await stage.post('/v1/orders', changeOf(OPEN, 'approve-transfer'))
    expect([answer.status, answer.text]).toEqual([422, expect.stringContaining('no answer to another provider')])
    const order = await fileOrder(stage, {
      ...{ account: PROVIDER, action: 'register', domain: 'example.nu', contacts: { holder: [{ handle: 'H-1' }] } },
    })
    const [work] = await stage.items('/v1/tickets?kind=order')
    await stage.post(`/v1/tickets/${work?.['number']}/close`, { outcome: 'done', note: 'registered' })
    expect((await stage.order(order.id))['status']).toBe('done')
    await fileOrder(stage, changeOf('example.nu', 'reject-transfer'))
    const [ticket] = await stage.items('/v1/tickets?kind=order&state=open')
    expect(ticket?.['text']).toContain('reject its transfer at')
  })
})

test('F70: only the TLDs of the list can be locked and released', async () => {
  await have(OPEN)
  for (const action of ['lock', 'release']) {
    const answer = await stage.post('/v1/orders', changeOf(OPEN, action))
    expect([answer.status, answer.text]).toEqual([
      422,
      expect.stringMatching(/locks no \.de name, only: com, net, org/),
    ])
  }
})
