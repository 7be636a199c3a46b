import { Hono } from 'hono'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Refusal } from '../../src/core/errors.js'
import { may, PERMISSIONS, type Permission, requirePermission } from '../../src/http/console/frame/access.js'
import { type Area, createArea } from '../../src/http/console/frame/area.js'
import { createSessions } from '../../src/http/sessions.js'
import { addUser, postForm, signIn } from './console-client.js'
import { type Harness, openHarness } from './harness.js'

let harness: Harness
let app: Hono
let cookie: string
let runs = 0

const addExamples = ({ page, action }: Area): void => {
  page('/thing/:name', async () => ({ title: 'Thing', content: <h1>Thing</h1> }))
  action({ path: '/thing/:name', permission: 'orders', back: () => '/thing/größe' }, async (form, _, user) => {
    runs++
    if (form.text('name') === '') return { title: 'Thing', content: <h1>A name is needed</h1> }
    if (form.text('name') === 'bad') throw new Refusal('conflict', 'it is over', { problems: [] })
    return { to: '/thing/größe?tab=1', text: `${user.name} did <it>.`, lines: form.all('line') }
  })
  action({ path: '/bare', permission: 'orders' }, () => Promise.reject(new Refusal('conflict', 'it is over')))
}

beforeAll(async () => {
  harness = await openHarness()
  await addUser(harness, 'root', 'operator')
  cookie = await signIn(harness, 'root')
  const { deps } = harness
  const sessions = createSessions({ store: deps.store, clock: deps.clock, secure: false })
  const settings = { token: null, publicUrl: null, trustedProxies: [], apiPerMinute: 1, timezone: 'UTC' }
  app = new Hono()
  app.onError((error, c) => c.text(error.message, error instanceof Refusal ? 409 : 500))
  addExamples(createArea(app, { deps, settings, sessions, simulators: null, identity: null }))
})
afterAll(() => harness.close())

const open = async (path: string): Promise<string> => (await app.request(path, { headers: { cookie } })).text()
const send = (fields: Record<string, string>, path = '/thing/x') =>
  postForm(harness, path, fields, { app, headers: { cookie } })

test('what came of a form is said once, on the page that it leads to alone', async () => {
  const answer = await send({ name: 'one', line: 'first\u202e' })
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/thing/gr%C3%B6%C3%9Fe?tab=1'])
  expect(await open('/thing/other')).not.toContain('did')
  const page = await open('/thing/gr%C3%B6%C3%9Fe?tab=1')
  expect(page).toContain(
    '<div class="note good" role="status"><p>root did &lt;it&gt;.</p><ul><li>first\ufffd</li></ul>',
  )
  expect(await open('/thing/gr%C3%B6%C3%9Fe')).not.toContain('did')
})

test('a refusal is said on the page that the form is on, or has its own page', async () => {
  const answer = await send({ name: 'bad' })
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/thing/gr%C3%B6%C3%9Fe'])
  expect(await open('/thing/gr%C3%B6%C3%9Fe')).toContain('role="alert"><p>It is over.</p>')
  expect((await send({}, '/bare')).status).toBe(409)
})

test('a form with something wrong in it is shown again', async () => {
  const answer = await send({})
  expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining('A name is needed')])
})

test('a form that nobody is signed in for does nothing', async () => {
  const before = runs
  const answer = await postForm(harness, '/thing/x', { name: 'one' }, { app, headers: {} })
  expect([answer.status, answer.headers.get('location'), runs]).toEqual([303, '/login', before])
})

test('each role may what the one below it may, and a refusal says what it takes', () => {
  const allowed = (role: 'viewer' | 'operator' | 'admin') =>
    (Object.keys(PERMISSIONS) as Permission[]).filter((permission) => may({ role }, permission))
  expect(allowed('viewer')).toEqual(['read'])
  expect(allowed('operator')).toEqual(['read', 'orders', 'mails', 'log', 'tickets', 'bench'])
  expect(allowed('admin')).toEqual(Object.keys(PERMISSIONS))
  expect(() => requirePermission({ role: 'viewer' }, 'orders')).toThrow(
    'To act on orders takes the role operator or admin, and yours is viewer.',
  )
})
