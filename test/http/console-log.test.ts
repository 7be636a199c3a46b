import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NewAction } from '../../src/core/action-log.js'
import { instantOf } from '../../src/http/console/frame/local-time.js'
import { addUser, postForm, signIn } from './console-client.js'
import { call, type Harness, openHarness } from './harness.js'

const HOSTILE = '<script>alert("x")</script>\u202e'

let harness: Harness
let viewer: string
let operator: string

const write = (actions: Partial<NewAction>[]) => {
  const { store, clock } = harness.deps
  const common = { at: clock.now(), level: 'info', actor: 'system', event: 'order.placed', text: 'placed' } as const
  return store.actions.append(actions.map((change) => ({ ...common, ...change })))
}
const get = async (path: string, cookie = viewer): Promise<string> =>
  (await harness.app.request(path, { headers: { cookie } })).text()

beforeAll(async () => {
  harness = await openHarness()
  for (const role of ['viewer', 'operator'] as const) await addUser(harness, role, role)
  ;[viewer, operator] = [await signIn(harness, 'viewer'), await signIn(harness, 'operator')]
  await write([
    { text: 'the first order', domain: 'xn--gre-6ka8i.de', at: new Date('2026-01-01T00:30:00Z') },
    { level: 'warning', text: `careful ${HOSTILE}`, actor: `user:${HOSTILE}`, data: { said: HOSTILE, list: [1, 2] } },
    { level: 'error', text: '=1+1', event: 'order.refused', mailId: 'x', orderId: 'y' },
  ])
})
afterAll(() => harness.close())

describe('the log', () => {
  test('shows entries newest first, each with a link that stays, and hostile text as text', async () => {
    const page = await get('/log')
    expect(page.indexOf('=1+1')).toBeLessThan(page.indexOf('careful'))
    expect(page).toContain('<span class="badge bad">Error</span> =1+1')
    expect(page).toContain('&lt;script&gt;')
    expect(page).not.toMatch(/<script|\u202e/)
  })

  test.each([
    ['level=error', ['=1+1'], ['careful', 'the first order']],
    ['level=warning', ['=1+1', 'careful'], ['the first order']],
    ['level=nonsense', ['=1+1', 'careful', 'the first order'], []],
    ['q=FIRST', ['the first order'], ['careful', '=1+1']],
    ['domain=größe.de', ['the first order'], ['careful', '=1+1']],
    ['event=order.refused', ['=1+1'], ['careful', 'the first order']],
    ['actor=nobody', [], ['careful', 'the first order', '=1+1']],
    ['order=y', ['=1+1'], ['careful']],
    ['from=2026-01-01T00:30&to=2026-01-01T00:30', ['the first order'], ['careful', '=1+1']],
    ['to=2026-01-01T00:29', [], ['the first order', 'careful']],
    ['from=2026-99-01T00:30', ['the first order'], []],
  ])('by %s', async (query, shown, hidden) => {
    const page = await get(`/log?${query}`)
    for (const text of shown) expect(page).toContain(text)
    for (const text of hidden) expect(page).not.toContain(text)
  })

  test('an entry has its data, its hash and its neighbours', async () => {
    const { items } = await harness.deps.store.actions.list({ level: 'warning' }, { limit: 2, cursor: null })
    const entry = items.find(({ text }) => text.startsWith('careful'))
    const page = await get(`/log/${entry?.id}`)
    expect(page).toContain(entry?.hash)
    expect(page).toContain('&quot;list&quot;: [\n    1,\n    2\n  ]')
    expect(page).toContain(`href="/log/${Number(entry?.id) + 1}">The entry after`)
    expect(page).not.toContain('<script')
    for (const none of ['0', '999999', 'x', '1e3', '9'.repeat(30)])
      expect((await harness.app.request(`/log/${none}`, { headers: { cookie: viewer } })).status).toBe(404)
  })

  test('a search that finds nothing among what was looked at says so and goes on', async () => {
    const { store } = harness.deps
    const list = store.actions.list
    store.actions.list = async () => ({ items: [], next: 'abc' })
    const page = await get('/log?q=rare')
    store.actions.list = list
    expect(page).toContain('None so far.')
    expect(page).toContain('50,000 entries at a time')
    expect(page).toContain('href="/log?q=rare&amp;cursor=abc"')
  })
})

