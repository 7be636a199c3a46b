import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Mail } from '../../src/core/mail.js'
import { openTestStore, type TestStore } from '../helpers/database.js'
import { call } from '../http/harness.js'
import { fileOrder, HOUR, type Json, openStage, type Placed, registerDomain, type Stage } from './stage.js'

let store: TestStore
let stage: Stage
let connection: Json & { id: string }
beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(async () => {
  stage = await openStage(store)
  connection = await stage.connect()
  await stage.subscribe()
})
afterEach(() => stage.close())
afterAll(() => store.close())

const MEANING = { words: ['was entered into our books'], outcome: 'done' }
const addRule = async (change: Json = {}): Promise<Json & { id: string }> => {
  const answer = await stage.post(`/v1/connections/${connection.id}/rules`, { title: 'entered', ...MEANING, ...change })
  expect(answer.status, answer.text).toBe(201)
  return { ...answer.json, id: String(answer.json['id']) }
}
const tryRule = async (body: Json = {}): Promise<Json> => {
  const answer = await stage.post(`/v1/connections/${connection.id}/rules/try`, body)
  expect(answer.status, answer.text).toBe(200)
  return answer.json
}
const replay = async (mail: Mail): Promise<Json> => {
  const answer = await stage.post(`/v1/mails/${mail.id}/replay`)
  expect(answer.status, answer.text).toBe(202)
  await stage.run()
  return stage.get(`/v1/mails/${mail.id}`)
}
/** What the profile cannot read, in the registry's own hand. */
const entered = async (...orders: Placed[]): Promise<Mail> =>
  stage.reply([
    'Good morning!',
    ...(await Promise.all(orders.map(async ({ id }) => `${await stage.reference(id)} was entered into our books.`))),
  ])
const statusOf = async ({ domain }: Placed) => (await stage.domain(domain))['status']

