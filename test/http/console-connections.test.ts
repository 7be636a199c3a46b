import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { addUser, postForm, signIn } from './console-client.js'
import { call, type Harness, openHarness, place } from './harness.js'

let harness: Harness
let cookie: string
let viewer: string
let path: string

beforeAll(async () => {
  harness = await openHarness()
  await addUser(harness, 'root')
  await addUser(harness, 'looker', 'viewer')
  ;[cookie, viewer] = [await signIn(harness, 'root'), await signIn(harness, 'looker')]
  path = `/connections/${harness.connection.id}`
})
afterEach(() => harness.deps.store.connections.update(harness.connection, harness.deps.clock.now()))
afterAll(() => harness.close())

const open = async (at: string, as = cookie): Promise<string> =>
  (await harness.app.request(at, { headers: { cookie: as } })).text()
const send = (at: string, fields: Record<string, string> = {}) => postForm(harness, at, fields, { headers: { cookie } })
const told = async (at: string, fields: Record<string, string> = {}): Promise<string> => {
  const answer = await send(at, fields)
  if (answer.status !== 303) return answer.text()
  return open(answer.headers.get('location') ?? '')
}
const stored = () => harness.deps.store.connections.get(harness.connection.id)
const seenOn = (page: string): string => /name="seen" value="([0-9a-f]+)"/.exec(page)?.[1] ?? ''
const fileOn = (page: string): string =>
  (/<textarea[^>]*name="file"[^>]*>([^<]*)<\/textarea>/.exec(page)?.[1] ?? '')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&gt;', '>')
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&')

test('a viewer reads a connection and is offered nothing to press', async () => {
  const page = await open(path, viewer)
  expect(page).toContain('What the registry has to let in')
  expect(page).toContain('ed25519.sec.asc')
  expect(page.match(/<form/g)).toHaveLength(1) // to sign out
})

test('pausing and resuming, by name', async () => {
  expect(await told(`${path}/pause`)).toContain('is paused: nothing of it leaves.')
  expect((await stored())?.paused).toBe(true)
  expect(await open('/connections')).toContain('>paused<')
  expect(await told(`${path}/resume`)).toContain('sends again.')
  const log = await harness.deps.store.actions.list({}, { limit: 1, cursor: null })
  expect(log.items[0]).toMatchObject({ event: 'connection.resumed', actor: 'user:root' })
})

test('a test of the way tells each hop and where it ended', async () => {
  harness.deps.transport.send = async () => ({ outcome: 'refused', answer: '554 5.7.1 <b>no</b>' })
  const page = await told(`${path}/test`)
  expect(page).toContain('role="alert"><p>The test mail did not come through.</p>')
  expect(page).toContain('Signed: ok')
  expect(page).toContain('554 5.7.1 &lt;b&gt;no&lt;/b&gt;')
})

test('the usual fields are saved, and an empty one takes away what was there', async () => {
  const fields = { seen: seenOn(await open(`${path}/edit`)), title: 'Other', tlds: 'de, co.uk', replyTimeout: '2d' }
  const more = { checkEvery: '30m', perDay: '7', warnDays: '30', supportName: 'Help' }
  expect(await told(`${path}/edit`, { ...fields, ...more })).toContain('Other was saved.')
  expect(await stored()).toMatchObject({ title: 'Other', tlds: ['de', 'co.uk'], rate: { perDay: 7 } })
  expect(await stored()).toMatchObject({
    expiry: { warnDays: 30, renewDays: null },
    support: { name: 'Help', email: null },
  })
  const again = { ...fields, seen: seenOn(await open(`${path}/edit`)), checkEvery: '30m' }
  expect(await told(`${path}/edit`, again)).toContain('Other was saved.')
  expect(await stored()).toMatchObject({ rate: null, expiry: null, support: null })
})

test('everything that is wrong is told at once, each beside its field, and what was typed stays', async () => {
  const seen = seenOn(await open(`${path}/edit`))
  const fields = { seen, title: 'Typed <title>', tlds: '.de', replyTimeout: 'soon', checkEvery: '1h', perDay: 'many' }
  const answer = await send(`${path}/edit`, fields)
  const page = await answer.text()
  expect(answer.status).toBe(422)
  expect(page).toContain('value="Typed &lt;title&gt;"')
  for (const name of ['tlds', 'replyTimeout', 'perDay']) expect(page).toContain(`id="${name}-problem"`)
  expect(page).toContain('is no duration')
  expect((await stored())?.title).toBe(harness.connection.title)
})