describe('its files', () => {
  const download = async (path: string) => {
    const answer = await harness.app.request(path, { headers: { cookie: viewer } })
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('content-disposition')).toMatch(
      /^attachment; filename="sealpost-log-[\d-]+\.(csv|jsonl)"$/,
    )
    return { text: Buffer.from(await answer.arrayBuffer()).toString(), type: answer.headers.get('content-type') }
  }

  test('as CSV hold the entries of the filter, and no formula', async () => {
    const { text, type } = await download('/log.csv?level=error')
    expect(type).toBe('text/csv; charset=utf-8')
    const lines = text.split('\r\n')
    expect(lines[0]).toBe('id,at,level,actor,event,domain,order,request,mail,text,hash,data')
    expect(lines[1]).toMatch(/^\d+,[^,]+,error,system,order\.refused,,y,,x,"'=1\+1",[0-9a-f]{64},\{\}$/)
    expect(lines).toHaveLength(3)
  })

  test('as JSON lines hold what the API says, of all pages', async () => {
    await write(Array.from({ length: 1_100 }, (_, index) => ({ text: `many ${index}`, event: 'many' })))
    const { text, type } = await download('/log.jsonl?event=many')
    expect(type).toBe('application/jsonl; charset=utf-8')
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map((line) => line.text)).toEqual(Array.from({ length: 1_100 }, (_, index) => `many ${1_099 - index}`))
    const { json } = await call(harness.app, 'GET', '/v1/actions?limit=1&event=many')
    expect(lines[0]).toEqual((json['items'] as unknown[])[0])
  })

  test('that fail halfway are cut off, and who goes away ends the work', async () => {
    const { store } = harness.deps
    const list = store.actions.list
    let asked = 0
    store.actions.list = async (filter, page) => {
      asked++
      if (asked === 2) throw new Error('the store is away')
      return list(filter, page)
    }
    const answer = await harness.app.request('/log.jsonl?event=many', { headers: { cookie: viewer } })
    await expect(answer.text()).rejects.toThrow('the store is away')
    const other = await harness.app.request('/log.jsonl?event=many', { headers: { cookie: viewer } })
    await other.body?.cancel()
    store.actions.list = list
    expect(asked).toBeLessThan(5)
  })
})

test.each([
  ['2026-03-01T12:00', 'UTC', '2026-03-01T12:00:00.000Z'],
  ['2026-03-01T12:00:07', 'Europe/Berlin', '2026-03-01T11:00:07.000Z'],
  ['2026-07-01T12:00', 'Europe/Berlin', '2026-07-01T10:00:00.000Z'],
  ['2026-07-01T00:00', 'America/New_York', '2026-07-01T04:00:00.000Z'],
  ['2026-02-30T12:00', 'UTC', null],
  ['2026-13-01T12:00', 'UTC', null],
  ['2026-01-01', 'UTC', null],
  ['x', 'UTC', null],
])('%s in %s is %s', (text, timezone, instant) =>
  expect(instantOf(text, timezone)?.toISOString() ?? null).toBe(instant),
)

describe('the chain', () => {
  test('was never verified; somebody does, and the page and the log say who and what', async () => {
    expect(await get('/log')).toContain('was never verified')
    expect(await get('/log')).not.toContain('Verify now')
    expect(await get('/log', operator)).toContain('Verify now')
    const sent = await postForm(harness, '/log/verify', {}, { headers: { cookie: operator } })
    expect([sent.status, sent.headers.get('location')]).toEqual([303, '/log'])
    const page = await get('/log', operator)
    expect(page).toMatch(/The log is whole: \d+ entries were verified/)
    expect(page).toMatch(/<span class="badge good">Whole<\/span> \d+ entries were verified by user:operator at/)
    expect(page).toContain('1 came after that')
    expect(await get('/log?event=log.verified')).toContain('user:operator')
  })

  test('that is broken is told as an error, with the entry that does not fit', async () => {
    const { store } = harness.deps
    const read = store.actions.read
    store.actions.read = async (after, limit) =>
      (await read(after, limit)).map((entry) => (entry.id === '2' ? { ...entry, text: 'forged' } : entry))
    await postForm(harness, '/log/verify', {}, { headers: { cookie: operator } })
    store.actions.read = read
    const page = await get('/log', operator)
    expect(page).toContain('The log does not hold: entry 2')
    expect(page).toContain('<a href="/log/2">entry 2</a>')
    expect(await get('/log?event=log.broken&level=error')).toContain('does not hold: entry 2')
  })
})

test('the API has the same filters', async () => {
  const texts = async (query: string) => {
    const { json } = await call(harness.app, 'GET', `/v1/actions?${query}`)
    return (json['items'] as { text: string }[]).map(({ text }) => text)
  }
  expect(await texts('q=first+order')).toEqual(['the first order'])
  expect(await texts('event=order.refused&actor=system')).toEqual(['=1+1'])
  expect(await texts('until=2026-01-01T01:00:00Z')).toEqual(['the first order'])
  const { status } = await call(harness.app, 'GET', '/v1/actions?until=yesterday')
  expect(status).toBe(422)
})
