import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { approveOrder } from '../../src/flows/approve-order.js'
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

const UNTIL = '2026-07-05T10:00:00Z'
const LATER = '2026-07-09T10:00:00Z'
type Asking = { by?: string; until?: string; remark?: string; at?: Date }
const asks = (domain: string, { by = 'PROVIDER-2', until = UNTIL, remark = '', at }: Asking = {}) =>
  stage.reply(
    [
      ...['#HS.DOMAIN.NOTICE', `DOMAIN_NAME="${domain}"`, 'DOMAIN_NOTICE="KK-req"'],
      ...(by === '' ? [] : [`NEW_PROVIDER="${by}"`]),
      ...[...(until === '' ? [] : [`ANSWER_UNTIL="${until}"`]), `NOTICE_TEXT="${remark}"`, '#'],
    ],
    at === undefined ? {} : { at },
  )

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
        text: `PROVIDER-2 asks the registry for ${LOCKED}, and waits for an answer until 2026-07-05T10:00:00.000Z: it is rejected, because the domain is locked`,
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
      transferRequest: { by: 'PROVIDER-2', until: '2026-07-05T10:00:00.000Z', answer: 'reject-transfer' },
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
    await stage.pass(116 * HOUR, 29 * HOUR)
    expect((await asks(LOCKED, { until: '' })).stage).toBe('informational')
    await stage.pass(5 * HOUR)
    expect((await asks(LOCKED, { until: '' })).stage).toBe('settled')
  })

  test('what is told after the registry confirmed the answer is a new request, whoever asks and until when', async () => {
    await have(LOCKED)
    const unnamed = { by: '', until: '' }
    await asks(LOCKED, unnamed)
    await stage.run()
    const asked = stage.gateway.now()
    await stage.pass(2 * HOUR)
    const [order] = await answers(LOCKED)
    await word({ id: String(order?.['id']), domain: LOCKED }, 'KK-NACK', ['DOMAIN_ACTION="KK-NACK"'])
    expect((await stage.domain(LOCKED))['transferRequest']).toMatchObject({
      ...{ order: order?.['id'], answer: 'reject-transfer', answeredAt: stage.gateway.now().toISOString() },
    })
    // Signed before that and late: it is the one that was answered.
    const late = await asks(LOCKED, { ...unnamed, remark: 'a reminder', at: new Date(asked.getTime() + HOUR) })
    expect([late.stage, late.reason]).toEqual(['informational', expect.stringContaining('told before')])
    await stage.pass(2 * DAY)
    expect((await asks(LOCKED, unnamed)).stage).toBe('settled')
    await stage.run()
    expect(sentWords()).toEqual(['KK-NACK', 'KK-NACK'])
  })

  test('what was told before the request that is known, and came after it, changes nothing', async () => {
    await have(LOCKED)
    const before = stage.gateway.now()
    await stage.pass(HOUR)
    await asks(LOCKED, { by: 'PROVIDER-3' })
    const older = await asks(LOCKED, { at: before })
    expect([older.stage, older.reason]).toEqual(['informational', expect.stringContaining('older than')])
    expect((await stage.domain(LOCKED))['transferRequest']).toMatchObject({ by: 'PROVIDER-3' })
    expect(await tickets()).toEqual([])
  })

  test('the answer to one request says nothing of the next one', async () => {
    await have(LOCKED)
    await asks(LOCKED)
    await stage.run()
    const [first] = await answers(LOCKED)
    await stage.pass(HOUR)
    await asks(LOCKED, { by: 'PROVIDER-3', until: LATER })
    await word({ id: String(first?.['id']), domain: LOCKED }, 'KK-NACK', ['DOMAIN_ACTION="KK-NACK"'])
    expect((await stage.order(String(first?.['id'])))['status']).toBe('done')
    const next = { by: 'PROVIDER-3', order: null, answer: null, answeredAt: null }
    expect((await stage.domain(LOCKED))['transferRequest']).toMatchObject(next)
    expect(await tickets()).toMatchObject([{ subject: `${LOCKED}: PROVIDER-3 asks for it, and nobody answered yet` }])
    const second = await fileOrder(stage, changeOf(LOCKED, 'reject-transfer'))
    await word(second, 'KK-NACK', ['DOMAIN_ACTION="KK-NACK"'])
    expect((await stage.domain(LOCKED))['transferRequest']).toMatchObject({
      ...{ by: 'PROVIDER-3', order: second.id, answer: 'reject-transfer' },
    })
    expect(await tickets()).toEqual([])
  })

  test('nobody approves that it goes before it is released', async () => {
    await have(LOCKED)
    const refused = await stage.post('/v1/orders', changeOf(LOCKED, 'approve-transfer'))
    expect([refused.status, refused.text]).toEqual([409, expect.stringContaining('is locked: release it first')])
    await done(LOCKED, 'release')
    const locking = await fileOrder(stage, changeOf(LOCKED, 'lock', { account: ACCOUNT }))
    const waits = await stage.post('/v1/orders', changeOf(LOCKED, 'approve-transfer'))
    expect([waits.status, waits.text]).toEqual([409, expect.stringContaining(`being locked (order ${locking.id})`)])
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
    expect((await stage.domain(OPEN))['next']).toMatch(/Another provider asks .* before 2026-07-05T10:00:00\.000Z/)
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

/** A second person approves the one answer that rests. */
const approve = async (domain: string) => {
  await stage.signIn()
  const user = (await store.users.list()).find(({ name }) => name === 'ann')
  const [resting] = (await answers(domain)).filter(({ status }) => status === 'awaiting-approval')
  const person = { id: user?.id ?? '', name: 'ann' }
  return approveOrder(stage.gateway.deps, { id: String(resting?.['id']), by: { actor: 'user:ann', person } })
}
const pause = async (id: string, verb: 'pause' | 'resume') =>
  expect((await stage.post(`/v1/connections/${id}/${verb}`)).status).toBe(200)
const policy = async (transferAway: 'ask' | 'approve') => {
  const [connection] = await store.connections.list()
  if (connection === undefined) return expect.fail()
  await store.connections.update({ ...connection, transferAway }, stage.gateway.now())
}
const LAPSED = { action: 'approve-transfer', status: 'cancelled', code: 'lapsed' }

describe('F70: an answer that is not true any more when it is to leave is cancelled, and people decide', () => {
  const rests = async (domain: string) => {
    await have(domain, { transferAway: 'approve' })
    if (domain === LOCKED) await done(domain, 'release')
    stage.gateway.deps.twoPersons = ['transfer-out']
    await asks(domain)
    await stage.run()
    expect(await answers(domain)).toMatchObject([{ action: 'approve-transfer', status: 'awaiting-approval' }])
  }

  test('the domain was locked while its approval waited for a second person', async () => {
    await rests(LOCKED)
    await done(LOCKED, 'lock')
    await expect(approve(LOCKED)).rejects.toThrow(/is cancelled, because example\.net is locked: release it first/)
    await stage.run()
    expect(await answers(LOCKED)).toMatchObject([LAPSED])
    expect(await tickets()).toMatchObject([
      { text: expect.stringContaining('(approve-transfer) is cancelled: example') },
    ])
    expect(sentWords()).toEqual([])
  })

  test('another provider asks meanwhile: it does not get what was meant for the first', async () => {
    await rests(OPEN)
    await stage.pass(HOUR)
    await asks(OPEN, { by: 'PROVIDER-3', until: LATER })
    await expect(approve(OPEN)).rejects.toThrow(/asked for anew since it was ordered/)
    expect(await answers(OPEN)).toMatchObject([LAPSED])
    expect(await tickets()).toMatchObject([{ subject: expect.stringContaining('PROVIDER-3') }])
    expect(sentWords()).toEqual([])
    const order = await fileOrder(stage, changeOf(OPEN, 'reject-transfer'))
    expect((await stage.domain(OPEN))['transferRequest']).toMatchObject({ by: 'PROVIDER-3', order: order.id })
  })

  test("the registry's time was over before somebody approved it", async () => {
    await rests(OPEN)
    await stage.pass(5 * DAY)
    await expect(approve(OPEN)).rejects.toThrow(/the registry waited for it until 2026-07-05T10:00:00\.000Z/)
    expect(await tickets()).toHaveLength(1)
    // Whoever knows that, and orders all the same, may try.
    await fileOrder(stage, changeOf(OPEN, 'reject-transfer'))
    expect(sentWords()).toEqual(['KK-NACK'])
  })

  test('the connection asks people by now, or the domain was released, while it was paused', async () => {
    await have(LOCKED, { transferAway: 'approve' })
    const [connection] = await store.connections.list()
    const id = connection?.id ?? ''
    await pause(id, 'pause')
    await asks(LOCKED)
    await stage.run()
    const domain = (await store.domains.get(LOCKED)) ?? expect.fail()
    await store.domains.save({ ...domain, locked: false })
    await pause(id, 'resume')
    await stage.run()
    expect(await answers(LOCKED)).toMatchObject([{ action: 'reject-transfer', status: 'cancelled', code: 'lapsed' }])
    expect(await tickets()).toMatchObject([{ text: expect.stringContaining('is not locked any more') }])

    await pause(id, 'pause')
    await stage.pass(HOUR)
    await asks(LOCKED, { by: 'PROVIDER-3', until: LATER })
    await stage.run()
    await policy('ask')
    await pause(id, 'resume')
    await stage.run()
    expect((await answers(LOCKED))[0]).toMatchObject({ ...LAPSED, reason: expect.stringContaining('asks people now') })
    expect(sentWords()).toEqual([])
    // What a person orders goes by their word.
    await fileOrder(stage, changeOf(LOCKED, 'approve-transfer'))
    expect(sentWords()).toEqual(['KK-ACK'])
  })

  test('one that failed is not tried again for another request', async () => {
    await have(OPEN)
    await asks(OPEN)
    const order = await fileOrder(stage, changeOf(OPEN, 'approve-transfer'))
    await word(order, 'error', ['DOMAIN_ACTION="KK-ACK"', 'STATUS_TEXT="not now"'])
    await stage.pass(HOUR)
    await asks(OPEN, { by: 'PROVIDER-3', until: LATER })
    const again = await stage.post(`/v1/orders/${order.id}/retry`)
    expect([again.status, again.text]).toEqual([409, expect.stringContaining('asked for anew since it was ordered')])
  })

  test('what people have by hand is theirs no more either', async () => {
    await stage.connect(BY_HAND)
    await fileOrder(stage, {
      ...{ account: PROVIDER, action: 'register', domain: 'example.nu', contacts: { holder: [{ handle: 'H-1' }] } },
    })
    const [work] = await stage.items('/v1/tickets?kind=order')
    await stage.post(`/v1/tickets/${work?.['number']}/close`, { outcome: 'done', note: 'registered' })
    const order = await stage.place(changeOf('example.nu', 'approve-transfer'))
    const domain = (await store.domains.get('example.nu')) ?? expect.fail()
    await store.domains.save({ ...domain, locked: true })
    await stage.run()
    expect(await stage.order(order.id)).toMatchObject({ status: 'cancelled', code: 'lapsed' })
    expect(await stage.items('/v1/tickets?kind=order&state=open')).toEqual([])
  })
})

describe('F70: what is not plain is for people', () => {
  test('a request that was told when its time was over', async () => {
    await have(LOCKED)
    await asks(LOCKED, { until: '2026-06-30T10:00:00Z' })
    await stage.run()
    expect(sentWords()).toEqual([])
    expect(await tickets()).toMatchObject([
      { text: expect.stringContaining('waited for an answer until 2026-06-30T10:00:00.000Z, which is over') },
    ])
  })

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
