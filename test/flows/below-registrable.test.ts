import { rmSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Mail } from '../../src/core/mail.js'
import { changeConnection } from '../../src/flows/change-connection.js'
import { closeTicket } from '../../src/flows/close-ticket.js'
import { cancelOrder, retryOrder } from '../../src/flows/decide-order.js'
import { foretellOrder } from '../../src/flows/foretell-order.js'
import { addConnection } from '../../src/flows/manage-connections.js'
import type { OrderBody } from '../../src/flows/prepare-order.js'
import { previewOrder } from '../../src/flows/preview-order.js'
import { oneDatabase, type TestDatabase, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, anOrderBody, createTestGateway, type TestGateway } from '../helpers/gateway.js'
import { parentZone } from '../helpers/parent-zone.js'
import { aDomain } from '../helpers/records.js'
import { lineProfile } from '../helpers/server-profile.js'

const HOUR = 3_600_000
const NAME = 'a.b.example.de'
const NAMESERVERS = ['ns1.example.net', 'ns2.example.org']

await oneDatabase((open) => {
  const folder = temporaryFolder()
  let database: TestDatabase
  let gateway: TestGateway
  let connectionId: string
  beforeAll(async () => {
    database = await open()
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  beforeEach(async () => {
    await database.empty()
    gateway = await createTestGateway(database.store, folder)
    connectionId = (await addTestConnection(gateway, { belowRegistrable: 'people', reconcile: true })).id
  })

  const place = async (change: Partial<OrderBody> = {}) => {
    const order = await gateway.place({ domain: NAME, ...change })
    await gateway.run()
    return order
  }
  const tickets = async () =>
    (await gateway.deps.store.tickets.list({}, { limit: 20, cursor: null })).items.toReversed()
  const close = async (outcome: 'done' | 'failed', note: string) => {
    const ticket = (await tickets()).find(({ state }) => state === 'open')
    return closeTicket(gateway.deps, {
      ...{ id: ticket?.id ?? '', outcome, note, code: null, expiresAt: null, actor: 'user:ann' },
    })
  }
  const mailed = async (): Promise<Mail[]> =>
    (await gateway.deps.store.mails.list({ direction: 'out' }, { limit: 20, cursor: null })).items
  const statusOf = async (id: string) => (await gateway.order(id)).status

  describe('F93: a name below the registrable one, by a connection that sends such orders to people', () => {
    test('becomes a ticket with everything, is done by a person, and nothing of it is mailed', async () => {
      await gateway.deps.store.prices.save({ tld: 'de', action: 'register', amount: '12.00', currency: 'EUR' })
      const { id, price } = await place({ price: null })
      expect([await statusOf(id), price]).toEqual(['sent', { amount: '12.00', currency: 'EUR' }])
      const [request] = await gateway.deps.store.requests.findByOrder(id)
      expect(request).toMatchObject({ channel: 'people', messageId: null, bounceToken: null })
      const [ticket] = await tickets()
      expect(ticket).toMatchObject({ kind: 'order', domain: NAME, orderId: id, subject: `register ${NAME}` })
      const needed = [NAME, ...NAMESERVERS, 'DENIC-1234-MUSTER', 'DENIC main account', request?.reference ?? '?']
      for (const words of [...needed, (await gateway.order(id)).terms.billingOrderId])
        expect(ticket?.body).toContain(words)
      await close('done', 'entered by hand')
      expect(await gateway.deps.store.domains.get(NAME)).toMatchObject({ state: 'registered', connectionId })
      expect(await gateway.events(id)).toEqual(expect.arrayContaining(['billing.charge', 'order.done']))
      const change = await place({ action: 'update-nameservers', contacts: {} })
      expect(await statusOf(change.id)).toBe('sent')
      expect([gateway.sent, await mailed()]).toEqual([[], []])
    })

    test('its registry is never asked about it, and what failed goes to people again, whatever is set by then', async () => {
      const warned: string[] = []
      gateway.deps.log = { ...gateway.deps.log, warn: (_, message) => void warned.push(message) }
      const { id } = await place()
      for (let hours = 0; hours < 5; hours++) {
        gateway.pass(HOUR)
        await gateway.run()
      }
      expect((await gateway.actions(id)).filter(({ event }) => event === 'request.checked')).toHaveLength(5)
      expect(warned).toEqual([])
      await close('failed', 'no')
      expect(await statusOf(id)).toBe('refused')
      await changeConnection(gateway.deps, connectionId, { belowRegistrable: 'refuse' }, 'cli')
      await retryOrder(gateway.deps, { id, actor: 'user:ann' })
      await gateway.run()
      expect([await statusOf(id), (await tickets()).length]).toEqual(['sent', 2])
      expect([gateway.sent, await mailed()]).toEqual([[], []])
      await expect(gateway.place({ domain: 'c.b.example.de' })).rejects.toThrow('only example.de can be registered')
    })

    test('needs nobody any more once it is cancelled', async () => {
      const { id } = await place()
      await cancelOrder(gateway.deps, { id, actor: 'user:ann' })
      expect(await tickets()).toMatchObject([{ state: 'dismissed', closedBy: 'system' }])
    })

    test('is shown as a ticket before it is ordered, and there is no mail to preview', async () => {
      const body = anOrderBody({ domain: NAME })
      const foretold = await foretellOrder(gateway.deps, body)
      expect([foretold.byPeople, foretold.draft?.body]).toEqual([true, expect.stringContaining(NAME)])
      expect((await foretellOrder(gateway.deps, anOrderBody())).byPeople).toBe(false)
      await expect(previewOrder(gateway.deps, body)).rejects.toThrow('would become a ticket for people')
    })

    test('lacks what a person needs: that is told before it is taken', async () => {
      const lacking = gateway.place({ domain: NAME, contacts: {}, nameservers: [] })
      await expect(lacking).rejects.toMatchObject({
        problems: [{ pointer: '/contacts/holder' }, { pointer: '/nameservers' }],
      })
    })

    test('needs the agreement of the connection as any other name', async () => {
      await changeConnection(gateway.deps, connectionId, { agreement: { text: 'Read me.' } }, 'cli')
      await expect(gateway.place({ domain: NAME })).rejects.toMatchObject({
        problems: [{ pointer: '/agreement/version' }],
      })
    })

    test('below a name that is here for another account has to be delegated to us first', async () => {
      const name = 'example.de'
      await gateway.deps.store.domains.save(
        aDomain({ name, connectionId, state: 'registered', detail: 'REG-OK', accountId: 'other' }),
      )
      const nameservers = NAMESERVERS.map((host) => ({ host }))
      await changeConnection(gateway.deps, connectionId, { defaults: { nameservers } }, 'cli')
      const zone = parentZone(name, ['a.zone.example'])
      gateway.deps.dns = zone.dns
      await expect(gateway.place({ domain: NAME })).rejects.toThrow('is not delegated yet')
      zone.has('a.zone.example', NAMESERVERS)
      expect((await gateway.place({ domain: NAME })).status).toBe('queued')
    })

    test('at a registry whose server is called, nothing is posted', async () => {
      gateway.deps.profiles = new Map([...gateway.deps.profiles, ['lines', lineProfile]])
      gateway.deps.env = { LINES_SECRET: 'a-secret' }
      await addConnection(
        gateway.deps,
        {
          ...{ title: 'Lines', profile: 'lines', tlds: ['org'], mode: 'test', account: { login: 'hoster' } },
          belowRegistrable: 'people',
        },
        'cli',
      )
      const { id } = await place({ domain: 'a.example.org' })
      gateway.pass(2 * HOUR)
      await gateway.run()
      expect([await statusOf(id), gateway.posted]).toEqual(['sent', []])
      expect((await tickets())[0]?.body).toContain('THIS IS A TEST')
    })
  })

  test('F93: a connection by hand takes such names anyway', async () => {
    await addConnection(gateway.deps, { title: 'By hand', profile: 'manual', tlds: ['com'], mode: 'live' }, 'cli')
    const { id } = await place({ domain: 'a.example.com' })
    expect([await statusOf(id), (await tickets())[0]?.subject]).toEqual(['sent', 'register a.example.com'])
  })
})
