import { createHash } from 'node:crypto'
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { unzipSync } from 'fflate'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { placeOrder } from '../../src/flows/place-order.js'
import { type FormMemory, takeForms } from '../../src/flows/take-forms.js'
import { openFormFolder } from '../../src/forms/form-folder.js'
import { orderBodySchema } from '../../src/http/schemas/order-body.js'
import { openFormDoor } from '../../src/serve/form-door.js'
import { openTestStore, type TestStore } from '../helpers/database.js'
import { aConnectionFile } from '../helpers/gateway.js'
import { ADMIN_TOKEN, call, orderBody } from '../http/harness.js'
import { fillForm } from '../order-form/fill-form.js'
import { HOUR, type Json, openStage, type Stage } from './stage.js'

let store: TestStore
let stage: Stage
let root: string
let memory: FormMemory
beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(async () => {
  stage = await openStage(store)
  root = mkdtempSync(path.join(tmpdir(), 'sealpost-forms-'))
  memory = new Map()
  const accounts = 'xyz00: { email: xyz00@hoster.example, type: provider }\nabc00: { email: abc00@hoster.example }\n'
  writeFileSync(path.join(root, 'accounts.yaml'), accounts)
  await stage.connect({ support: { name: 'Registry desk', email: 'service@registry.example' } })
  await pass()
})
afterEach(async () => {
  await stage.close()
  rmSync(root, { recursive: true })
})
afterAll(() => store.close())

const pass = (): Promise<boolean> => takeForms(stage.gateway.deps, openFormFolder(root), memory)
const files = (account: string, part: string): string[] => readdirSync(path.join(root, account, part)).sort()
const inEtc = (name: string, account = 'xyz00'): string => path.join(root, account, 'etc', name)
/** As the user saved or touched it a minute ago. */
const touch = (file: string, ago = 60_000): void => {
  const at = new Date(stage.gateway.now().getTime() - ago)
  utimesSync(file, at, at)
}
const drop = (name: string, content: string | Buffer, account = 'xyz00'): void => {
  writeFileSync(inEtc(name, account), content)
  touch(inEtc(name, account))
}
const REGISTER = {
  ...{ DOMAIN_ADMIN: 'xyz00', DOMAIN_ACTION: 'register', OWNER_HANDLE: 'DENIC-1234-MUSTER' },
  ...{ NS_1: 'ns1.example.net', NS_2: 'ns2.example.org' },
}
const form = (change: Record<string, string> = {}): string => fillForm({ ...REGISTER, ...change })
const orders = (): Promise<Json[]> => stage.items('/v1/orders')
const notices = async (): Promise<Json[]> => {
  const page = await stage.gateway.deps.store.notices.list({}, { limit: 200, cursor: null })
  return page.items.filter(({ kind }) => kind === 'form-errors')
}

describe('F60: a form is an order', () => {
  test('of its account, by the checks of the API, and goes to the registry', async () => {
    drop('dom-order.example.de', form())
    await pass()
    await stage.run()
    const [order, ...others] = await orders()
    expect(others).toEqual([])
    expect(order).toMatchObject({ domain: 'example.de', action: 'register', status: 'sent', account: { id: 'xyz00' } })
    expect(stage.sent).toHaveLength(1)
  })

  test('of a customer waits for its payment', async () => {
    drop('dom-order.example.de', form({ DOMAIN_ADMIN: 'abc00' }), 'abc00')
    await pass()
    expect(await orders()).toMatchObject([{ status: 'awaiting-payment', account: { id: 'abc00', type: 'customer' } }])
  })

  test('once, whatever breaks off between the order and the move, and in two processes', async () => {
    drop('dom-order.example.de', form())
    await Promise.all([takeForms(stage.gateway.deps, openFormFolder(root), new Map()), pass()])
    drop('dom-order.example.de', form())
    await pass()
    await pass()
    expect(await orders()).toHaveLength(1)
    expect(files('xyz00', 'etc')).toEqual([])
    expect(files('xyz00', 'orders')).toHaveLength(1)
  })

  test('is left alone while it may still be written', async () => {
    drop('dom-order.example.de', form())
    touch(inEtc('dom-order.example.de'), 500)
    expect(await pass()).toBe(true)
    expect(await orders()).toEqual([])
    stage.gateway.pass(5_000)
    expect(await pass()).toBe(false)
    expect(await orders()).toHaveLength(1)
  })
})

