import { afterAll, beforeAll, expect, test } from 'vitest'
import { REHEARSAL_STEPS } from '../../src/core/rehearsal.js'
import { addUser, ORIGIN, postForm, signIn } from './console-client.js'
import { call, type Harness, openHarness } from './harness.js'

let harness: Harness
let cookie: string
let page: string
beforeAll(async () => {
  harness = await openHarness()
  await addUser(harness, 'root')
  cookie = await signIn(harness, 'root')
  page = `/connections/${harness.connection.id}/rehearsal`
})
afterAll(() => harness.close())

const open = async (path: string) => (await harness.app.request(path, { headers: { cookie } })).text()

test('the console offers it at the connection, and shows each step', async () => {
  expect(await open(`/connections/${harness.connection.id}`)).toContain(`href="${page}"`)
  expect(await open(page)).toContain('>Rehearse</button>')
  const answer = await postForm(harness, page, {}, { headers: { origin: ORIGIN, cookie } })
  const text = await answer.text()
  expect([answer.status, text.match(/>Passed</g)?.length]).toEqual([200, Object.keys(REHEARSAL_STEPS).length])
  expect(text).toContain('Every step went as it has to.')
  expect(text).toContain('<code>ed25519.sec.asc</code>')
  const { items } = await harness.deps.store.actions.list({}, { limit: 1, cursor: null })
  expect(items).toMatchObject([{ event: 'rotation.rehearsed', actor: 'user:root' }])
})

test('so does the API, with what failed', async () => {
  const { deps, connection } = harness
  const { rehearsals } = deps
  deps.rehearsals = { ...rehearsals, takesMail: async () => ({ ok: false, reason: '<b>it is closed</b>' }) }
  const { status, json } = await call(harness.app, 'POST', `/v1/connections/${connection.id}/rehearse`)
  expect([status, json]).toMatchObject([
    200,
    {
      ok: false,
      key: 'ed25519.sec.asc',
      next: null,
      steps: expect.arrayContaining([
        { step: 'old-signs', ok: false, at: expect.any(String), detail: expect.stringContaining('closed') },
      ]),
    },
  ])
  const text = await (await postForm(harness, page, {}, { headers: { origin: ORIGIN, cookie } })).text()
  expect(text).toContain('&lt;b&gt;it is closed')
  expect(text).toMatch(/role="alert"[^>]*>4 of 11 steps did not go/)
  deps.rehearsals = rehearsals
})

test('of a connection that is not there it is 404', async () => {
  expect((await call(harness.app, 'POST', '/v1/connections/none/rehearse')).status).toBe(404)
  expect((await harness.app.request('/connections/none/rehearsal', { headers: { cookie } })).status).toBe(404)
})
