import { rmSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { AssignedOutcome } from '../../src/core/mail.js'
import { assignMail } from '../../src/flows/assign-mail.js'
import { cancelOrder } from '../../src/flows/decide-order.js'
import { replayMail } from '../../src/flows/replay-mail.js'
import { oneDatabase, type TestDatabase, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, createTestGateway, success, type TestGateway } from '../helpers/gateway.js'

await oneDatabase((open) => {
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

  const sentOrder = async () => {
    const order = await gateway.place()
    await gateway.run()
    return order
  }
  /** Signed by the registry, in words that nobody knows. */
  const oddMail = async () => gateway.receive(await gateway.reply(['We have done as you asked.', 'Kind regards']))
  const assign = (id: string, outcome: AssignedOutcome, change: object = {}) =>
    assignMail(gateway.deps, {
      ...{ id, domain: 'example.de', outcome, note: 'it says so', code: null, actor: 'user:ann', ...change },
    })
  const tickets = async () => (await gateway.deps.store.tickets.list({}, { limit: 50, cursor: null })).items
  const assigned = async () => {
    const { items } = await gateway.deps.store.actions.list({}, { limit: 200, cursor: null })
    return items.find(({ event }) => event === 'mail.assigned')
  }

  describe('a person decides what a mail means', () => {
    test.each([
      ['done', 'done'],
      ['refused', 'refused'],
      ['accepted', 'acknowledged'],
    ] as const)('%s: the order is %s, in their name, and the ticket is closed', async (outcome, status) => {
      const order = await sentOrder()
      const mail = await oddMail()
      expect([mail.stage, (await tickets()).map(({ state }) => state)]).toEqual(['unrecognised', ['open']])
      const after = await assign(mail.id, outcome, { code: outcome === 'refused' ? 'X-1' : null })
      expect(after).toMatchObject({ stage: 'settled', orders: [order.id], verdict: mail.verdict })
      expect(await gateway.order(order.id)).toMatchObject({ status })
      if (outcome === 'refused') expect((await gateway.order(order.id)).reason).toBe('it says so')
      expect(await assigned()).toMatchObject({ actor: 'user:ann', mailId: mail.id, domain: 'example.de' })
      expect((await tickets()).map(({ state }) => state)).toEqual(['dismissed'])
      await expect(assign(mail.id, outcome)).rejects.toThrow(/nothing left to decide/)
      await expect(replayMail(gateway.deps, mail.id, 'cli')).rejects.toThrow(/taken effect/)
    })

    test('informational: no order changes', async () => {
      const order = await sentOrder()
      const mail = await oddMail()
      expect(await assign(mail.id, 'informational')).toMatchObject({ stage: 'informational', orders: [order.id] })
      expect((await gateway.order(order.id)).status).toBe('sent')
    })

    test('of one in quarantine, however well it is signed, nothing that changes an order', async () => {
      const order = await sentOrder()
      const mail = await oddMail()
      const { verdict } = mail
      const quarantined = { stage: 'quarantined', reason: 'its domain does not vouch for it', verdict } as const
      await gateway.deps.store.mails.finish(mail.id, { ...quarantined, replies: [], orders: [] })
      await expect(assign(mail.id, 'done')).rejects.toThrow(/its domain does not vouch for it/)
      expect((await gateway.order(order.id)).status).toBe('sent')
      expect(await assign(mail.id, 'informational')).toMatchObject({ stage: 'informational' })
    })

    test('once, by however many at once', async () => {
      await sentOrder()
      const mail = await oddMail()
      const all = await Promise.allSettled([assign(mail.id, 'done'), assign(mail.id, 'refused')])
      expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    })

    test('also where the domain was looked up often since', async () => {
      const order = await sentOrder()
      const mail = await oddMail()
      const { store } = gateway.deps
      const found = await store.orders.get(order.id)
      if (found === null) throw new Error('the order is gone')
      for (let count = 0; count < 60; count++) {
        const terms = { ...found.terms, action: 'lookup', billingOrderId: `L-${count}` } as const
        await store.orders.insert({ ...found, terms, id: gateway.deps.newId(), status: 'done' }, '')
      }
      expect(await assign(mail.id, 'done')).toMatchObject({ stage: 'settled', orders: [order.id] })
    })

    test('an order that timed out is settled late, as by the registry', async () => {
      const order = await sentOrder()
      const mail = await oddMail()
      gateway.pass(6 * 86_400_000)
      await gateway.run()
      await assign(mail.id, 'done')
      expect((await gateway.order(order.id)).status).toBe('done')
      expect(await gateway.events(order.id)).toContain('billing.charge-again-suggested')
    })
  })

  describe('is refused', () => {
    test('for a mail that nobody trusts, unless it changes nothing; then the log is loud', async () => {
      const order = await sentOrder()
      const mail = await gateway.receive('From: x@evil.example\r\nSubject: hello\r\n\r\nDone!\r\n')
      for (const outcome of ['done', 'refused', 'accepted'] as const)
        await expect(assign(mail.id, outcome)).rejects.toThrow(/is not trusted .* informational/)
      expect((await gateway.order(order.id)).status).toBe('sent')
      expect((await assign(mail.id, 'informational')).stage).toBe('informational')
      expect(await assigned()).toMatchObject({
        ...{ level: 'warning', actor: 'user:ann', data: { trusted: false } },
        text: expect.stringContaining('ALTHOUGH IT IS NOT TRUSTED'),
      })
    })

    test('where the order contradicts it, and nothing is written', async () => {
      const order = await sentOrder()
      const mail = await oddMail()
      await cancelOrder(gateway.deps, { id: order.id, actor: 'cli' })
      await expect(assign(mail.id, 'done')).rejects.toThrow(/cannot be assigned so: the order is cancelled/)
      expect(await gateway.deps.store.mails.get(mail.id)).toEqual(mail)
      expect(await assigned()).toBeUndefined()
    })

    test('for an order that was placed after the mail was signed, which it cannot answer', async () => {
      await sentOrder()
      const mail = await oddMail()
      await assign(mail.id, 'informational')
      gateway.pass(10 * 60_000)
      const order = await gateway.place({ domain: 'other.de' })
      await gateway.run()
      for (const outcome of ['done', 'refused', 'accepted'] as const)
        await expect(assign(mail.id, outcome, { domain: 'other.de' })).rejects.toThrow(
          /signed .* before order .* placed/,
        )
      expect((await gateway.order(order.id)).status).toBe('sent')
      expect((await assign(mail.id, 'informational', { domain: 'other.de' })).stage).toBe('informational')
    })

    test('for the order of another connection, whose registry this is not', async () => {
      const registry = { to: 'r@other.example', from: 'us@hoster.example', replyTo: 'other@in.hoster.example' }
      await addTestConnection(gateway, { title: 'Other', tlds: [], registry })
      await gateway.place({ connection: 'Other' })
      await gateway.run()
      await expect(assign((await oddMail()).id, 'done')).rejects.toThrow(/went by another connection/)
    })

    test('for a domain without an order, one that is no name, our own mails, and those that took effect', async () => {
      const order = await sentOrder()
      const mail = await oddMail()
      await expect(assign(mail.id, 'done', { domain: 'other.de' })).rejects.toThrow(/has no order/)
      await expect(assign(mail.id, 'informational', { domain: 'other.de' })).rejects.toThrow(/not known here/)
      await expect(assign(mail.id, 'done', { domain: 'a b' })).rejects.toMatchObject({ code: 'invalid' })
      const { mailId } = (await gateway.deps.store.requests.findByOrder(order.id))[0] ?? {}
      await expect(assign(mailId ?? '', 'done')).rejects.toThrow(/one that we sent/)
      const settled = await gateway.receive(await gateway.reply(success(order.request?.reference ?? '')))
      await expect(assign(settled.id, 'refused')).rejects.toThrow(/nothing left to decide/)
      await expect(assign('x', 'done')).rejects.toMatchObject({ code: 'not-found' })
    })

    test.each([
      ['refused', 'undeliverable', /"undeliverable".*gateway itself/],
      ['refused', 'timeout', /"timeout".*gateway itself/],
      ['done', 'X-1', /belongs to a refusal/],
      ['informational', 'undeliverable', /belongs to a refusal/],
    ] as const)('with a code that it cannot have: %s %s', async (outcome, code, words) => {
      const order = await sentOrder()
      const mail = await oddMail()
      const refusal = { code: 'invalid', message: expect.stringMatching(words), problems: [{ pointer: '/code' }] }
      await expect(assign(mail.id, outcome, { code })).rejects.toMatchObject(refusal)
      expect(await gateway.order(order.id)).toMatchObject({ status: 'sent', code: null })
    })
  })
})
