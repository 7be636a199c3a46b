import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Action } from '../../src/core/action.js'
import { BUILT_IN_TEMPLATES, loadTemplates } from '../../src/profiles/load.js'
import { fileOrder, type Json, openStage, registerDomain, type Stage } from '../features/stage.js'
import { openTestStore, type TestStore } from '../helpers/database.js'
import { addUser, postForm, type Served, signIn } from './console-client.js'

const TEMPLATES = await loadTemplates({ builtIn: BUILT_IN_TEMPLATES, operators: null })
const sourceOf = (action: Action): string => TEMPLATES.get(`denic/${action}`)?.source ?? ''

let store: TestStore
let stage: Stage
let served: Served
let cookie: string
let connection: string

beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(async () => {
  stage = await openStage(store)
  served = { app: stage.app, deps: stage.gateway.deps }
  connection = (await stage.connect()).id
  await addUser(served, 'ann', 'operator')
  cookie = await signIn(served, 'ann')
})
afterEach(() => stage.close())
afterAll(() => store.close())

const get = async (path: string) => {
  const answer = await stage.app.request(path, { headers: { cookie } })
  return { status: answer.status, text: await answer.text() }
}
const compare = async (fields: Record<string, string>) => {
  const answer = await postForm(served, '/bench/templates', { connection, ...fields }, { headers: { cookie } })
  return { status: answer.status, text: await answer.text() }
}
type Report = { problems: { detail: string }[]; compared: (Json & { lines: { kind: string; text: string }[] })[] }
const ask = async (body: Json) => {
  const answer = await stage.post(`/v1/connections/${connection}/templates/try`, body)
  return { status: answer.status, text: answer.text, ...(answer.json as unknown as Report) }
}