test('F63: letters that a registry may not take are no mistake of the form, and are kept as they were', async () => {
  const byHand = { title: 'By hand', profile: 'manual', tlds: ['com'], mode: 'live', replyTimeout: '14d' }
  await stage.post('/v1/connections', { ...byHand, account: { registrar: 'Example Registrar' } })
  const owner = { OWNER_HANDLE: '', OWNER_TYPE: 'person', OWNER_NAME: 'Jürgen Größe', OWNER_STREET: 'Hauptstr. 1' }
  const place = { OWNER_CITY: 'Übersee', OWNER_POSTALCODE: '83236', OWNER_COUNTRY: 'DE', OWNER_EMAIL: 'j@example.net' }
  drop('dom-order.example.com', form({ ...owner, ...place }))
  await pass()
  const [order] = await orders()
  expect((await stage.gateway.order(String(order?.['id']))).terms.contacts).toMatchObject({
    holder: [{ name: 'Jürgen Größe', city: 'Übersee' }],
  })
})

test('F63: letters become ASCII in the request to a registry that takes no others, and stay with the domain', async () => {
  const replyTo = 'robot@in.hoster.example'
  await stage.connect({
    ...{ title: 'Order robot', profile: 'order-robot', tlds: ['net'], account: { admin: 'xyz00' } },
    registry: { ...aConnectionFile().registry, replyTo },
    defaults: { contacts: { admin: { handle: 'ADM1@HANDLES.DE' } } },
  })
  const owner = { OWNER_HANDLE: '', OWNER_TYPE: 'person', OWNER_NAME: 'Jürgen Größe', OWNER_STREET: 'Hauptstr. 1' }
  const place = { OWNER_CITY: 'Übersee', OWNER_POSTALCODE: '83236', OWNER_COUNTRY: 'DE', OWNER_EMAIL: 'j@example.net' }
  drop('dom-order.example.net', form({ ...owner, ...place, OWNER_PHONE: '+49.864212345' }))
  await pass()
  await stage.run()
  const request = Buffer.from(stage.sent.at(-1)?.raw ?? '').toString('utf8')
  expect(request).toMatch(/^OWNER_NAME="Juergen Groesse"$/m)
  expect(request).toMatch(/^OWNER_CITY="Uebersee"$/m)
  // Of the head of a mail and its signature too: nothing in it is another letter.
  expect(request).toMatch(/^[\t\r\n\x20-\x7e]*$/)

  const [order] = await orders()
  const reference = await stage.reference(String(order?.['id']))
  const word = ['DOMAIN_NAME="example.net"', `ORDER_REFERENCE="${reference}"`, 'DOMAIN_STATUS="REG-OK"']
  const reply = await stage.gateway.reply(['#HS.DOMAIN.STATUS', ...word, '#'])
  await stage.gateway.receive(reply, replyTo)
  expect(await stage.gateway.deps.store.domains.get('example.net')).toMatchObject({
    ...{ state: 'registered', contacts: { holder: [{ name: 'Jürgen Größe', city: 'Übersee' }] } },
  })
})

test('F64: a debug field that is not empty is refused', async () => {
  drop('dom-order.example.de', form({ ROBOT_DEBUG: '1' }))
  await pass()
  expect(await orders()).toEqual([])
  expect(JSON.stringify(await notices())).toContain('ROBOT_DEBUG is not empty')
})

test.each([
  ['F65: an owner whom nobody knows', 'nobody', 'there is no such account here'],
  ['F66: an owner with a folder of their own', 'abc00', 'an account orders for itself alone'],
])('%s is refused', async (_, admin, detail) => {
  drop('dom-order.example.de', form({ DOMAIN_ADMIN: admin }))
  await pass()
  expect(await orders()).toEqual([])
  expect(JSON.stringify(await notices())).toContain(detail)
})

test('F66: nothing is ordered on a domain of another account', async () => {
  drop('dom-order.example.de', form())
  await pass()
  drop('dom-order.example.de', form({ DOMAIN_ADMIN: 'abc00', DOMAIN_ACTION: 'close' }), 'abc00')
  await pass()
  expect(await orders()).toHaveLength(1)
  expect(JSON.stringify(await notices())).toContain('belongs to another account')
})

