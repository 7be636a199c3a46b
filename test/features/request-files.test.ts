import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { newShownRequests, type ShownRequests, showRequests } from '../../src/flows/show-requests.js'
import { openRequestFolder } from '../../src/forms/request-folder.js'
import type { RequestFolder } from '../../src/ports.js'
import { openRequestDoor } from '../../src/serve/request-door.js'
import { openTestStore, type TestStore } from '../helpers/database.js'
import { type Json, openStage, type Placed, PROVIDER, type Stage } from './stage.js'

let store: TestStore
let stage: Stage
let root: string
let shown: ShownRequests
beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(async () => {
  stage = await openStage(store)
  root = mkdtempSync(path.join(tmpdir(), 'sealpost-requests-'))
  shown = newShownRequests()
  const connection = {
    title: 'By hand',
    profile: 'manual',
    tlds: ['com'],
    mode: 'live',
    replyTimeout: '14d',
    account: {},
  }
  expect((await stage.post('/v1/connections', connection)).status).toBe(201)
})
afterEach(async () => {
  await stage.close()
  rmSync(root, { recursive: true, force: true })
})
afterAll(() => store.close())

const pass = (folder: RequestFolder = openRequestFolder(root)) => showRequests(stage.gateway.deps, folder, shown)
/** As another process would go on, or this one after a break. */
const passAnew = (folder?: RequestFolder) => {
  shown = newShownRequests()
  return pass(folder)
}
const at = (...parts: string[]) => path.join(root, ...parts)
/** Every file below the folder. */
const files = (): string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort()

type Handed = Placed & { file: string; ticket: string }
const hand = async (change: Json = {}): Promise<Handed> => {
  const order = await stage.place({ account: PROVIDER, domain: 'bücher.com', ...change })
  await stage.run()
  const [ticket] = await stage.items('/v1/tickets?state=open')
  return { ...order, ticket: String(ticket?.['id']), file: `${await stage.reference(order.id)}.txt` }
}
const close = async ({ ticket }: Handed, outcome: string) =>
  expect((await stage.post(`/v1/tickets/${ticket}/close`, { outcome, note: 'as the registrar said' })).status).toBe(200)
const alarms = async () => (await store.alarms.list()).filter(({ about }) => about.startsWith('requests'))
const told = async () => (await stage.log()).filter(({ event }) => String(event).startsWith('requests.'))

describe('F59: requests for people are files too', () => {
  test('with the text of the ticket, in the folder of the account, for as long as it is open', async () => {
    const order = await hand()
    await pass()
    expect(files()).toEqual([`house/requests/${order.file}`])
    const text = readFileSync(at('house', 'requests', order.file), 'utf8')
    const [ticket] = await stage.items('/v1/tickets')
    expect(text).toBe(`ticket ${ticket?.['number']}: ${ticket?.['subject']}\n\n${String(ticket?.['text']).trimEnd()}\n`)
    expect(text).toContain('xn--bcher-kva.com')
    await pass()
    expect(files()).toHaveLength(1)
  })

  test.each(['done', 'failed'])('goes to %s with what was said, and without the password', async (outcome) => {
    const order = await hand({ action: 'transfer', authInfo: 'Ab3-xY7_kQ' })
    await pass()
    expect(readFileSync(at('house', 'requests', order.file), 'utf8')).toContain('Ab3-xY7_kQ')
    await close(order, outcome)
    await pass()
    expect(files()).toEqual([`house/requests/${outcome}/${order.file}`])
    const text = readFileSync(at('house', 'requests', outcome, order.file), 'utf8')
    expect(text).toMatch(new RegExp(`\nClosed as ${outcome} by .* at 20.*Z: as the registrar said\n$`))
    expect(text).not.toContain('Ab3-xY7_kQ')
  })

  test('is taken away where the order is cancelled', async () => {
    const order = await hand()
    await pass()
    expect((await stage.post(`/v1/orders/${order.id}/cancel`)).status).toBe(200)
    await pass()
    expect(files()).toEqual([])
  })

  test('that was taken away is not written again, and leaves none when its ticket is closed', async () => {
    const order = await hand()
    await pass()
    rmSync(at('house', 'requests', order.file))
    await pass()
    expect(files()).toEqual([])
    await close(order, 'done')
    await pass()
    expect(files()).toEqual([])
  })

  test('of a customer is there once it is paid, and each account has its own folder', async () => {
    await hand()
    const order = await stage.place({ domain: 'another.com', account: { id: '../Cust 7', type: 'customer' } })
    await stage.run()
    await pass()
    expect(readdirSync(root)).toEqual(['house'])
    await stage.pay(order.id)
    await stage.run()
    await pass()
    expect(readdirSync(root).sort()).toEqual(['%2E.%2FCust%207', 'house'])
  })

  test('nothing is written for an order that a robot has, or for other tickets', async () => {
    await stage.connect()
    await stage.place({ account: PROVIDER })
    await stage.run()
    await pass()
    expect(files()).toEqual([])
  })
})

