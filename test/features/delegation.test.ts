import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openTestStore, type TestStore } from '../helpers/database.js'
import { failure, success } from '../helpers/gateway.js'
import { parentZone } from '../helpers/parent-zone.js'
import { changeOf, count, DAY, fileOrder, HOUR, type Json, openStage, registerDomain, type Stage } from './stage.js'

const MINUTE = 60_000
const SERVERS = ['a.nic.de', 'f.nic.de', 'z.nic.de']
const HOSTS = ['ns1.example.net', 'ns2.example.org']

let store: TestStore
let stage: Stage
let zone: ReturnType<typeof parentZone>
beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(async () => {
  stage = await openStage(store)
  zone = parentZone('de', SERVERS)
  stage.gateway.deps.dns = zone.dns
  await stage.connect({ watch: { delegation: true } })
  await stage.subscribe()
})
afterEach(() => stage.close())
afterAll(() => store.close())

const inAll = (hosts: readonly string[]): void => {
  for (const server of SERVERS) zone.has(server, hosts)
}
/** Where the domain has come in the chain, each with what it shows beside it. */
const chain = async (name: string) => {
  const { status, detail, reachable } = await stage.domain(name)
  return [status, detail, reachable]
}

test('F58: it becomes reachable once its delegation was seen in the DNS, and is not any more when it is closed', async () => {
  const { domain } = await registerDomain(stage)
  await stage.pass(HOUR, 5 * MINUTE)
  expect(await stage.domain(domain)).toMatchObject({
    ...{ status: 'Registered', registered: true, reachable: false },
    next: expect.stringMatching(/^Its delegation is waited for: .* are asked again /),
  })
  zone.has('f.nic.de', HOSTS)
  await stage.pass(HOUR, 5 * MINUTE)
  expect(await stage.domain(domain)).toMatchObject({ status: 'Registered', reachable: true })
  const { id } = await stage.place(changeOf(domain, 'close'))
  await stage.run()
  await stage.succeed(id)
  expect(await stage.domain(domain)).toMatchObject({ status: 'Closed', reachable: false })
})

test.each([
  ['register', {}, 'Registering', ['REG-req', 'REG-OK']],
  ['transfer', { action: 'transfer', authInfo: 'Ab3-xY7_kQ' }, 'Transferring', ['KK-req', 'KK-ACK']],
] as const)(
  'F79: the chain of a %s goes from init to connected, each step with its time and evidence',
  async (...row) => {
    const [, more, under, [, settled]] = row
    const order = await stage.place({ ...more, paid: false })
    const { domain } = order
    expect(await chain(domain)).toEqual(['Pending', 'init', false])
    await stage.pay(order.id)
    await stage.run()
    expect(await chain(domain)).toEqual([under, 'filed', false])
    await stage.pass(MINUTE)
    await stage.succeed(order.id)
    expect(await chain(domain)).toEqual(['Registered', settled, false])
    zone.has('a.nic.de', ['ns.old.example'])
    await stage.pass(5 * MINUTE)
    expect(await chain(domain)).toEqual(['Registered', 'delegated', true])
    inAll(HOSTS)
    await stage.pass(5 * MINUTE)
    expect(await chain(domain)).toEqual(['Registered', 'connected', true])
    const steps = (await stage.log()).filter(({ event }) =>
      /^domain\.(status|delegated|connected)$/.test(String(event)),
    )
    expect(steps.map(({ event, at, mail, order: of }) => [event, of, typeof at, mail !== null])).toEqual([
      ...[
        ['domain.status', order.id, 'string', true],
        ['domain.status', order.id, 'string', true],
      ],
      ...[
        ['domain.delegated', order.id, 'string', false],
        ['domain.connected', order.id, 'string', false],
      ],
    ])
    const times = steps.map(({ at }) => Date.parse(String(at)) - Date.parse(String(order['createdAt'])))
    expect(times).toEqual([0, MINUTE, 6 * MINUTE, 11 * MINUTE])
    expect(steps.slice(-2).map(({ data }) => (data as Json)['servers'])).toEqual([
      SERVERS.map((host) => ({ host, nameservers: host === 'a.nic.de' ? ['ns.old.example'] : [] })),
      SERVERS.map((host) => ({ host, nameservers: HOSTS })),
    ])
  },
)