test('F76: an accepted form goes to the orders, and after success a copy stands in var', async () => {
  drop('dom-order.example.de', form())
  await pass()
  await stage.run()
  const id = String((await orders())[0]?.['id'])
  expect([files('xyz00', 'etc'), files('xyz00', 'var')]).toEqual([[], []])
  await stage.succeed(id)
  await pass()
  expect(files('xyz00', 'var')).toEqual([`dom-order.example.de.${id}`])
  expect(readFileSync(path.join(root, 'xyz00', 'var', `dom-order.example.de.${id}`), 'utf8')).toBe(form())
})

describe('F76: the form is kept with its order', () => {
  const TRANSFER = { DOMAIN_ACTION: 'transfer', DOMAIN_AUTHINFO: 'p4ssw0rd-17' }
  const formOf = (id: string, token?: string) =>
    call(stage.app, 'GET', `/v1/orders/${id}/form`, token === undefined ? {} : { token })
  const dropped = async (content: string): Promise<string> => {
    drop('dom-order.example.de', content)
    await pass()
    return String((await orders())[0]?.['id'])
  }

  test('as it was dropped, for whoever may read the order, and the password in it for whoever may read mails', async () => {
    const content = `of Monday\n${form(TRANSFER)}`
    const id = await dropped(content)
    expect(await formOf(id)).toMatchObject({ status: 200, text: content })
    const own = await formOf(id, await stage.tokenOf('xyz00'))
    expect(own.text).toBe(content.replace('p4ssw0rd-17', '***'))
    expect((await formOf(id, await stage.tokenOf('abc00'))).status).toBe(403)
    const [placed] = (await stage.log(`?order=${id}`)).filter(({ event }) => event === 'order.placed')
    const sha256 = createHash('sha256').update(content).digest('hex')
    expect(placed?.['data']).toMatchObject({ form: { file: 'dom-order.example.de', sha256 } })
  })

  test('viewers of the console get it without the password', async () => {
    const id = await dropped(form(TRANSFER))
    await call(stage.local, 'POST', '/local/users', {
      body: { name: 'vic', role: 'viewer', password: 'correct horse' },
    })
    const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: 'http://localhost' }
    const body = new URLSearchParams({ name: 'vic', password: 'correct horse' }).toString()
    const login = await stage.app.request('/login', { method: 'POST', headers, body })
    const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? ''
    const answer = await stage.app.request(`/orders/${id}/form`, { headers: { cookie } })
    expect(await answer.text()).toBe(form(TRANSFER).replace('p4ssw0rd-17', '***'))
  })

  test('a link on the page of the order leads to it', async () => {
    const id = await dropped(form())
    const open = await stage.signIn()
    expect(await open(`/orders/${id}`)).toContain(`href="/orders/${id}/form"`)
    expect(await open(`/orders/${id}/form`)).toBe(form())
  })

  test('in the transaction of the order: neither is there without the other', async () => {
    const body = orderBodySchema.parse(orderBody())
    const broken = { file: 'dom-order.example.de', sha256: 'of something else', octets: Buffer.from(form()) }
    const placing = placeOrder(stage.gateway.deps, { body, actor: 'form:xyz00', idempotency: null, form: broken })
    await expect(placing).rejects.toThrow()
    expect(await orders()).toEqual([])
  })

  test('an order by the API has none, and says why', async () => {
    const { id } = await stage.place()
    expect(await formOf(id)).toMatchObject({
      status: 404,
      json: { detail: expect.stringContaining('placed by the API') },
    })
  })

  test.each([
    'UPDATE order_forms SET octets = octets',
    "UPDATE order_forms SET octets = NULL, erased_at = now(), file = 'x'",
    "UPDATE order_forms SET file = 'x'",
    'DELETE FROM order_forms',
    'TRUNCATE order_forms',
  ])('nobody changes it: %s', async (statement) => {
    const id = await dropped(form())
    await expect(store.pool.query(statement)).rejects.toThrow('kept as it was')
    expect((await formOf(id)).text).toBe(form())
  })

  test('but its octets go with the personal data of the order, and its digest stays', async () => {
    const id = await dropped(form())
    await stage.run()
    await stage.refuse(id)
    const dry = await stage.post('/v1/erasures', { order: id, dryRun: true })
    expect(dry.json).toMatchObject({ counts: { forms: 1 } })
    expect((await formOf(id)).status).toBe(200)
    expect((await stage.post('/v1/erasures', { order: id })).json).toMatchObject({ counts: { forms: 1 } })
    const sha256 = createHash('sha256').update(form()).digest('hex')
    expect(await formOf(id)).toMatchObject({ status: 410, json: { detail: expect.stringContaining(sha256) } })
    await expect(store.pool.query("UPDATE order_forms SET octets = 'x', erased_at = NULL")).rejects.toThrow('kept as')
    expect((await stage.post('/v1/erasures', { order: id })).json).toMatchObject({ counts: { forms: 0 } })
  })

  test('is in the evidence, without the password', async () => {
    const id = await dropped(form(TRANSFER))
    const answer = await stage.app.request(`/v1/orders/${id}/evidence`, {
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    })
    const files = unzipSync(new Uint8Array(await answer.arrayBuffer()))
    const text = Buffer.from(files[`orders/${id}.form`] ?? []).toString('utf8')
    expect(text).toBe(form(TRANSFER).replace('p4ssw0rd-17', '***'))
  })
})

