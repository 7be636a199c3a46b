import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addUser, postForm, signIn } from './console-client.js'
import { call, type Harness, openHarness, place } from './harness.js'
import { arrive } from './mail-samples.js'

const HOSTILE = '<script>alert("x")</script>\u202e'

let harness: Harness
const cookies = { viewer: '', operator: '', admin: '' }

const get = async (path: string, role: keyof typeof cookies = 'viewer'): Promise<string> =>
  (await harness.app.request(path, { headers: { cookie: cookies[role] } })).text()

let settled: string
let unread: string
let waiting: string

beforeAll(async () => {
  harness = await openHarness()
  for (const role of ['viewer', 'operator', 'admin'] as const) {
    await addUser(harness, role, role)
    cookies[role] = await signIn(harness, role)
  }
  const signed = {
    kind: 'trusted',
    reason: 'signed by ABCD',
    fingerprint: 'ABCD',
    signedAt: harness.deps.clock.now(),
  } as const
  const rule = { id: harness.deps.newId(), version: 3, title: 'entered' }
  const reply = { reference: null, domain: 'xn--gre-6ka8i.de', code: null, text: HOSTILE, effect: 'settled' }
  settled = await arrive(
    harness,
    { raw: `Subject: ${HOSTILE}\r\nX-Odd: ${HOSTILE}\r\n\r\nIt is done ${HOSTILE}\r\n`, remoteAddress: '192.0.2.7' },
    { stage: 'settled', verdict: signed, replies: [{ outcome: 'done', ...reply, rule }] },
  )
  unread = await arrive(
    harness,
    { raw: 'Subject: News\r\n\r\nWe moved.\r\n', from: 'news@registry.example', at: new Date('2026-01-05T10:00:00Z') },
    { verdict: signed, replies: [{ outcome: 'unrecognised', ...reply, domain: null, text: 'We moved.' }] },
  )
  waiting = await arrive(harness, { raw: 'Subject: new\r\n\r\nnot yet\r\n', from: '' })
})
afterAll(() => harness.close())

describe('the list of mails', () => {
  test.each([
    ['', () => [settled, unread, waiting]],
    ['?stage=unrecognised', () => [unread]],
    ['?verdict=trusted', () => [settled, unread]],
    ['?direction=out', () => []],
    ['?party=NEWS@', () => [unread]],
    ['?party=nobody', () => []],
    ['?from=2026-01-05T10:00&to=2026-01-05T10:00', () => [unread]],
    ['?stage=nonsense', () => [settled, unread, waiting]],
  ])('by %j', async (query, ids) => {
    const page = await get(`/mails${query}`)
    for (const id of [settled, unread, waiting]) expect(page.includes(`href="/mails/${id}"`)).toBe(ids().includes(id))
  })

  test('by connection, in the page and in the API', async () => {
    expect(await get(`/mails?connection=${harness.connection.id}`)).toContain(settled)
    expect(await get('/mails?connection=none')).not.toContain(settled)
    const { json } = await call(harness.app, 'GET', '/v1/mails?party=news&until=2026-01-06T00:00:00Z')
    expect((json['items'] as { id: string }[]).map(({ id }) => id)).toEqual([unread])
  })
})

describe('a mail whose order carries the password of a domain', () => {
  let carrying: string
  beforeAll(async () => {
    const order = await place(harness.app, { action: 'transfer', domain: 'moves.de', authInfo: 'Ab3-xY7_kQ' })
    const raw = 'Subject: transfer\r\n\r\nAuthInfo: Ab3-xY7_kQ\r\n'
    carrying = await arrive(harness, { raw }, { stage: 'informational', orders: [String(order['id'])] })
  })

  test.each(['', '?view=header', '?view=octets'])('is not read by a viewer (%j)', async (view) => {
    const page = await get(`/mails/${carrying}${view}`)
    expect(page).not.toContain('Ab3-xY7_kQ')
    expect(page).toContain('for the roles operator and admin')
    expect(await get(`/mails/${carrying}`, 'operator')).toContain('Ab3-xY7_kQ')
  })

  test('is not downloaded by a viewer', async () => {
    const as = (role: keyof typeof cookies) =>
      harness.app.request(`/mails/${carrying}/raw`, { headers: { cookie: cookies[role] } })
    const answer = await as('viewer')
    expect([answer.status, await answer.text()]).toEqual([403, expect.not.stringContaining('Ab3-xY7_kQ')])
    expect(await (await as('operator')).text()).toContain('Ab3-xY7_kQ')
  })
})