test('F83: a panel is told once that the domain is delegated, and once that it is closed', async () => {
  const { id, domain } = await registerDomain(stage)
  inAll(HOSTS)
  await stage.pass(3 * DAY, 10 * MINUTE)
  expect(stage.eventData(id, 'domain.delegated')).toEqual([
    expect.objectContaining({ domain, orderId: id, zone: 'de', nameservers: HOSTS }),
  ])
  expect(stage.events(id).slice(-2)).toEqual(['domain.delegated', 'domain.connected'])
  const close = await stage.place(changeOf(domain, 'close'))
  await stage.run()
  await stage.succeed(close.id)
  await stage.pass(3 * DAY, HOUR)
  expect(count(stage.events(close.id), 'domain.closed')).toBe(1)
  expect([...stage.events(id), ...stage.events(close.id)].filter((type) => type === 'domain.delegated')).toHaveLength(1)
})

test('F84: it is connected when every server of the parent zone has the set that was ordered, in whatever order and case', async () => {
  const { domain } = await registerDomain(stage)
  inAll(['NS2.Example.ORG', 'ns1.example.net'])
  zone.has('z.nic.de', ['ns1.example.net'])
  await stage.pass(HOUR, 5 * MINUTE)
  expect(await chain(domain)).toEqual(['Registered', 'delegated', true])
  zone.has('z.nic.de', [...HOSTS, 'ns3.example.com'])
  await stage.pass(HOUR, 5 * MINUTE)
  expect(await chain(domain)).toEqual(['Registered', 'delegated', true])
  zone.has('z.nic.de', HOSTS)
  await stage.pass(HOUR, 5 * MINUTE)
  expect(await chain(domain)).toEqual(['Registered', 'connected', true])
})

test('F84: after new name servers it is connected when these are in the DNS, and not by those of before', async () => {
  const { domain } = await registerDomain(stage)
  inAll(HOSTS)
  await stage.pass(5 * MINUTE)
  const nameservers = [{ host: 'ns7.example.net' }, { host: 'ns8.example.org' }]
  const { id } = await fileOrder(stage, { domain, action: 'update-nameservers', nameservers, contacts: {} })
  expect(await chain(domain)).toEqual(['Registered', 'update', true])
  await stage.succeed(id)
  await stage.pass(HOUR, 5 * MINUTE)
  expect(await chain(domain)).toEqual(['Registered', 'delegated', true])
  inAll(['ns7.example.net', 'ns8.example.org'])
  await stage.pass(HOUR, 5 * MINUTE)
  expect(await chain(domain)).toEqual(['Registered', 'connected', true])
  expect(stage.events(id).filter((type) => /delegated|connected/.test(type))).toEqual(['domain.connected'])
})

test('F84: a change that the registry refuses leaves what the DNS showed; it is watched again once the error is settled', async () => {
  const { domain } = await registerDomain(stage)
  inAll(HOSTS)
  await stage.pass(5 * MINUTE)
  const nameservers = [{ host: 'ns7.example.net' }, { host: 'ns8.example.org' }]
  const first = await fileOrder(stage, { domain, action: 'update-nameservers', nameservers, contacts: {} })
  await stage.gateway.receive(await stage.gateway.reply(failure(await stage.reference(first.id))))
  expect(await chain(domain)).toEqual(['Error', 'error', true])
  const looks = zone.asked.length
  await stage.pass(2 * DAY)
  expect(zone.asked).toHaveLength(looks)
  const again = await fileOrder(stage, { domain, action: 'update-nameservers', contacts: {} })
  await stage.gateway.receive(await stage.gateway.reply(success(await stage.reference(again.id))))
  await stage.run()
  expect([await chain(domain), zone.asked.length]).toEqual([['Registered', 'connected', true], looks + SERVERS.length])
})