describe('F86, F98: what is wrong', () => {
  test('is told to account and administrators at once, with whom to ask, and once for each touch', async () => {
    drop('dom-order.example.de', form({ DOMAIN_ACTION: 'x', OWNER_COUNTRY: 'd' }))
    await pass()
    await takeForms(stage.gateway.deps, openFormFolder(root), new Map())
    const told = await notices()
    expect(told.map(({ to }) => JSON.stringify(to)).sort()).toHaveLength(2)
    const text = JSON.stringify(told)
    for (const part of ['DOMAIN_ACTION is', 'OWNER_COUNTRY is', 'service@registry.example'])
      expect(text).toContain(part)
    touch(inEtc('dom-order.example.de'), 30_000)
    await pass()
    expect(await notices()).toHaveLength(4)
    expect(files('xyz00', 'etc')).toEqual(['dom-order.example.de'])
  })

  test('with the order itself is told likewise, by the lines of the form', async () => {
    drop('dom-order.example.de', form({ NS_2: '', OWNER_HANDLE: 'no handle' }))
    await pass()
    expect(await orders()).toEqual([])
    const [told, ...others] = await notices()
    expect(others).toHaveLength(1)
    const lines = form().split('\n')
    const lineOf = (name: string) => `line ${lines.findIndex((line) => line.startsWith(`${name}=`)) + 1} (${name})`
    const problems = [{ field: lineOf('OWNER_HANDLE') }, { field: lineOf('NS_1') }, { field: '' }]
    expect(told).toMatchObject({ values: { problems } })
  })
})