describe('F88: a message that nobody knows', () => {
  test('changes nothing; a person tries a rule on it, saves it, and it is read from then on', async () => {
    const order = await fileOrder(stage)
    const mail = await entered(order)
    expect([mail.stage, await statusOf(order)]).toEqual(['unrecognised', 'Registering'])

    const before = (await stage.log()).length
    expect(await tryRule({ rule: MEANING })).toMatchObject({
      ...{ looked: 1, recognised: 1, changed: 0, unchanged: 0, unreadable: 0, next: null },
      differences: [
        {
          ...{ kind: 'recognised', mail: { id: mail.id } },
          was: [{ outcome: 'unrecognised' }],
          would: [{ outcome: 'done', reference: await stage.reference(order.id), hindrance: null }],
        },
      ],
    })
    expect([(await stage.log()).length, await statusOf(order)]).toEqual([before, 'Registering'])

    const rule = await addRule({ note: 'they write so since July' })
    expect(rule).toMatchObject({ version: 1, by: 'token:SEALPOST_TOKEN', enabled: true, without: [] })
    expect(await statusOf(order)).toBe('Registering')
    expect(await replay(mail)).toMatchObject({
      stage: 'settled',
      replies: [{ outcome: 'done', rule: { id: rule.id, version: 1, title: 'entered' } }],
    })
    expect(await statusOf(order)).toBe('Registered')
    expect((await stage.log(`?order=${order.id}`)).at(-1)).toMatchObject({
      ...{ event: 'rule.applied', actor: `rule:${rule.id}`, mail: mail.id, domain: order.domain },
      text: 'the rule "entered" (version 1) of the connection "DENIC main account" reads a mail that the profile cannot: done',
    })

    const next = await fileOrder(stage, { domain: 'another.de' })
    expect((await entered(next)).stage).toBe('settled')
    expect(await statusOf(next)).toBe('Registered')
    expect(stage.events(next.id)).toContain('order.done')
  })

  test('may be a refusal, with a code of the rule and the words of the registry', async () => {
    await addRule({ words: ['we regret'], outcome: 'refused', code: 'REGRET' })
    const order = await fileOrder(stage)
    await stage.reply([`We regret, ${await stage.reference(order.id)} cannot be carried out.`])
    expect(await stage.order(order.id)).toMatchObject({ status: 'refused', code: 'REGRET' })
    expect((await stage.order(order.id))['reason']).toContain('We regret, sp-')
    expect(await statusOf(order)).toBe('Error')
  })

  test('settles nothing by a name alone where the registry repeats our reference', async () => {
    await addRule()
    const order = await fileOrder(stage)
    const mail = await stage.reply([`${order.domain} was entered into our books.`])
    expect(mail).toMatchObject({ stage: 'unrecognised', reason: expect.stringContaining('repeats our reference') })
    expect(await statusOf(order)).toBe('Registering')
  })

  test('settles nothing where it names two requests: nobody guesses', async () => {
    await addRule()
    const [first, second] = [await fileOrder(stage), await fileOrder(stage, { domain: 'another.de' })]
    const mail = await entered(first, second)
    expect(mail).toMatchObject({
      stage: 'ambiguous',
      reason: expect.stringContaining('names several requests of ours'),
    })
    expect([await statusOf(first), await statusOf(second)]).toEqual(['Registering', 'Registering'])
  })

  test('about the order of another connection settles nothing', async () => {
    const other = await stage.connect({ ...OTHER, title: 'Second account' })
    await stage.post(`/v1/connections/${other.id}/rules`, { title: 'entered', ...MEANING })
    const order = await fileOrder(stage)
    const reference = await stage.reference(order.id)
    const raw = await stage.gateway.reply([`${reference} was entered into our books.`])
    const mail = await stage.gateway.receive(
      raw.replaceAll('denic-main@', 'denic-second@'),
      'denic-second@in.hoster.example',
    )
    expect(mail.stage).toBe('unrecognised')
    expect(await statusOf(order)).toBe('Registering')
  })

  test('is never read by a rule where the mail is not trusted', async () => {
    await addRule()
    const order = await fileOrder(stage)
    const line = `${await stage.reference(order.id)} was entered into our books.`
    expect((await stage.reply([line], { key: 'ed25519' })).stage).toBe('untrusted')
    const signed = await stage.gateway.reply([line])
    expect((await stage.gateway.receive(signed.replace('entered', 'ENTERED'))).stage).toBe('untrusted')
    // Nor by what stands around the signed text.
    const around = (await stage.gateway.reply(['Hello.'])).replace('Subject: Re', `Subject: ${line} Re`)
    expect((await stage.gateway.receive(around)).stage).toBe('unrecognised')
    expect(await statusOf(order)).toBe('Registering')
  })

  test('lets nothing out of quarantine', async () => {
    const order = await fileOrder(stage)
    const { id, verdict } = await entered(order)
    const quarantined = { stage: 'quarantined', reason: 'nobody vouches for it', verdict } as const
    await store.mails.finish(id, { ...quarantined, replies: [], orders: [] })
    expect(await tryRule({ rule: MEANING })).toMatchObject({ looked: 1, recognised: 0, unchanged: 1 })
  })

  test('never outweighs what the profile reads', async () => {
    await addRule({ words: ['RESULT: failed'], outcome: 'done' })
    const order = await fileOrder(stage)
    await stage.refuse(order.id)
    expect((await stage.order(order.id))['status']).toBe('refused')
    expect(await tryRule()).toMatchObject({ looked: 1, unchanged: 1, differences: [] })
    expect(await tryRule({ every: true })).toMatchObject({ looked: 1, unchanged: 1, differences: [] })
  })
})

const OTHER = {
  ...{ tlds: [] },
  registry: { to: 'robot@registry.example', from: 'domains@hoster.example', replyTo: 'denic-second@in.hoster.example' },
}

