import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { addUser, ORIGIN, postForm, signIn } from './console-client.js'
import { type Harness, openHarness } from './harness.js'

let harness: Harness
let cookie: string

beforeAll(async () => {
  harness = await openHarness()
  await addUser(harness, 'root')
  cookie = await signIn(harness, 'root')
})
afterAll(() => harness.close())

const PATH = '/connections/new'
const PROFILE = { profile: 'denic' }
const NAMES = {
  ...{ title: 'Second account', tlds: 'CO.UK', to: 'robot@registry.example', test: 'test@registry.example' },
  from: 'domains@hoster.example',
}
const KEYS = { scheme: 'openpgp-clear', key: 'ed25519.sec.asc', trustKey: 'rsa2048.pub.asc' }
const WAY = { replyTo: 'second@in.hoster.example', relayHost: '127.0.0.1', relayPort: '2526', relayTls: 'none' }
const POLICY = { 'account.regacc': 'DENIC-77', replyTimeout: '4d', checkEvery: '2h', perDay: '' }
const ALL = { ...PROFILE, ...NAMES, ...KEYS, ...WAY, ...POLICY }

const send = (step: string, fields: Record<string, string>, go = 'next') =>
  postForm(harness, PATH, { ...fields, step, go }, { headers: { origin: ORIGIN, cookie } })
const text = (answer: Response): Promise<string> => answer.text()
const heading = (page: string): string => /<h2 id="step">([^<]*)/.exec(page)?.[1] ?? ''
const hiddenOn = (page: string): Record<string, string> =>
  Object.fromEntries(
    [...page.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  )
const stored = async () =>
  (await harness.deps.store.connections.list()).find(({ title }) => title === 'Second account') ?? null

test('each step carries what was answered to the next, and the last adds it in test mode', async () => {
  let fields: Record<string, string> = {}
  let page = ''
  for (const [step, answers, next] of [
    ['profile', PROFILE, 'Name and addresses'],
    ['names', NAMES, 'Keys'],
    ['keys', KEYS, 'Way out and back'],
    ['way', WAY, 'Account and times'],
    ['policy', POLICY, 'Review'],
  ] as const) {
    const answer = await send(step, { ...fields, ...answers })
    page = await text(answer)
    expect([answer.status, heading(page)]).toEqual([200, next])
    fields = hiddenOn(page)
  }
  const file = parse((/<pre>([^<]*)<\/pre>/.exec(page)?.[1] ?? '').replaceAll('&quot;', '"'))
  expect(file).toMatchObject({
    title: 'Second account',
    mode: 'test',
    tlds: ['co.uk'],
    account: { regacc: 'DENIC-77' },
  })
  const added = await send('review', fields)
  const connection = await stored()
  expect([added.status, added.headers.get('location')]).toEqual([303, `/connections/${connection?.id}`])
  expect(connection).toMatchObject({ mode: 'test', relay: { port: 2526, tls: 'none' }, replyTimeout: 4 * 86_400_000 })
  expect((await send('review', fields)).status).toBe(422) // sent twice, it is added once
  const id = connection?.id ?? ''
  await harness.deps.store.connections.remove(id, harness.deps.clock.now())
})

test('a step says what is wrong with it alone, and what was typed stays', async () => {
  const answer = await send('names', {
    ...PROFILE,
    ...NAMES,
    title: 'DENIC main account',
    to: 'no address',
    tlds: 'de',
  })
  const page = await text(answer)
  expect([answer.status, heading(page)]).toEqual([422, 'Name and addresses'])
  for (const words of ['is the title of another connection', 'is no plain mail address', 'belongs to the connection'])
    expect(page).toContain(words)
  expect(page).not.toContain('/signing')
  expect(page).toContain('value="no address"')
})

test.each([
  ['mode', 'live'],
  ['title', ''],
  ['replyTo', 'denic-main@in.hoster.example'],
  ['to', 'a@b.example\r\nBcc: x@evil.example'],
  ['key', '../../etc/passwd'],
  ['relayPort', '0'],
  ['account.regacc', '77'],
])('what comes in a hidden field is looked at again: %s=%j', async (name, value) => {
  const answer = await send('review', { ...ALL, [name]: value })
  if (name === 'mode') {
    expect(await stored()).toMatchObject({ mode: 'test' })
    await harness.deps.store.connections.remove((await stored())?.id ?? '', harness.deps.clock.now())
    return
  }
  expect([answer.status, await stored()]).toEqual([422, null])
})

test('a step that is left out is asked for: nothing is added without it', async () => {
  const page = await text(await send('review', PROFILE))
  expect(heading(page)).toBe('Name and addresses')
})

test('a key is made on the way, once', async () => {
  const fields = { ...PROFILE, ...NAMES, ...KEYS, key: '', newName: 'second' }
  const page = await text(await send('keys', fields))
  expect(hiddenOn(page)).toMatchObject({ key: 'second.asc', newName: '' })
  const again = await text(await send('keys', { ...fields, newName: 'second' }))
  expect([heading(again), again.includes('is there already')]).toEqual(['Keys', true])
})

test('back and looking again change nothing and complain of nothing', async () => {
  const back = await text(await send('way', { ...PROFILE, ...NAMES }, 'back'))
  expect([heading(back), back.includes('role="alert"')]).toEqual(['Keys', false])
  expect(heading(await text(await send('keys', PROFILE, 'again')))).toBe('Keys')
})
