import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { NewNotice, Notice } from '../../src/core/notice.js'
import { sendNotice } from '../../src/flows/send-notice.js'
import type { HandOver } from '../../src/ports.js'
import { oneDatabase, type TestDatabase, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, createTestGateway, START, type TestGateway } from '../helpers/gateway.js'
import { mailTo, type NoticeRelayServer, openNoticeRelay } from '../helpers/notices.js'

const DAY = 86_400_000
const ALARM: NewNotice = {
  ...{ kind: 'alarm', at: START, to: { kind: 'admin' }, domain: 'example.de', orderId: null, once: null },
  values: { event: 'order.conflict', level: 'error', domain: 'example.de', order: null, text: ['look at it'] },
}

await oneDatabase((open) => {
  let database: TestDatabase
  let gateway: TestGateway
  let relay: NoticeRelayServer
  beforeAll(async () => {
    database = await open()
  })
  beforeEach(async () => {
    await database.empty()
    gateway = await createTestGateway(database.store, temporaryFolder())
    relay = await openNoticeRelay()
    gateway.deps.notices.mail = mailTo(relay.port)
  })
  afterEach(() => relay.close())

  const tell = async (change: Partial<NewNotice> = {}): Promise<string> => {
    await database.store.notices.insert([{ ...ALARM, ...change }])
    const [notice] = (await database.store.notices.list({}, { limit: 1, cursor: null })).items
    return notice?.id ?? ''
  }
  const noticeOf = async (id: string): Promise<Notice> => {
    const notice = await database.store.notices.get(id)
    if (notice === null) throw new Error('it is gone')
    return notice
  }
  /** Has it tried whenever it is due, for so long. */
  const untilDue = async (id: string, ms: number): Promise<void> => {
    for (;;) {
      await sendNotice(gateway.deps, id)
      const { dueAt } = await noticeOf(id)
      if (dueAt === null || dueAt.getTime() > START.getTime() + ms) return
      gateway.pass(dueAt.getTime() - gateway.now().getTime())
    }
  }
  const failures = async () =>
    (await database.store.actions.list({}, { limit: 50, cursor: null })).items.filter(
      ({ event }) => event === 'notice.failed',
    )

  describe('alarms of which there are many', () => {
    const HOUR = 3_600_000
    const fill = async (count: number) => {
      await database.store.notices.insert(Array.from({ length: count }, () => ({ ...ALARM, at: gateway.now() })))
      for (const id of await database.store.notices.due(gateway.now(), 100)) await sendNotice(gateway.deps, id)
    }

    test('are mailed one by one up to twenty in an hour, and the others become one mail that counts them', async () => {
      await fill(23)
      expect(relay.taken).toHaveLength(20)
      const all = await database.store.notices.list({ state: 'recorded' }, { limit: 9, cursor: null })
      expect(all.items.map(({ answer }) => answer)).toEqual(
        Array.from({ length: 3 }, () => expect.stringMatching(/one of many alarms of the hour from/)),
      )
      await fill(2)
      expect(relay.taken).toHaveLength(20)
      gateway.pass(HOUR + 5 * 60_000)
      await gateway.run()
      expect(relay.taken).toHaveLength(21)
      expect(relay.taken.at(-1)?.mail.subject).toBe('Look at this: alarms.counted')
      expect(relay.taken.at(-1)?.mail.text).toMatch(/> 5 more alarms of the hour from .* were not mailed by themselves/)
      await fill(1)
      expect(relay.taken).toHaveLength(22)
    })

    test('hold back no mail of another kind, nor one that goes to a customer', async () => {
      await fill(20)
      const to = { kind: 'account', address: 'owner@example.net' } as const
      const values = { ticket: '7', title: 'look', domain: 'example.de', order: null, text: [] }
      await database.store.notices.insert([{ ...ALARM, kind: 'ticket', values, at: gateway.now() }])
      await database.store.notices.insert([{ ...ALARM, to, at: gateway.now() }])
      await gateway.run()
      expect(
        relay.taken
          .slice(20)
          .map((mail) => mail.to[0])
          .sort(),
      ).toEqual(['ops@hoster.example', 'owner@example.net'])
    })

    test('are counted once where whoever counted one dies before that is written', async () => {
      await fill(20)
      const id = await tell({ at: gateway.now() })
      const { store } = gateway.deps
      gateway.deps.store = { ...store, together: () => Promise.reject(new Error('the machine stopped')) }
      await sendNotice(gateway.deps, id).catch(() => {})
      gateway.deps.store = store
      expect((await noticeOf(id)).state).toBe('waiting')
      gateway.pass(180_000)
      await gateway.run()
      gateway.pass(HOUR + 5 * 60_000)
      await gateway.run()
      expect(relay.taken.at(-1)?.mail.text).toMatch(/> 1 more alarm of the hour/)
    })
  })

  describe('a notice', () => {
    test('to the administrators is mailed to their address, with a link to the console', async () => {
      gateway.deps.notices.publicUrl = 'https://sealpost.hoster.example'
      const id = await tell()
      await gateway.run()
      expect(relay.taken).toHaveLength(1)
      const [{ to, mail } = { to: [], mail: null }] = relay.taken
      expect(to).toEqual(['ops@hoster.example'])
      expect(mail?.subject).toBe('Look at this: order.conflict example.de')
      expect(mail?.text).toContain('> look at it\n')
      expect(mail?.text).toContain('https://sealpost.hoster.example/domains/example.de')
      expect(mail?.messageId).toBe(`<notice.${id}@hoster.example>`)
      expect(await noticeOf(id)).toMatchObject({
        state: 'sent',
        attempts: 1,
        sentAt: START,
        answer: expect.stringMatching(/^250/),
      })
      await gateway.run()
      expect(relay.taken).toHaveLength(1)
    })

    test('is recorded and mailed to nobody where no relay is set', async () => {
      gateway.deps.notices.mail = null
      const id = await tell()
      await gateway.run()
      expect(await noticeOf(id)).toMatchObject({
        state: 'recorded',
        answer: expect.stringContaining('SEALPOST_NOTIFY_RELAY'),
      })
      expect(gateway.sent).toEqual([])
    })

    test('on a topic that administrators do not want is recorded', async () => {
      gateway.deps.notices.mail = { ...mailTo(relay.port), topics: new Set(['digests']) }
      const id = await tell()
      await gateway.run()
      expect(await noticeOf(id)).toMatchObject({ state: 'recorded', answer: expect.stringContaining('no "alarms"') })
      expect(relay.taken).toEqual([])
    })

    test('that is claimed by many workers at once is mailed once', async () => {
      const id = await tell()
      await Promise.all(Array.from({ length: 10 }, () => sendNotice(gateway.deps, id)))
      expect(relay.taken).toHaveLength(1)
    })

    test('that the relay will never take is given up at once, with a line of the log, and can be sent again by hand', async () => {
      relay.refuseWith(554)
      const id = await tell()
      await gateway.run()
      expect(await noticeOf(id)).toMatchObject({ state: 'failed', dueAt: null, answer: expect.stringContaining('554') })
      expect(await failures()).toMatchObject([
        { level: 'error', text: expect.stringContaining(`sealpost notice send ${id}`) },
      ])
      relay.refuseWith(null)
      expect(await database.store.notices.sendAgain(id, gateway.now())).toBe(true)
      await gateway.run()
      expect(await noticeOf(id)).toMatchObject({ state: 'sent' })
      expect(relay.taken).toHaveLength(1)
    })

    test('waits for a relay that is away for two days, and is mailed when it is back', async () => {
      relay.refuseWith(451)
      const id = await tell()
      await untilDue(id, 2 * DAY)
      expect(await noticeOf(id)).toMatchObject({ state: 'waiting', answer: expect.stringContaining('451') })
      relay.refuseWith(null)
      gateway.pass(DAY / 6)
      await sendNotice(gateway.deps, id)
      expect(await noticeOf(id)).toMatchObject({ state: 'sent' })
      expect(relay.taken).toHaveLength(1)
      expect(await failures()).toEqual([])
    })

    test('is given up once a relay was away for three days, and that is no notice again', async () => {
      relay.refuseWith(451)
      const id = await tell()
      await untilDue(id, 4 * DAY)
      expect(gateway.now()).toEqual(new Date(START.getTime() + 3 * DAY))
      await gateway.run()
      expect(await noticeOf(id)).toMatchObject({ state: 'failed' })
      expect(await failures()).toHaveLength(1)
      expect((await database.store.notices.list({}, { limit: 50, cursor: null })).items).toHaveLength(1)
    })

    test('whose worker died after the relay took it is mailed again, and is known as the same', async () => {
      const { mail } = gateway.deps.notices
      if (mail === null) throw new Error('there is a relay')
      const dying = async (...args: Parameters<typeof mail.post.send>): Promise<HandOver> => {
        await mail.post.send(...args)
        throw new Error('killed')
      }
      gateway.deps.notices.mail = { ...mail, post: { ...mail.post, send: dying } }
      const id = await tell()
      await expect(sendNotice(gateway.deps, id)).rejects.toThrow('killed')
      gateway.deps.notices.mail = mail
      await sendNotice(gateway.deps, id)
      expect(relay.taken, 'the lease of the dead is still held').toHaveLength(1)
      gateway.pass(121_000)
      await gateway.run()
      expect(await noticeOf(id)).toMatchObject({ state: 'sent' })
      expect(relay.taken).toHaveLength(2)
      expect(relay.taken[0]?.mail.messageId).toBe(relay.taken[1]?.mail.messageId)
    })

    test('to an address that is none is refused, and nobody gets it', async () => {
      const id = await tell({ to: { kind: 'account', address: 'a@example.net, evil@evil.example' } })
      await gateway.run()
      expect(await noticeOf(id)).toMatchObject({
        state: 'failed',
        answer: expect.stringContaining('not one plain address'),
      })
      expect(relay.taken).toEqual([])
    })

    test('that its template cannot say is refused with the reason', async () => {
      const id = await tell({ values: {} })
      await gateway.run()
      expect(await noticeOf(id)).toMatchObject({ state: 'failed', answer: expect.stringContaining('alarm.liquid') })
    })
  })

  describe('a notice to an account', () => {
    const about = async (mode: 'live' | 'test', address = 'owner@example.net') => {
      const registry = {
        to: 'robot@registry.example',
        from: 'domains@hoster.example',
        replyTo: 'denic-main@in.hoster.example',
      }
      await addTestConnection(gateway, { mode, registry: { ...registry, test: 'robot@test.example' } })
      const { id: orderId } = await gateway.place({ paid: false })
      return tell({
        kind: 'ticket',
        to: { kind: 'account', address },
        orderId,
        values: { ticket: '1', title: 'x', domain: null, order: null, text: [] },
      })
    }

    test('is mailed to its address, without a link to the console', async () => {
      gateway.deps.notices.publicUrl = 'https://sealpost.hoster.example'
      const id = await about('live')
      await sendNotice(gateway.deps, id)
      expect(relay.taken.map(({ to }) => to)).toEqual([['owner@example.net']])
      expect(relay.taken[0]?.mail.text).not.toContain('https://')
    })

    test('whose mails are switched off is recorded', async () => {
      await database.store.quietAccounts.add('cust-7', START)
      const id = await about('live')
      await sendNotice(gateway.deps, id)
      expect(await noticeOf(id)).toMatchObject({ state: 'recorded', answer: expect.stringContaining('switched off') })
      expect(relay.taken).toEqual([])
    })

    test('about an order in test mode is recorded, and one to administrators is marked', async () => {
      const id = await about('test')
      const [order] = (await database.store.orders.list({}, { limit: 1, cursor: null })).items
      await sendNotice(gateway.deps, id)
      expect(await noticeOf(id)).toMatchObject({ state: 'recorded', answer: expect.stringContaining('test mode') })
      await sendNotice(gateway.deps, await tell({ orderId: order?.id ?? null }))
      expect(relay.taken.map(({ mail }) => mail.subject)).toEqual(['[test] Look at this: order.conflict example.de'])
    })
  })
})
