import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { BUILT_IN_TEMPLATES, loadTemplates } from '../../src/profiles/load.js'
import { createTemplateRenderer } from '../../src/profiles/template.js'
import { openTestStore, type TestStore } from '../helpers/database.js'
import { aConnectionFile } from '../helpers/gateway.js'
import { call } from '../http/harness.js'
import { openStage, PROVIDER, type Stage } from './stage.js'

let store: TestStore
let stage: Stage
beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(async () => {
  stage = await openStage(store)
})
afterEach(() => stage.close())
afterAll(() => store.close())

test('F35: an administrator adds a connection by mail, by the API and by what commands speak', async () => {
  const { id } = await stage.connect()
  const other = { to: 'robot@registry.example', from: 'us@hoster.example', replyTo: 'second@in.hoster.example' }
  const body = aConnectionFile({ title: 'By a command', tlds: [], registry: other })
  expect((await call(stage.local, 'POST', '/v1/connections', { body })).status).toBe(201)
  const listed = await stage.items('/v1/connections')
  expect(listed.map(({ title }) => title)).toEqual(['DENIC main account', 'By a command'])
  const order = await stage.place({ account: PROVIDER })
  await stage.run()
  await stage.succeed(order.id)
  expect(await stage.order(order.id)).toMatchObject({ connection: id, status: 'done' })
  const shop = await stage.tokenOf('cust-7')
  expect((await stage.post('/v1/connections', aConnectionFile(), shop)).status).toBe(403)
})

test('F45: a registry is added by a connection and a template, without code', async () => {
  mkdirSync(path.join(stage.templatesDir, 'denic'), { recursive: true })
  const sources = await loadTemplates({ builtIn: BUILT_IN_TEMPLATES, operators: null })
  const text = readFileSync(sources.get('denic/register')?.file ?? '', 'utf8')
  writeFileSync(
    path.join(stage.templatesDir, 'denic/register.liquid'),
    text.replace(/^Subject: .*$/m, 'Subject: Our own'),
  )
  const own = await loadTemplates({ builtIn: BUILT_IN_TEMPLATES, operators: stage.templatesDir })
  stage.gateway.deps.templates = createTemplateRenderer(own)
  await stage.connect()
  const registry = { to: 'robot@preferred.example', from: 'us@hoster.example', replyTo: 'preferred@in.hoster.example' }
  const { id } = await stage.connect({ title: 'Preferred', tlds: [], registry })
  expect((await call(stage.app, 'PUT', '/v1/tlds/de', { body: { connection: id } })).status).toBe(200)
  const order = await stage.place({ account: PROVIDER })
  await stage.run()
  expect(order['connection']).toBe(id)
  expect(stage.sent[0]?.envelope.to).toEqual(['robot@preferred.example'])
  expect(stage.sent[0]?.raw.toString()).toMatch(/^Subject: Our own/m)
})