describe('requests that are written again', () => {
  test('by the template of today are the same, and nothing is stored or sent', async () => {
    const order = await registerDomain(stage)
    await fileOrder(stage, { domain: 'open.de' })
    const before = [stage.sent.length, (await stage.log()).length]
    const { status, problems, compared } = await ask({ action: 'register' })
    expect([status, problems]).toEqual([200, []])
    expect(compared).toMatchObject([{ domain: order.domain, order: order.id, kind: 'same', problems: [], lines: [] }])
    expect([stage.sent.length, (await stage.log()).length]).toEqual(before)
    expect((await compare({ action: 'register', template: '' })).text).toContain('Of 1 requests 1 would be the same')
  })

  test('by another one differ line by line', async () => {
    const { id } = await registerDomain(stage)
    const template = sourceOf('register').replace(/^Subject: .*$/m, 'Subject: <b>another</b>')
    const { compared } = await ask({ action: 'register', template })
    expect(compared).toMatchObject([{ order: id, kind: 'changed' }])
    expect(compared[0]?.lines.filter(({ kind }) => kind !== 'same')).toEqual([
      { kind: 'gone', text: expect.stringMatching(/^Subject: /) },
      { kind: 'new', text: 'Subject: <b>another</b>' },
    ])
    const { status, text } = await compare({ action: 'register', template })
    expect([status, text]).toEqual([200, expect.stringContaining('<ins>+ Subject: &lt;b&gt;another&lt;/b&gt;\n</ins>')])
    expect(text).toContain('&lt;b&gt;another&lt;/b&gt;')
  })

  test.each([
    [
      'a field that is not there',
      (source: string) => `${source}\n{{ nonsense }}\n`,
      /line \d+ names the field "nonsense"/,
    ],
    [
      'a tag that is not closed',
      (source: string) => `${source}\n{% if domain %}`,
      /denic\/register\.liquid as given: .*line:/,
    ],
    [
      'words that say something else',
      (source: string) => source.replace(/\{\{ ?domain ?\}\}/g, 'other.de'),
      /as given: /,
    ],
    ['no subject', () => 'hello', /must begin with a line "Subject: \.\.\."/],
  ])('by one with %s are not compared: it is told where that is', async (_, change, words) => {
    await registerDomain(stage)
    const template = change(sourceOf('register'))
    const { status, problems, compared } = await ask({ action: 'register', template })
    expect([status, compared]).toEqual([200, []])
    expect(problems.map(({ detail }) => detail).join('\n')).toMatch(words)
    const page = await compare({ action: 'register', template })
    expect([page.status, page.text]).toEqual([422, expect.stringContaining('role="alert"')])
  })

  test('whose mail is gone cannot be compared, and an order that was erased is told', async () => {
    const { id } = await registerDomain(stage)
    const order = await store.orders.get(id)
    if (order === null) throw new Error('the order is gone')
    const profile = stage.gateway.deps.profiles.get('denic')
    if (profile === undefined) throw new Error('the profile is gone')
    const encode = profile.encode
    profile.encode = () => {
      throw new Error('it has no holder')
    }
    expect((await ask({ action: 'register' })).compared).toMatchObject([
      { kind: 'failed', problems: [{ detail: 'the order makes no request any more: it has no holder' }] },
    ])
    profile.encode = encode
    await store.pool.query(`UPDATE mails SET raw = NULL, archived_at = now() WHERE direction = 'out'`)
    expect((await ask({ action: 'register' })).compared).toMatchObject([{ kind: 'unreadable' }])
  })

  test('by a template that comes as a file', async () => {
    await registerDomain(stage)
    const upload = async (bytes: string | Buffer<ArrayBuffer>) => {
      const body = new FormData()
      for (const [name, value] of Object.entries({ connection, action: 'register', template: 'pasted' }))
        body.set(name, value)
      body.set('file', new Blob([bytes]), 'register.liquid')
      const headers = { cookie, origin: 'http://localhost' }
      const answer = await stage.app.request('/bench/templates', { method: 'POST', headers, body })
      return { status: answer.status, text: await answer.text() }
    }
    const template = sourceOf('register').replace(/^Subject: .*$/m, 'Subject: out of a file')
    expect((await upload(template)).text).toContain('<ins>+ Subject: out of a file\n</ins>')
    const broken = await upload(Buffer.from([0xff, 0xfe]))
    expect([broken.status, broken.text]).toEqual([422, expect.stringContaining('The file is not UTF-8')])
  })

  test('are refused where there can be none', async () => {
    expect((await ask({ action: 'renew' })).status).toBe(422)
    expect((await compare({ action: 'renew' })).text).toContain('has no renew')
    expect((await compare({ action: 'nonsense' })).status).toBe(422)
    expect((await compare({ action: 'register', connection: 'none' })).text).toContain('There is no connection none')
  })
})

describe('mails that are read again', () => {
  test('tell what would be read otherwise, page by page, and change nothing', async () => {
    const order = await registerDomain(stage)
    expect((await get(`/bench/mails?connection=${connection}`)).text).toContain(
      'Of 1 mails 0 would be newly recognised',
    )
    const profile = stage.gateway.deps.profiles.get('denic')
    if (profile?.channel !== 'mail') throw new Error('the profile is gone')
    const decode = profile.decode
    profile.decode = (content, account) =>
      decode(content, account).map((reply) => ({ ...reply, outcome: 'refused', code: '<i>' }))
    const { text } = await get(`/bench/mails?connection=${connection}`)
    profile.decode = decode
    expect(text).toContain('1 would mean something else')
    expect(text).toContain('refused (&lt;i&gt;)')
    expect((await stage.domain(order.domain))['status']).toBe('Registered')
    expect((await get('/bench/mails?connection=none')).status).toBe(404)
  })

  test('are chosen on the bench, among connections that have mails', async () => {
    const { text } = await get('/bench')
    expect(text).toContain('DENIC main account')
    expect((await get('/bench/templates')).text).toContain('Write requests again')
  })
})
