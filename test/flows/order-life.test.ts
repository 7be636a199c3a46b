import { rmSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { statusOf } from '../../src/core/domain.js'
import type { OrderView } from '../../src/core/views.js'
import { payOrder } from '../../src/flows/pay-order.js'
import { eachDatabase, type TestDatabase, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, createTestGateway, failure, success, type TestGateway } from '../helpers/gateway.js'

const DAY = 86_400_000
const provider = { id: 'prov-1', type: 'provider' as const, email: null }

await eachDatabase((_, open) => {
  const folders: string[] = []
  let database: TestDatabase
  let gateway: TestGateway

  beforeAll(async () => {
    database = await open()
  })
  beforeEach(async () => {
    const folder = temporaryFolder()
    folders.push(folder)
    await database.empty()
    gateway = await createTestGateway(database.store, folder)
    await addTestConnection(gateway)
  })
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  })

  const domain = async (name = 'example.de') => {
    const found = await gateway.deps.store.domains.get(name)
    return found === null
      ? null
      : { status: statusOf(found.state), nameservers: found.nameservers.map(({ host }) => host) }
  }
  const reference = (order: OrderView): string => order.request?.reference ?? ''
  const registered = async (): Promise<void> => {
    const order = await gateway.place()
    await gateway.run()
    await gateway.receive(await gateway.reply(success(reference(order))))
  }

  describe('pay first', () => {
    test('F06 a customer order sends nothing in two weeks without payment, and one mail after it', async () => {
      const order = await gateway.place({ paid: false })
      expect((await domain())?.status).toBe('Pending')
      for (let day = 0; day < 14; day++) {
        gateway.pass(DAY)
        await gateway.run()
      }
      expect(gateway.sent).toEqual([])
      await payOrder(gateway.deps, { id: order.id, paidAt: null, reference: 'bank', actor: 'token:test' })
      await gateway.run()
      expect(gateway.sent).toHaveLength(1)
      expect((await domain())?.status).toBe('Registering')
    })

    test('F05 a provider order goes at once, Registering from the start', async () => {
      await gateway.place({ account: provider })
      expect((await domain())?.status).toBe('Registering')
      await gateway.run()
      expect(gateway.sent).toHaveLength(1)
    })

    test('paid 20 times at once: one mail, one payment in the log', async () => {
      const order = await gateway.place({ paid: false })
      const pay = { id: order.id, paidAt: null, reference: null, actor: 'token:test' }
      const answers = await Promise.all(Array.from({ length: 20 }, () => payOrder(gateway.deps, pay)))
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(['queued']))
      await gateway.run()
      expect(gateway.sent).toHaveLength(1)
      const paid = (await gateway.actions(order.id)).filter(({ event }) => event === 'order.paid')
      expect(paid).toHaveLength(1)
    })
  })

  describe('one order, once', () => {
    test('the same key and body again is the first answer; another body is refused', async () => {
      const first = await gateway.place({ billingOrderId: 'INV-A' }, 'key-1')
      await gateway.run()
      expect(await gateway.place({ billingOrderId: 'INV-A' }, 'key-1')).toEqual(first)
      await expect(gateway.place({ billingOrderId: 'INV-B' }, 'key-1')).rejects.toMatchObject({ code: 'key-reused' })
    })

    test('the same billing id with the same body is the first order; with another body a conflict', async () => {
      const first = await gateway.place({ billingOrderId: 'INV-A' }, 'key-1')
      expect((await gateway.place({ billingOrderId: 'INV-A' }, 'key-2')).id).toBe(first.id)
      const other = gateway.place({ billingOrderId: 'INV-A', domain: 'other.de' }, 'key-3')
      await expect(other).rejects.toMatchObject({ code: 'conflict' })
    })

    test('another open order on the domain is refused, and one after its end is not', async () => {
      const order = await gateway.place()
      await expect(gateway.place()).rejects.toMatchObject({ code: 'conflict' })
      await gateway.run()
      await gateway.receive(await gateway.reply(failure(reference(order))))
      expect((await gateway.place()).status).toBe('queued')
    })

    test('20 copies at once: one order, one mail', async () => {
      const copies = Array.from({ length: 20 }, () => gateway.place({ billingOrderId: 'INV-A' }, 'key-1'))
      const ids = new Set((await Promise.all(copies)).map(({ id }) => id))
      expect(ids.size).toBe(1)
      await gateway.run()
      expect(gateway.sent).toHaveLength(1)
    })

    test('20 rivals for one domain: one wins, the others hear why', async () => {
      const rivals = await Promise.allSettled(Array.from({ length: 20 }, () => gateway.place()))
      expect(rivals.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      for (const rival of rivals)
        if (rival.status === 'rejected') expect(rival.reason).toMatchObject({ code: 'conflict' })
    })
  })

  describe('from the order to Registered', () => {
    test('F08 a verified success: Registered, with a log that links order, request and mails', async () => {
      const order = await gateway.place()
      await gateway.run()
      const mail = await gateway.receive(await gateway.reply(success(reference(order))))
      expect(mail).toMatchObject({ stage: 'settled', orders: [order.id], verdict: { kind: 'trusted' } })
      expect(await domain()).toEqual({ status: 'Registered', nameservers: ['ns1.example.net', 'ns2.example.org'] })
      const log = await gateway.actions(order.id)
      expect(log.map(({ event }) => event)).toEqual([
        'order.placed',
        'order.queued',
        'request.signed',
        'order.sent',
        'domain.status',
        'mail.judged',
        'order.done',
        'domain.status',
      ])
      expect(log.find(({ event }) => event === 'order.done')).toMatchObject({
        orderId: order.id,
        requestId: order.request?.id,
        mailId: mail.id,
      })
      expect(await gateway.events(order.id)).toEqual([
        'domain.scheduled',
        'order.filed',
        'billing.charge',
        'domain.registering',
        'order.done',
        'domain.registered',
      ])
    })

    test('F09 a verified refusal: Error, with the code and text of the registry', async () => {
      const order = await gateway.place()
      await gateway.run()
      await gateway.receive(await gateway.reply(failure(reference(order))))
      expect((await domain())?.status).toBe('Error')
      expect(await gateway.order(order.id)).toMatchObject({ status: 'refused', code: '63300062009' })
      const refusal = (await gateway.actions(order.id)).find(({ event }) => event === 'order.refused')
      expect(refusal).toMatchObject({ level: 'error', data: { code: '63300062009' } })
      expect(refusal?.text).toContain("Domain doesn't exist")
    })

    test('F11 a transfer: Transferring, then Registered', async () => {
      const order = await gateway.place({ action: 'transfer', authInfo: 'Ab3-xY7_kQ' })
      expect(order.authInfo).toBe('***')
      await gateway.run()
      expect((await domain())?.status).toBe('Transferring')
      await gateway.receive(await gateway.reply(success(reference(order))))
      expect((await domain())?.status).toBe('Registered')
    })

    test('F13 new name servers: Registered all along, the new set with the reply', async () => {
      await registered()
      const nameservers = [
        { host: 'ns1.example.net', addresses: [] },
        { host: 'ns9.example.com', addresses: [] },
      ]
      const order = await gateway.place({ action: 'update-nameservers', nameservers, contacts: {} })
      await gateway.run()
      expect(await domain()).toEqual({ status: 'Registered', nameservers: ['ns1.example.net', 'ns2.example.org'] })
      expect(gateway.sent.at(-1)?.raw.toString()).toContain('Holder: DENIC-1234-MUSTER')
      await gateway.receive(await gateway.reply(success(reference(order))))
      expect(await domain()).toEqual({ status: 'Registered', nameservers: ['ns1.example.net', 'ns9.example.com'] })
    })

    test('DNSSEC keys that an update does not name are sent again, because the registry takes the object whole', async () => {
      const key = '257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ=='
      const first = await gateway.place({ dnssec: [key] })
      await gateway.run()
      await gateway.receive(await gateway.reply(success(reference(first))))
      const update = await gateway.place({ action: 'update-nameservers', dnssec: null })
      await gateway.run()
      const text = gateway.sent.at(-1)?.raw.toString().replace(/=\r\n/g, '') ?? ''
      expect(text.replaceAll('=3D', '=')).toContain(`Dnskey: ${key}`)
      await gateway.receive(await gateway.reply(success(reference(update))))
      await gateway.place({ action: 'update-nameservers', dnssec: [] })
      await gateway.run()
      expect(gateway.sent.at(-1)?.raw.toString()).not.toContain('Dnskey')
    })

    test('success with errors: Registered, and the log warns that it is not delegated', async () => {
      const order = await gateway.place()
      await gateway.run()
      const lines = [
        'ERROR: 53300102912 Nameserver error [ERROR: 901 Unexpected RCODE (1)]',
        'WARNING: 33300102900 The provided DNS data are not acceptable. Domain "Status" is "failed". [2026-07-01T12:00:00+02:00]',
      ]
      await gateway.receive(await gateway.reply(success(reference(order), ...lines)))
      expect((await domain())?.status).toBe('Registered')
      const warnings = (await gateway.actions(order.id)).filter(({ level }) => level === 'warning')
      expect(warnings.map(({ event }) => event)).toContain('domain.undelegated')
    })

    test('no answer: timed out with a refund; a late success is Registered with an alarm', async () => {
      const order = await gateway.place()
      await gateway.run()
      gateway.pass(5 * DAY - 1)
      await gateway.run()
      expect((await gateway.order(order.id)).status).toBe('sent')
      gateway.pass(1)
      await gateway.run()
      expect((await gateway.order(order.id)).status).toBe('timed-out')
      expect((await domain())?.status).toBe('Error')
      await gateway.receive(await gateway.reply(success(reference(order))))
      expect((await domain())?.status).toBe('Registered')
      const events = await gateway.events(order.id)
      expect(events.filter((type) => type === 'billing.refund')).toHaveLength(1)
      expect(events).toContain('billing.charge-again-suggested')
    })
  })

  describe('orders that are refused at the door', () => {
    test.each<[string, Parameters<TestGateway['place']>[0], string]>([
      ['a name that is no registrable one', { domain: 'a_b.de' }, '/domain'],
      ['a sub-domain', { domain: 'www.example.de' }, '/domain'],
      ['a TLD of no connection', { domain: 'example.com' }, '/domain'],
      ['one name server', { nameservers: [{ host: 'ns1.example.net', addresses: [] }] }, '/nameservers'],
      [
        'glue that is missing',
        {
          nameservers: [
            { host: 'ns1.example.de', addresses: [] },
            { host: 'ns2.example.net', addresses: [] },
          ],
        },
        '/nameservers/0',
      ],
      ['a host that is no name', { nameservers: [{ host: 'ns 1.example.net', addresses: [] }] }, '/nameservers/0/host'],
      ['no holder', { contacts: {} }, '/contacts/holder'],
      ['an unknown connection', { connection: 'no such' }, '/connection'],
    ])('%s', async (_, change, pointer) => {
      const refusal = await gateway.place(change).catch((error: unknown) => error)
      expect(refusal).toMatchObject({ code: 'invalid' })
      const pointers = (refusal as { problems: { pointer: string }[] }).problems.map((problem) => problem.pointer)
      expect(pointers.some((one) => one.startsWith(pointer))).toBe(true)
      await gateway.run()
      expect(gateway.sent).toEqual([])
    })

    test('F14 F15 an action that the registry lacks, with the reason', async () => {
      await expect(gateway.place({ action: 'renew' })).rejects.toMatchObject({ code: 'unsupported' })
    })

    test('a change of a domain that is not ours', async () => {
      await expect(gateway.place({ action: 'update-nameservers' })).rejects.toMatchObject({ code: 'conflict' })
    })

    test('a holder that an update of name servers would change', async () => {
      await registered()
      const contacts = { holder: [{ handle: 'DENIC-1234-OTHER' }] }
      const refusal = gateway.place({ action: 'update-nameservers', contacts })
      await expect(refusal).rejects.toMatchObject({ code: 'invalid', problems: [{ pointer: '/contacts/holder' }] })
    })

    test('a registration of a domain that is ours', async () => {
      await registered()
      await expect(gateway.place()).rejects.toMatchObject({ code: 'conflict' })
    })
  })
})
