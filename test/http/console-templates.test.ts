import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addUser, signIn } from './console-client.js'
import { type Harness, openHarness, place } from './harness.js'

let harness: Harness
let cookie: string

beforeAll(async () => {
  harness = await openHarness()
  await addUser(harness, 'root')
  cookie = await signIn(harness, 'root')
})
afterAll(() => harness.close())

const open = async (at: string): Promise<string> => (await harness.app.request(at, { headers: { cookie } })).text()
const PATH = '/templates/denic/register'

test('the list has every action of every profile, and whose its file is', async () => {
  const page = await open('/templates')
  for (const words of [`href="${PATH}"`, 'built in', harness.templatesDir]) expect(page).toContain(words)
  expect(page).not.toContain('role="alert"')
})

test('what is in the folder now is looked at, with file and line, and told to be not in use yet', async () => {
  const folder = join(harness.templatesDir, 'denic')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'register.liquid'), 'Subject: <b>x</b>\n\n{{ nonsense }}\n')
  const page = await open('/templates')
  expect(page).toContain('would keep the gateway from starting')
  expect(page).toMatch(/register\.liquid[^<]*nonsense/)
  expect(page).toMatch(/register\.liquid[:, ]+(line )?3/)
  expect(page).toContain('not in use yet: denic/register.')
  expect(await open(PATH)).not.toContain('nonsense')
  rmSync(harness.templatesDir, { recursive: true })
})

test('a template is shown as it is in use, with how to have a copy', async () => {
  const page = await open(PATH)
  expect(page).toContain('Subject: ')
  expect(page).toContain(`${harness.templatesDir}/denic/`)
})

test('a preview is a signed mail of a sample, and nothing comes of it', async () => {
  const page = await open(`${PATH}?connection=${harness.connection.id}&order=`)
  expect(page).toContain('-----BEGIN PGP SIGNED MESSAGE-----')
  expect(page).toContain('Ctid: preview-')
  expect((await harness.deps.store.orders.list({}, { limit: 1, cursor: null })).items).toEqual([])
})

test('a preview of an order has its domain, and its AuthInfo covered', async () => {
  const { id } = await place(harness.app, { domain: 'shown.de', action: 'transfer', authInfo: 'Very-Secret-1' })
  const page = await open(`/templates/denic/transfer?connection=${harness.connection.id}&order=${id}`)
  expect(page).toContain('Domain: shown.de')
  expect(page).toContain('AuthInfo: ********')
  expect(page).not.toContain('Very-Secret-1')
  expect(await open(`${PATH}?connection=${harness.connection.id}&order=${id}`)).toContain('is for transfer on another')
})

test.each([
  ['?connection=none', 'There is no such connection'],
  ['?connection=connection-1&order=none', 'There is no order none'],
])('what there is not (%s) is said on the page', async (query, words) => {
  expect(await open(`${PATH}${query}`)).toContain(words)
})

test.each(['/templates/denic/..%2Fregister', '/templates/other/register', '/templates/denic/nonsense'])(
  'there is no template at %s',
  async (at) => {
    expect((await harness.app.request(at, { headers: { cookie } })).status).toBe(404)
  },
)