describe('a mail', () => {
  test('is decoded for people, hostile as it may be', async () => {
    for (const view of ['', '?view=header', '?view=octets', '?view=nonsense']) {
      const page = await get(`/mails/${settled}${view}`)
      expect(page).toContain('&lt;script&gt;')
      expect(page).not.toMatch(/<script|\u202e/)
    }
    expect(await get(`/mails/${settled}`)).toContain('<pre>It is done')
    expect(await get(`/mails/${settled}?view=header`)).toContain('X-Odd: ')
    expect(await get(`/mails/${settled}?view=octets`)).toContain('Subject: ')
  })

  test('says who handed it over, which key signed it, which rule read it and what it did', async () => {
    const page = await get(`/mails/${settled}`, 'admin')
    expect(page).toContain('192.0.2.7, which called itself mx.registry.example')
    expect(page).toContain('Trusted: signed by ABCD')
    expect(page).toContain('the rule &quot;entered&quot;, version 3</a>')
    expect(page).toContain('<a href="/domains/xn--gre-6ka8i.de">größe.de (xn--gre-6ka8i.de)</a>')
    expect(await get(`/mails/${settled}`)).not.toContain('version 3</a>')
  })

  test('that nobody can decode is shown by its octets', async () => {
    const { reader } = harness.deps
    harness.deps.reader = { ...reader, show: async () => null }
    expect(await get(`/mails/${unread}`)).toContain('It cannot be decoded')
    harness.deps.reader = reader
  })

  test('is judged once more by an operator, and nobody below; what took effect is not', async () => {
    for (const [id, role, offered] of [
      [unread, 'viewer', false],
      [unread, 'operator', true],
      [settled, 'operator', false],
    ] as const)
      expect((await get(`/mails/${id}`, role)).includes('Judge it once more')).toBe(offered)
    const send = (id: string) => postForm(harness, `/mails/${id}/replay`, {}, { headers: { cookie: cookies.operator } })
    expect((await send(unread)).headers.get('location')).toBe(`/mails/${unread}`)
    expect(await get(`/mails/${unread}`, 'operator')).toContain('is being judged once more')
    expect(harness.rung).toContainEqual({ kind: 'process-mail', id: unread })
    const { items } = await harness.deps.store.actions.list({ event: 'mail.replayed' }, { limit: 1, cursor: null })
    expect(items).toMatchObject([{ actor: 'user:operator', mailId: unread }])
    await send(settled)
    expect(await get(`/mails/${settled}`, 'operator')).toContain('has taken effect; there is nothing to replay')
  })
})

test('what was not recognised waits for a person with what it says', async () => {
  const id = await arrive(
    harness,
    { raw: 'Subject: Odd\r\n\r\nx\r\n' },
    {
      replies: [
        { outcome: 'unrecognised', reference: null, domain: null, code: null, text: `Odd ${HOSTILE}`, effect: '' },
      ],
    },
  )
  const page = await get('/unrecognised')
  expect(page).toContain(`href="/mails/${id}"`)
  expect(page).toContain('Odd &lt;script&gt;')
  expect(page).not.toContain(settled)
  expect(page).not.toContain('Make a rule')
  expect(await get('/unrecognised', 'admin')).toContain(`/rules/new?mail=${id}"`)
})