describe('a rule', () => {
  test('is changed by a version of its own, from the one that was read, and is kept', async () => {
    const { id } = await addRule()
    const change = (body: Json) => call(stage.app, 'PATCH', `/v1/rules/${id}`, { body })
    expect((await change({ version: 1, words: ['was entered'], code: null })).json).toMatchObject({ version: 2 })
    expect((await change({ version: 1, enabled: false })).json).toMatchObject({
      ...{ status: 409, detail: expect.stringContaining('version 2 is by token:SEALPOST_TOKEN') },
    })
    expect((await change({ words: ['was entered'] })).json).toMatchObject({ version: 2 })
    expect((await change({ enabled: false })).json).toMatchObject({ version: 3, enabled: false })
    const { items } = await stage.get(`/v1/rules/${id}`)
    expect((items as Json[]).map(({ version, words }) => [version, words])).toEqual([
      [3, ['was entered']],
      [2, ['was entered']],
      [1, ['was entered into our books']],
    ])
    expect((await stage.log()).filter(({ event }) => String(event).startsWith('rule.'))).toHaveLength(3)
  })

  test('that two change at the same moment has one next version, and the other hears of it', async () => {
    const { id } = await addRule()
    const answers = await Promise.all(
      [1, 2, 3].map((n) => call(stage.app, 'PATCH', `/v1/rules/${id}`, { body: { note: `note ${n}` } })),
    )
    const versions = (await stage.get(`/v1/rules/${id}`))['items'] as Json[]
    const taken = answers.filter(({ status }) => status === 200)
    expect(versions).toHaveLength(1 + taken.length)
    for (const { status, json } of answers) if (status !== 200) expect(json).toMatchObject({ status: 409 })
  })

  test('reads nothing while it is switched off', async () => {
    const { id } = await addRule({ enabled: false })
    const order = await fileOrder(stage)
    const mail = await entered(order)
    expect(mail.stage).toBe('unrecognised')
    await call(stage.app, 'PATCH', `/v1/rules/${id}`, { body: { enabled: true } })
    expect(await replay(mail)).toMatchObject({ stage: 'settled' })
  })

  test.each<[string, Json, string]>([
    ['no words', { words: [] }, '/words'],
    ['words that are everywhere', { words: ['ok'] }, '/words/0'],
    ['a meaning that is none', { outcome: 'unrecognised' }, '/outcome'],
    ['a code of a success', { code: 'X' }, '/code'],
    ['a field that is misspelt', { wrods: ['late'] }, '/wrods'],
  ])('with %s is refused by its pointer', async (_, change, pointer) => {
    const answer = await stage.post(`/v1/connections/${connection.id}/rules`, {
      title: 'entered',
      ...MEANING,
      ...change,
    })
    expect(answer.status).toBe(422)
    expect((answer.json['errors'] as Json[]).map((error) => error['pointer'])).toContain(pointer)
  })

  test('is shown as changed where another one would read a mail otherwise', async () => {
    const { id } = await addRule()
    const order = await fileOrder(stage)
    const mail = await entered(order)
    await stage.pass(HOUR)
    const rule = { ...MEANING, outcome: 'notice' }
    expect(await tryRule({ rule, instead: id })).toMatchObject({
      ...{ looked: 1, recognised: 0, changed: 1 },
      differences: [
        { kind: 'changed', mail: { id: mail.id }, was: [{ outcome: 'done' }], would: [{ outcome: 'notice' }] },
      ],
    })
    expect(await tryRule()).toMatchObject({ unchanged: 1, differences: [] })
    expect((await stage.post('/v1/connections/none/rules/try', {})).status).toBe(404)
  })
})

describe('F72: a rule takes a mail for an urgent notice', () => {
  const URGENT = { title: 'transit', words: ['name a new provider'], outcome: 'urgent-notice' }
  const demand = (domain: string) => stage.reply([`The holder of ${domain} has to name a new provider.`])
  const notices = (state: string): Promise<Json[]> => stage.items(`/v1/tickets?kind=notice&state=${state}`)

  test('a ticket names the domain, quotes the registry and says what the note says', async () => {
    const order = await registerDomain(stage)
    await addRule({ ...URGENT, note: 'Ask the holder whom they chose.' })
    expect((await demand(order.domain)).stage).toBe('informational')
    const [ticket] = await notices('open')
    expect(ticket).toMatchObject({ domain: order.domain, connection: connection.id })
    expect(ticket?.['text']).toMatch(
      /> The holder of \S+ has to name[\s\S]*What to do: Ask the holder whom they chose\./,
    )
    expect(await statusOf(order)).toBe('Registered')
  })

  test('one that was not understood when it came has a new ticket once a rule understands it', async () => {
    const order = await registerDomain(stage)
    const mail = await demand(order.domain)
    expect(mail.stage).toBe('unrecognised')
    await addRule(URGENT)
    expect(await replay(mail)).toMatchObject({ stage: 'informational' })
    expect(await stage.items('/v1/tickets?kind=unrecognised-mail&state=open')).toEqual([])
    expect(await notices('open')).toHaveLength(1)
    // And keeps it: what it asks for is not done by being read.
    await replay(mail)
    expect(await notices('open')).toHaveLength(1)
  })

  test('a plain notice opens none', async () => {
    const order = await registerDomain(stage)
    await addRule({ ...URGENT, outcome: 'notice' })
    expect((await demand(order.domain)).stage).toBe('informational')
    expect(await notices('open')).toEqual([])
  })
})
