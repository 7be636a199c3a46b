import { rmSync } from 'node:fs'
import * as path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { archiveMails } from '../../src/flows/archive-mails.js'
import { createMetrics } from '../../src/http/metrics.js'
import { aMail } from '../store/samples.js'
import { addUser, signIn } from './console-client.js'
import { call, type Harness, openHarness } from './harness.js'

let harness: Harness
let cookie: string
const mail = aMail(null, { raw: Buffer.from('Subject: old news\r\n\r\nkept for long\r\n') })
const page = async (at: string) => harness.app.request(at, { headers: { cookie } })

beforeAll(async () => {
  harness = await openHarness()
  const { deps } = harness
  const came = { connectionId: harness.connection.id, receivedAt: deps.clock.now() }
  await deps.store.mails.accept({ ...mail, ...came })
  const claim = await deps.store.mails.claim(mail.id, { owner: 'test', now: deps.clock.now(), leaseMs: 1_000 })
  const result = { reason: null, verdict: null, replies: [], orders: [] }
  if (claim !== null) await deps.store.mails.finish(mail.id, { ...result, stage: 'auto-reply' })
  deps.retention = 86_400_000
  harness.advance(100 * 86_400_000)
  await archiveMails(deps)
  await addUser(harness, 'root')
  cookie = await signIn(harness, 'root')
})
afterAll(() => harness.close())

test('an archived mail is read as one that is not, and says since when it is', async () => {
  expect(await harness.deps.store.mails.raw(mail.id)).toBeNull()
  const view = await call(harness.app, 'GET', `/v1/mails/${mail.id}`)
  expect(view.json).toMatchObject({ sha256: mail.sha256, archivedAt: harness.deps.clock.now().toISOString() })
  expect((await call(harness.app, 'GET', `/v1/mails/${mail.id}/raw`)).text).toBe(mail.raw.toString())
  expect(await (await page(`/mails/${mail.id}`)).text()).toContain('kept for long')
  expect((await page(`/mails/${mail.id}/raw`)).status).toBe(200)
})

test('without its file the answer is 410 and says where it went', async () => {
  const file = harness.deps.archive.fileOf(mail.sha256)
  rmSync(path.join(harness.deps.archive.place.replace(/^[^:]*:/, ''), file))
  const answer = await call(harness.app, 'GET', `/v1/mails/${mail.id}/raw`)
  expect(answer.status).toBe(410)
  expect(answer.json['detail']).toContain(`archived as ${file}, and that file is not in`)
  const replay = await call(harness.local, 'POST', `/v1/mails/${mail.id}/replay`, { token: null })
  expect([replay.status, replay.json['detail']]).toEqual([410, answer.json['detail']])
  expect(await (await page(`/mails/${mail.id}`)).text()).toContain(`archived as ${file}`)
  expect((await page(`/mails/${mail.id}/raw`)).status).toBe(410)
})

test('/metrics tell the room on the disk, where it can be asked', async () => {
  const { store } = harness.deps
  const shown = (disk: Parameters<typeof createMetrics>[0]['disk']) =>
    createMetrics({ store, disk: disk ?? null, processMetrics: false }).render()
  const line = /^sealpost_disk_(free|size)_bytes\{disk="x"\} (\d+)$/gm
  const full = await shown({ place: 'x', space: async () => ({ free: 5, size: 9 }) })
  expect([...full.matchAll(line)].map(([, name, value]) => [name, value])).toEqual([
    ['free', '5'],
    ['size', '9'],
  ])
  expect(await shown({ place: 'x', space: () => Promise.reject(new Error('x')) })).not.toMatch(line)
  expect(await shown(null)).not.toContain('sealpost_disk')
})