describe('F86: a form that was refused', () => {
  const forms = (token?: string): Promise<Json[]> => stage.items('/v1/forms', token)
  const told = async (): Promise<Json[]> => (await stage.log()).filter(({ event }) => String(event).startsWith('form.'))
  const dropWrong = async (): Promise<void> => {
    drop('dom-order.example.de', form({ ROBOT_DEBUG: '1', OWNER_COUNTRY: 'd' }))
    await pass()
  }

  test('is init among the open orders with all reasons, for its account and no other, and no order', async () => {
    await dropWrong()
    const [one, ...others] = await forms()
    expect(others).toEqual([])
    expect(one).toMatchObject({ status: 'init', account: 'xyz00', file: 'dom-order.example.de', domain: 'example.de' })
    expect(one?.['problems']).toMatchObject([
      { pointer: 'line 7', detail: 'ROBOT_DEBUG is not empty; it has to stay so.' },
      { detail: expect.stringContaining('OWNER_HANDLE is given') },
      { pointer: expect.stringMatching(/^line \d+$/), detail: expect.stringContaining('OWNER_COUNTRY is "d"') },
    ])
    expect(await forms(await stage.tokenOf('xyz00'))).toHaveLength(1)
    expect(await forms(await stage.tokenOf('abc00'))).toEqual([])
    expect(await orders()).toEqual([])
    const open = await stage.signIn()
    for (const part of ['dom-order.example.de', 'init', 'ROBOT_DEBUG is not empty'])
      expect(await open('/pending')).toContain(part)
    expect(await open('/pending?status=queued')).not.toContain('dom-order.example.de')
  })

  test('is in the digest of open orders, also where no order is open', async () => {
    stage.gateway.deps.digests = { times: ['06:00'], timezone: 'UTC' }
    await stage.run()
    await dropWrong()
    await stage.pass(24 * HOUR)
    const digest = (await stage.log()).find(({ event }) => event === 'digest')
    expect(digest).toMatchObject({
      text: '0 open orders; 1 form refused',
      data: { refusedForms: { count: 1, forms: [{ account: 'xyz00', file: 'dom-order.example.de' }] } },
    })
    const page = await stage.gateway.deps.store.notices.list({ kind: 'digest' }, { limit: 1, cursor: null })
    expect(page.items[0]?.values).toMatchObject({ forms: [{ file: 'dom-order.example.de', status: 'init' }] })
  })

  test('is an entry of the log for each refusal, without what it says, and not for each look', async () => {
    await dropWrong()
    await pass()
    await takeForms(stage.gateway.deps, openFormFolder(root), new Map())
    expect(await told()).toMatchObject([
      {
        event: 'form.refused',
        level: 'warning',
        actor: 'form:xyz00',
        domain: 'example.de',
        data: { account: 'xyz00' },
      },
    ])
    expect(JSON.stringify(await told())).not.toContain('"d"')
    touch(inEtc('dom-order.example.de'), 30_000)
    await pass()
    expect(await told()).toHaveLength(2)
    expect(await forms()).toHaveLength(1)
  })

  test('of two processes that read it at once is told once', async () => {
    drop('dom-order.example.de', form({ ROBOT_DEBUG: '1' }))
    await Promise.all([takeForms(stage.gateway.deps, openFormFolder(root), new Map()), pass()])
    expect(await told()).toHaveLength(1)
    expect(await notices()).toHaveLength(2)
  })

  test('is told of a domain of another account without an entry about that domain', async () => {
    drop('dom-order.example.de', form())
    await pass()
    drop('dom-order.example.de', form({ DOMAIN_ADMIN: 'abc00', DOMAIN_ACTION: 'close' }), 'abc00')
    await pass()
    expect(await told()).toMatchObject([{ event: 'form.refused', domain: null, actor: 'form:abc00' }])
  })

  test('leaves the list when it is mended', async () => {
    await dropWrong()
    drop('dom-order.example.de', form())
    await pass()
    expect(await forms()).toEqual([])
    expect(await orders()).toHaveLength(1)
    expect((await told()).map(({ event }) => event)).toEqual(['form.refused'])
  })

  test.each([
    ['it is taken out of its folder', () => rmSync(inEtc('dom-order.example.de'))],
    [
      'its account may no longer order',
      () => writeFileSync(path.join(root, 'accounts.yaml'), 'abc00: { email: a@b.example }'),
    ],
  ])('leaves the list when %s', async (_, end) => {
    await dropWrong()
    end()
    await pass()
    await pass()
    expect(await forms()).toEqual([])
    expect((await told()).map(({ event }) => event)).toEqual(['form.refused', 'form.withdrawn'])
  })

  test('stays in the list while its folder cannot be read', async () => {
    await dropWrong()
    rmSync(path.join(root, 'xyz00', 'etc'), { recursive: true })
    writeFileSync(path.join(root, 'xyz00', 'etc'), 'no folder')
    await pass()
    expect(await forms()).toHaveLength(1)
  })
})

describe('F91: a form that is touched again', () => {
  test('is taken once it is mended', async () => {
    drop('dom-order.example.de', form({ ROBOT_DEBUG: '1' }))
    await pass()
    drop('dom-order.example.de', form())
    await pass()
    expect(await orders()).toHaveLength(1)
  })

  test('has the same order tried again where that failed', async () => {
    drop('dom-order.example.de', form())
    await pass()
    await stage.run()
    const id = String((await orders())[0]?.['id'])
    await stage.refuse(id)
    stage.gateway.pass(HOUR)
    drop('dom-order.example.de', form())
    await pass()
    await stage.run()
    expect(await orders()).toMatchObject([{ id, status: 'sent' }])
    expect(stage.sent).toHaveLength(2)
  })
})

