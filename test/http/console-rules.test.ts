import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Mail } from '../../src/core/mail.js'
import { fileOrder, openStage, type Placed, type Stage } from '../features/stage.js'
import { openTestStore, type TestStore } from '../helpers/database.js'
import { addUser, postForm, type Served, signIn } from './console-client.js'

let store: TestStore
let stage: Stage
let served: Served
let rules: string
const cookies = { operator: '', admin: '' }

beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(async () => {
  stage = await openStage(store)
  served = { app: stage.app, deps: stage.gateway.deps }
  rules = `/connections/${(await stage.connect()).id}/rules`
  for (const role of ['operator', 'admin'] as const) {
    await addUser(served, role, role)
    cookies[role] = await signIn(served, role)
  }
})
afterEach(() => stage.close())
afterAll(() => store.close())

const get = async (path: string, role: keyof typeof cookies = 'admin'): Promise<string> =>
  (await stage.app.request(path, { headers: { cookie: cookies[role] } })).text()
const send = async (
  path: string,
  fields: Record<string, string> | URLSearchParams,
  role: keyof typeof cookies = 'admin',
) => {
  const answer = await postForm(served, path, fields, { headers: { cookie: cookies[role] } })
  return { status: answer.status, to: answer.headers.get('location') ?? '', text: await answer.text() }
}

const HOSTILE = '<script>alert(1)</script>'
const entered = async (order: Placed): Promise<Mail> =>
  stage.reply([`Good morning! ${HOSTILE}`, `${await stage.reference(order.id)} was entered into our books.`])
const RULE = { title: 'entered', words: 'was entered into our books', without: '', outcome: 'done', code: '', note: '' }
/** Mails that the profile understood, later than all others. */
const NEWER = `INSERT INTO mails SELECT (json_populate_record(NULL::mails, (to_jsonb(one) || jsonb_build_object(
    'id', 'ffffffff-0000-7000-8000-' || lpad(number::text, 12, '0'), 'stage', 'settled',
    'replies', '[{"outcome":"done"}]'::jsonb))::json)).*
  FROM (SELECT * FROM mails WHERE direction = 'in' LIMIT 1) AS one, generate_series(1, $1::int) AS number`