describe('after a break', () => {
  /** Breaks off where it is told to, as a process that is killed. */
  const breaking = (broken: Partial<RequestFolder>): RequestFolder => ({ ...openRequestFolder(root), ...broken })

  test('a file that was not written is, and one that was is left as it is', async () => {
    const order = await hand()
    await passAnew(breaking({ add: async () => Promise.reject(new Error('killed')) }))
    expect(files()).toEqual([])
    await passAnew()
    const file = at('house', 'requests', order.file)
    writeFileSync(file, 'a note of the people')
    await passAnew()
    await passAnew(breaking({ list: async () => Promise.reject(new Error('killed')) }))
    expect(files()).toHaveLength(1)
    expect(readFileSync(file, 'utf8')).toBe('a note of the people')
  })

  test('what was closed meanwhile is found by its name, and ended once', async () => {
    const order = await hand()
    await pass()
    await close(order, 'done')
    await passAnew()
    expect(files()).toEqual([`house/requests/done/${order.file}`])
    rmSync(at('house', 'requests', 'done', order.file))
    await passAnew()
    await pass()
    expect(files(), 'what was archived stays away').toEqual([])
  })

  test('one that broke off between both folders ends with the one file', async () => {
    const order = await hand()
    await pass()
    const before = readFileSync(at('house', 'requests', order.file))
    await close(order, 'failed')
    await pass()
    writeFileSync(at('house', 'requests', order.file), before)
    await passAnew()
    expect(files()).toEqual([`house/requests/failed/${order.file}`])
  })

  test('files of other people stay', async () => {
    mkdirSync(at('house', 'requests'), { recursive: true })
    for (const name of ['notes.txt', 'sp-nobody.txt', 'README']) writeFileSync(at('house', 'requests', name), 'x')
    await passAnew()
    expect(files()).toHaveLength(3)
  })
})

describe('a folder that cannot be written', () => {
  test('is told once, holds up nothing, and is told to be well again', async () => {
    rmSync(root, { recursive: true })
    const order = await hand()
    await pass()
    await pass()
    expect(await alarms()).toMatchObject([
      { level: 'error', text: expect.stringMatching(/ENOENT.*let the gateway write/) },
    ])
    expect(await stage.order(order.id)).toMatchObject({ status: 'sent' })
    mkdirSync(root)
    await pass()
    expect(files()).toEqual([`house/requests/${order.file}`])
    expect(await alarms()).toEqual([])
    await pass()
    expect((await told()).map(({ event, level }) => [event, level])).toEqual([
      ['requests.unwritten', 'error'],
      ['requests.written', 'info'],
    ])
    await close(order, 'done')
    expect(await stage.order(order.id)).toMatchObject({ status: 'done' })
  })

  test('of one account keeps no other waiting', async () => {
    writeFileSync(at('house'), 'a file in its place')
    await hand()
    await stage.place({ domain: 'another.com', account: { id: 'other', type: 'provider' } })
    await stage.run()
    await pass()
    expect(readdirSync(at('other', 'requests'))).toHaveLength(1)
    expect(await alarms()).toHaveLength(1)
  })

  test.each(['account', 'requests', 'done'])('no link is followed in the place of the folder %s', async (part) => {
    const outside = mkdtempSync(path.join(tmpdir(), 'sealpost-outside-'))
    const place = { account: at('house'), requests: at('house', 'requests'), done: at('house', 'requests', 'done') }
    const link = place[part as keyof typeof place]
    const order = await hand()
    if (part === 'done') {
      await pass()
      await close(order, 'done')
    }
    mkdirSync(path.dirname(link), { recursive: true })
    symlinkSync(outside, link)
    await pass()
    expect(readdirSync(outside)).toEqual([])
    expect(await alarms()).toHaveLength(1)
    rmSync(link)
    await pass()
    expect(await alarms()).toEqual([])
    expect(files()).toHaveLength(1)
    rmSync(outside, { recursive: true })
  })

  test('a link in the place of the file itself leads nowhere', async () => {
    const secret = at('secret')
    writeFileSync(secret, 'secret')
    const order = await hand()
    mkdirSync(at('house', 'requests'), { recursive: true })
    symlinkSync(secret, at('house', 'requests', order.file))
    await pass()
    await close(order, 'done')
    await pass()
    expect(readFileSync(secret, 'utf8')).toBe('secret')
    expect(readFileSync(at('house', 'requests', 'done', order.file), 'utf8')).toMatch(/Closed as done/)
    expect(existsSync(at('house', 'requests', order.file))).toBe(false)
  })
})

test('the process looks by itself, until it stops', async () => {
  const order = await hand()
  const stop = openRequestDoor(stage.gateway.deps, root)
  await vi.waitFor(() => expect(files()).toEqual([`house/requests/${order.file}`]), { timeout: 20_000 })
  await stop()
  await close(order, 'done')
  expect(files()).toHaveLength(1)
})