describe('F96: folders are made by the gateway, and nobody leads it elsewhere', () => {
  test('each account has its own', () => {
    expect(readdirSync(path.join(root, 'abc00')).sort()).toEqual(['etc', 'orders', 'var'])
  })

  test.each([
    ['a symbolic link', (at: string, to: string) => symlinkSync(to, at), 'no plain file'],
    ['a hard link', (at: string, to: string) => linkSync(to, at), 'second name'],
    ['a folder', (at: string) => mkdirSync(at), 'no plain file'],
  ])('%s is no form', async (_, make, detail) => {
    const elsewhere = path.join(root, 'elsewhere')
    writeFileSync(elsewhere, form())
    make(inEtc('dom-order.example.de'), elsewhere)
    await pass()
    expect(await orders()).toEqual([])
    expect(JSON.stringify(await notices())).toContain(detail)
    expect(readFileSync(elsewhere, 'utf8')).toBe(form())
  })

  test('a folder that is a link is not followed', async () => {
    const other = path.join(root, 'other')
    mkdirSync(other)
    writeFileSync(path.join(other, 'dom-order.example.de'), form())
    touch(path.join(other, 'dom-order.example.de'))
    rmSync(path.join(root, 'xyz00', 'etc'), { recursive: true })
    symlinkSync(other, path.join(root, 'xyz00', 'etc'))
    await pass()
    expect(await orders()).toEqual([])
    expect(readdirSync(other)).toEqual(['dom-order.example.de'])
  })

  test('a form that was put in the place of the one that was read stays', async () => {
    const folder = openFormFolder(root)
    drop('dom-order.example.de', form())
    const read = await folder.read('xyz00', 'dom-order.example.de', stage.gateway.now())
    if (read.kind !== 'read') throw new Error(`it is ${read.kind}`)
    rmSync(inEtc('dom-order.example.de'))
    drop('dom-order.example.de', 'another')
    const orderId = '00000000-0000-7000-8000-000000000001'
    await folder.accept('xyz00', 'dom-order.example.de', { orderId, octets: read.octets, stamp: read.stamp })
    expect(readFileSync(inEtc('dom-order.example.de'), 'utf8')).toBe('another')
    expect(files('xyz00', 'orders')).toEqual([`dom-order.example.de.${orderId}`])
  })

  test.each([
    ['the form that was read is gone', () => form(), [], 1],
    [
      'another that was put in its place is where it lay',
      () => form({ NS_1: 'ns9.example.net' }),
      ['dom-order.example.de'],
      1,
    ],
  ])('of a process that was killed in the middle of that, %s', async (_, left, lies, accepted) => {
    drop('dom-order.example.de', form())
    await pass()
    const aside = `.taken-00000000-0000-4000-8000-000000000001-dom-order.example.de`
    const half = '.new-00000000-0000-4000-8000-000000000001'
    writeFileSync(path.join(root, 'xyz00', 'orders', aside), left())
    writeFileSync(path.join(root, 'xyz00', 'orders', half), 'half')
    const others = ['dom-order.example.de', 'dom-order.other.de']
    for (const name of others) drop(name, form())
    // A moment old: somebody may be at work on it, and on the form that it was.
    expect(await openFormFolder(root).list('xyz00', new Date())).toEqual(['dom-order.other.de'])
    expect(files('xyz00', 'orders')).toContain(aside)
    for (const name of others) rmSync(inEtc(name))
    await openFormFolder(root).list('xyz00', stage.gateway.now())
    expect(files('xyz00', 'etc')).toEqual(lies)
    for (const name of lies) expect(readFileSync(inEtc(name), 'utf8')).toBe(left())
    expect(files('xyz00', 'orders')).toHaveLength(accepted)
  })

  test('a file name that is none of a domain is told to be none', async () => {
    const names = ['dom-order.Example.DE', 'dom-order.de', 'dom-order...', 'dom-order.a.de~', 'dom-order.ex ample.de']
    for (const name of names) drop(name, form())
    await pass()
    expect(await orders()).toEqual([])
    const told = (await notices()).map((notice) => JSON.stringify(notice))
    expect(told.filter((text) => text.includes('file name'))).toHaveLength(2 * names.length)
  })

  test('a huge file is refused, and read no further than it has to be', async () => {
    drop('dom-order.example.de', Buffer.alloc(5_000_000, 0x20))
    await pass()
    expect(JSON.stringify(await notices())).toContain('longer than')
  })
})

test('F75: touching dom-order.upd starts a pass long before the next one is due', async () => {
  drop('dom-order.first.de', form())
  const close = openFormDoor(stage.gateway.deps, { folder: root, every: 300_000 })
  try {
    // The pass of the start is over, so that only the trigger can cause another.
    await vi.waitFor(() => expect(files('xyz00', 'orders')).toHaveLength(1), { timeout: 10_000, interval: 50 })
    drop('dom-order.example.de', form())
    const seen = async () => {
      writeFileSync(inEtc('dom-order.upd'), '')
      expect(await orders()).toHaveLength(2)
    }
    await vi.waitFor(seen, { timeout: 8_000, interval: 100 })
  } finally {
    await close()
  }
  expect(files('xyz00', 'etc')).toEqual(['dom-order.upd'])
}, 20_000)