const plain = (html: string): string => html.replaceAll('&quot;', '"').replaceAll('&amp;', '&')
/** What the form with that button sends. */
const formOf = (page: string, button: string): URLSearchParams => {
  const form = page.split('<form').find((one) => one.includes(`>${button}</button>`)) ?? ''
  const fields = [...form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
  return new URLSearchParams(fields.map(([, name = '', value = '']): [string, string] => [name, plain(value)]))
}
const hrefIn = (page: string, label: string): string =>
  plain(new RegExp(`href="([^"]+)">${label}<`).exec(page)?.[1] ?? '')
const status = async ({ domain }: Placed) => (await stage.domain(domain))['status']

describe('a rule', () => {
  test('is made of a mail: its lines are marked, it is tried, saved, and the mails before it are judged once more', async () => {
    const [first, second] = [await fileOrder(stage), await fileOrder(stage, { domain: 'another.de' })]
    const mail = await entered(first)
    await entered(second)
    const maker = await get(`${rules}/new?mail=${mail.id}`)
    expect(maker).toContain('value="Good morning! &lt;script&gt;alert(1)&lt;/script&gt;"')
    expect(maker.match(/<script[^>]*>/g)).toEqual([
      expect.stringMatching(/^<script src="\/assets\/rule-maker\.js\?v=\w+" defer="">$/),
    ])

    const marked = new URLSearchParams({ ...RULE, do: 'try', mail: mail.id })
    marked.append('line', `Good morning! ${HOSTILE}`)
    const tried = await send(`${rules}/new`, marked)
    expect([tried.status, await status(first)]).toEqual([200, 'Registering'])
    expect(tried.text).toContain('Of 2 mails 2 would be newly recognised, 0 would mean something else')
    expect(tried.text).toContain('done: ')
    expect(tried.text).toContain(
      `was entered into our books\nGood morning! &lt;script&gt;alert(1)&lt;/script&gt;</textarea>`,
    )

    const saved = await send(`${rules}/new`, { ...RULE, do: 'save', mail: mail.id })
    expect([saved.status, saved.to]).toEqual([303, expect.stringMatching(/\/rules\/[\w-]+\?look=1$/)])
    const page = await get(saved.to)
    expect(page).toContain('The rule &quot;entered&quot; is on')
    expect(page).toContain('Judge 2 once more')
    expect(await status(first)).toBe('Registering')

    const rule = saved.to.replace('?look=1', '')
    await send(`${rule}/replay`, {})
    expect(await get(rule)).toContain('Mails that are being judged once more: 2.')
    await stage.run()
    expect([await status(first), await status(second)]).toEqual(['Registered', 'Registered'])
    await send(`${rule}/replay`, {})
    expect(await get(rule)).toContain('Mails that are being judged once more: 0.')
    expect(await get(`/mails/${mail.id}`)).toContain(`<a href="${rule}">the rule &quot;entered&quot;, version 1</a>`)
  })

  test('is tried on every mail of the connection: older ones are gone on with, and the totals are those of all', async () => {
    const order = await fileOrder(stage)
    await entered(order)
    await store.pool.query(NEWER, [2_003])
    const first = await send(`${rules}/new`, { ...RULE, note: 'a "note"', do: 'try' })
    expect(first.text).toContain('Of 2000 mails 0 would be newly recognised')
    expect(first.text).toContain('Older mails were not looked at yet.')
    const onward = formOf(first.text, 'Look at older mails')
    expect(Object.fromEntries(onward)).toMatchObject({ ...RULE, note: 'a "note"', looked: '2000', do: 'try' })
    const rest = await send(`${rules}/new`, onward)
    expect(rest.text).toContain(
      'Of 2004 mails 1 would be newly recognised, 0 would mean something else, 2003 would stay',
    )
    expect(rest.text).toContain(
      'These are all mails of the connection whose signature is good. Shown are those of the last 4.',
    )
    expect(rest.text).not.toContain('Look at older mails')
    onward.set('cursor', 'nonsense')
    expect(await send(`${rules}/new`, onward)).toMatchObject({
      status: 422,
      text: expect.stringContaining('of a page of this list'),
    })

    const { to } = await send(`${rules}/new`, { ...RULE, do: 'save' })
    const newest = await get(to)
    expect(newest).toContain('No mail waits for a person that it recognises.')
    const older = hrefIn(newest, 'More mails')
    expect(await get(older)).toContain('Judge 1 once more')
    const cursor = new URL(older, 'http://localhost').searchParams.get('cursor') ?? ''
    const replayed = await send(`${to.replace('?look=1', '')}/replay`, { cursor })
    expect([replayed.status, replayed.to]).toEqual([303, older])
    expect(await get(replayed.to)).toContain('Mails that are being judged once more: 1.')
    await stage.run()
    expect(await status(order)).toBe('Registered')
  })

  test('with something wrong in it is shown again with what was written', async () => {
    const answer = await send(`${rules}/new`, { ...RULE, title: '', words: 'ab\nfine words', code: 'X', do: 'save' })
    expect(answer.status).toBe(422)
    expect(answer.text).toContain('fine words')
    expect(answer.text).toContain('id="title-problem"')
    const checked = await send(`${rules}/new`, { ...RULE, words: 'ab\nfine words', code: 'X', do: 'try' })
    expect(checked.text).toContain('phrase 1 must have 3 to 200 characters')
    expect(checked.text).toContain('id="code-problem"')
    expect(await get(rules)).toContain('There is none yet.')
  })

  test('is switched off and on, and changed; whoever was slower is told, and keeps the words', async () => {
    const { to } = await send(`${rules}/new`, { ...RULE, do: 'save' })
    const rule = to.replace('?look=1', '')
    await send(`${rule}/switch`, { enabled: 'no', version: '1' })
    expect(await get(rules)).toContain('<span class="badge idle">off</span>')
    await send(`${rule}/switch`, { enabled: 'yes', version: '1' })
    expect(await get(rule)).toContain('role="alert"><p>The rule was changed meanwhile: version 2 is by user:admin')

    const slow = await send(rule, { ...RULE, words: 'other words', version: '1', do: 'save' })
    expect(slow.status).toBe(409)
    expect(slow.text).toContain('version 2 is by user:admin')
    expect(slow.text).toContain('other words</textarea>')
    const again = await send(rule, { ...RULE, words: 'other words', note: HOSTILE, version: '2', do: 'save' })
    expect(again.status).toBe(303)
    const page = await get(rule)
    expect(page).toContain('Save as version 4')
    expect(page).toContain('&quot;other words&quot;')
    expect(page).not.toContain('<script')
    const tried = await send(rule, { ...RULE, words: 'nothing like it', do: 'try' })
    expect([tried.status, tried.text]).toEqual([200, expect.stringContaining('No mail would be read otherwise.')])
  })

  test('of another connection, or of none, is not found', async () => {
    for (const path of [`${rules}/x`, `${rules}/00000000-0000-7000-8000-000000000000`, '/connections/none/rules'])
      expect((await stage.app.request(path, { headers: { cookie: cookies.admin } })).status).toBe(404)
  })
})

describe('a mail that nobody understood', () => {
  const SAID = { outcome: 'done', note: 'they call it entered', code: '' }

  test('is assigned to its domain by an operator, by name, with a note', async () => {
    const order = await fileOrder(stage)
    const mail = await entered(order)
    const path = `/mails/${mail.id}/assign`
    const page = await get(path, 'operator')
    expect(page).toContain('was entered into our books')
    expect(page).not.toContain('<script')
    const answer = await send(path, { ...SAID, domain: order.domain }, 'operator')
    expect([answer.status, answer.to]).toEqual([303, `/mails/${mail.id}`])
    expect(await status(order)).toBe('Registered')
    expect(await stage.log('?event=mail.assigned')).toMatchObject([{ actor: 'user:operator', domain: order.domain }])
    const again = await send(path, { ...SAID, domain: order.domain }, 'operator')
    expect([again.status, again.text]).toEqual([409, expect.stringContaining('there is nothing left to decide')])
  })

  test.each([
    [{ domain: '', note: '' }, 422, 'id="note-problem"'],
    [{ domain: 'nobody.de' }, 409, 'no order that a reply could settle'],
    [{ domain: HOSTILE }, 422, 'id="domain-problem"'],
    [{ outcome: 'nonsense', domain: 'a.de' }, 422, 'id="outcome-problem"'],
  ])('is not assigned with %j, and what was written stays', async (change, code, words) => {
    const mail = await entered(await fileOrder(stage))
    const answer = await send(`/mails/${mail.id}/assign`, { ...SAID, ...change }, 'operator')
    expect([answer.status, answer.text]).toEqual([code, expect.stringContaining(words)])
    expect(answer.text).not.toContain('<script')
    if (!('note' in change)) expect(answer.text).toContain('they call it entered')
  })
})