test('the file as it is shown changes nothing, and what is taken out of it is taken out', async () => {
  const page = await open(`${path}/edit`)
  const file = fileOn(page)
  expect(file).toContain('key: ed25519.sec.asc')
  await told(`${path}/file`, { seen: seenOn(page), file })
  expect(await stored()).toEqual(harness.connection)
  const less = file.replace(/^rate:\n {2}.*\n/m, '').concat('support: { name: Desk }\n')
  expect(await told(`${path}/file`, { seen: seenOn(page), file: less })).toContain('was saved.')
  expect(await stored()).toMatchObject({ rate: null, support: { name: 'Desk', email: null } })
})

test.each([
  ['title: [', 'is no YAML that can be read'],
  ['- one', 'is no group of fields'],
  ['title: x\nregistry: 1\nnonsense: 2', '/nonsense'],
  [`title: ${'['.repeat(100)}${']'.repeat(100)}`, 'levels deep'],
  ['a: &a [x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c]', 'YAML'],
])('a file that is wrong (%j) says why', async (file, words) => {
  const answer = await send(`${path}/file`, { seen: seenOn(await open(`${path}/edit`)), file })
  expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining(words)])
  expect(await stored()).toEqual(harness.connection)
})

test('a form that was opened before somebody else changed the connection is refused, and what was typed stays', async () => {
  const seen = seenOn(await open(`${path}/edit`))
  await call(harness.app, 'PATCH', `/v1${path}`, { body: { replyTimeout: '3d' } })
  const page = await told(`${path}/edit`, { seen, title: 'Mine', tlds: 'de', replyTimeout: '9d', checkEvery: '1h' })
  expect(page).toContain('Somebody changed the connection since this form was opened')
  expect(page).toContain('value="Mine"')
  expect((await stored())?.title).toBe(harness.connection.title)
})

test('it goes live once its checklist is done, and not before', async () => {
  const { deps, connection } = harness
  const registry = { ...connection.registry, test: 'test@registry.example' }
  await deps.store.connections.update({ ...connection, mode: 'test', registry }, deps.clock.now())
  expect(await open(path)).not.toContain('Go live')
  expect(await told(`${path}/live`)).toContain('cannot go live before its checklist is done')
  const note = { done: 'yes', 'note-agreement-signed': 'contract of March' }
  expect(await told(`${path}/checklist/agreement-signed`, note)).toContain('is signed: done.')
  expect(await open(path, viewer)).toContain('contract of March')
  expect(await told(`${path}/checklist/agreement-signed`)).toContain('no longer done.')
  expect(await told(`${path}/checklist/test-order-passed`, { done: 'yes' })).toContain('is known from the orders')
  expect((await stored())?.mode).toBe('test')
})

test('the list tells of each connection what an operator looks for', async () => {
  await place(harness.app)
  const page = await open('/connections', viewer)
  for (const words of [harness.connection.title, '>de<', '>live<', 'data-label="Open orders" class="number">1<'])
    expect(page).toContain(words)
  expect(page).not.toContain('Add a connection')
  expect(await open('/connections')).toContain('Add a connection')
})

test('it is removed by its title alone, and only where nothing depends on it', async () => {
  expect(await told(`${path}/remove`)).toContain('It was not removed')
  expect(await told(`${path}/remove`, { title: harness.connection.title })).toContain('has 1 open orders')
  expect(await stored()).not.toBeNull()
})

test('removing one that nothing depends on leads back to the list', async () => {
  const { store } = harness.deps
  const registry = { ...harness.connection.registry, replyTo: 'spare@in.hoster.example' }
  await store.connections.insert({ ...harness.connection, id: 'spare', title: 'Spare', tlds: [], registry })
  expect(await told('/connections/spare/remove', { title: 'Spare' })).toContain('Spare was removed.')
  expect(await store.connections.get('spare')).toBeNull()
  expect((await harness.app.request('/connections/spare', { headers: { cookie } })).status).toBe(404)
})
