import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { BUILT_IN_TEMPLATES, loadTemplates } from '../../src/profiles/load.js'
import { openTestStore, type TestStore } from '../helpers/database.js'
import { addTestConnection, createTestGateway, success, type TestGateway } from '../helpers/gateway.js'

let store: TestStore
let gateway: TestGateway

beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(async () => {
  await store.empty()
  gateway = await createTestGateway(store, store.dataDir)
})
afterAll(() => store.close())

const hosts = (...names: string[]) => names.map((host) => ({ host, addresses: [] }))
const handle = (code: string) => [{ handle: `DENIC-1234-${code}` }]

const settle = async (change: Parameters<TestGateway['place']>[0]) => {
  const order = await gateway.place(change)
  await gateway.run()
  gateway.pass(1_000)
  await gateway.receive(await gateway.reply(success(order.request?.reference ?? '')))
  gateway.pass(1_000)
  return gateway.sent.at(-1)?.raw.toString('latin1') ?? ''
}

test('F78: an address within the domain that moves is warned of, in the answer and on the log, and the order is taken', async () => {
  await addTestConnection(gateway)
  const order = await gateway.place({ action: 'transfer', authInfo: 'Ab3-xY7_kQ', notify: 'owner@mail.example.de' })
  expect(order.status).toBe('queued')
  expect(order.warnings).toEqual([
    { pointer: '/notify', detail: expect.stringMatching(/within the domain.*another domain/) },
  ])
  expect((await store.orders.get(order.id))?.warnings).toEqual(order.warnings)
  const warned = (await gateway.actions(order.id)).filter(({ event }) => event === 'order.warning')
  expect(warned).toMatchObject([{ level: 'warning', data: { pointer: '/notify' } }])
  expect(JSON.stringify(warned), 'what the log has for ever').not.toContain('owner@')
})

test.each([
  ['country', { country: 'UK' }, '/contacts/holder/0/country'],
  ['phone', { phone: '030 1234' }, '/contacts/holder/0/phone'],
])('a contact with a %s that is none is refused by its pointer', async (_, field, pointer) => {
  await addTestConnection(gateway)
  const placing = gateway.place({ contacts: { holder: [{ handle: 'DENIC-1234-MUSTER', ...field }] } })
  await expect(placing).rejects.toMatchObject({
    code: 'invalid',
    problems: expect.arrayContaining([expect.objectContaining({ pointer })]),
  })
})

describe("F53: name servers and contacts are the account's own", () => {
  test('no template has a name, an address or a handle in it', async () => {
    const sources = await loadTemplates({ builtIn: BUILT_IN_TEMPLATES, operators: null })
    expect(sources.size).toBeGreaterThan(0)
    for (const { file } of sources.values()) {
      const text = readFileSync(file, 'utf8')
      expect(text).not.toMatch(/DENIC-\d|\|\s*default/i)
      // A declaration of XML, and the mark of a form, are the protocol's.
      expect(text.replaceAll(/\{\{.*?\}\}|\{%.*?%\}|<!DOCTYPE [^>]*>|^#HS\.DOMAIN\.TEMPLATE$/gms, '')).not.toMatch(
        /[a-z0-9-]+\.[a-z]{2,}|\d+\.\d+\.\d+/i,
      )
    }
  })

  test('each connection fills in its own name servers, and none fills in those of another', async () => {
    const defaults = (name: string) => ({ nameservers: hosts(`ns1.${name}.net`, `ns2.${name}.org`), contacts: {} })
    await addTestConnection(gateway, { title: 'House', defaults: defaults('house') })
    const registry = { to: 'robot@registry.example', from: 'a@alias.example', replyTo: 'b@in.alias.example' }
    await addTestConnection(gateway, { title: 'Alias', tlds: [], registry, defaults: defaults('alias') })
    await gateway.place({ domain: 'one.de', nameservers: [], connection: 'Alias' })
    await gateway.place({ domain: 'two.de', nameservers: [] })
    await gateway.run()
    const [alias = '', house = ''] = gateway.sent.map(({ raw }) => raw.toString('latin1'))
    expect(alias).toMatch(/Nserver: ns1\.alias\.net/)
    expect(alias).not.toMatch(/house/)
    expect(house).toMatch(/Nserver: ns1\.house\.net/)
    expect(house).not.toMatch(/alias/)
  })

  test('a name that is registered again begins anew: nothing of the account before goes into its requests', async () => {
    await addTestConnection(gateway)
    const old = { holder: handle('OLD'), abuse: handle('OLDABUSE') }
    await settle({ contacts: old, dnssec: ['257 3 13 AAAAAAAA'] })
    const domain = await store.domains.get('example.de')
    if (domain === null) throw new Error('the domain is gone')
    await store.domains.save({ ...domain, state: 'gone' })
    const account = { id: 'cust-8', type: 'provider' as const, email: null }
    await settle({ account, contacts: { holder: handle('NEW') } })
    const own = hosts('ns1.reseller.example', 'ns2.reseller.example')
    const update = await settle({ account, action: 'update-nameservers', nameservers: own, contacts: {} })
    expect(update).toMatch(/Holder: DENIC-1234-NEW/)
    expect(update).not.toMatch(/OLD|Abusecontact|Dnskey|ns1\.example\.net/)
  })
})
