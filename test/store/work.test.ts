import { v7 as newId } from 'uuid'
import { beforeAll, describe, expect, test } from 'vitest'
import { MAIL_STAGES, type MailResult, type MailStage } from '../../src/core/mail.js'
import { AWAITING_STATES, REQUEST_STATES } from '../../src/core/request.js'
import type { OpenedStore } from '../../src/store/open.js'
import { eventually } from '../e2e/program.js'
import { eachDatabase, type TestDatabase } from '../helpers/database.js'
import { aConnection, aMail, anOrder, aRequest, later, NOON, placed, unique } from './samples.js'

const claimBy = (owner: string, now = NOON) => ({ owner, now, leaseMs: 1_000 })

await eachDatabase((name, open) => {
  let database: TestDatabase
  let store: OpenedStore
  beforeAll(async () => {
    database = await open()
    store = database.store
  })
  const waitingForLocks = async (): Promise<number> => {
    const { rowCount } = await database.pool.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    )
    return rowCount ?? 0
  }

  describe('requests', () => {
    test('of an action that was carried out are found by the latest decisions', async () => {
      const { store: fresh } = await open()
      const [first, second, refused, other] = [
        await placed(fresh),
        await placed(fresh),
        await placed(fresh),
        await placed(fresh),
      ]
      const connectionId = first.connection.id
      const decide = async ({ order, request }: typeof first, status: 'done' | 'refused', ms: number) => {
        await fresh.requests.update({ ...request, connectionId, state: 'settled', repliedAt: later(ms) })
        await fresh.orders.update({ ...order, status })
      }
      await decide(first, 'done', 1)
      await decide(second, 'done', 2)
      await decide(refused, 'refused', 3)
      await fresh.orders.update({ ...other.order, status: 'done' })
      const list = async (limit: number) =>
        (await fresh.requests.latestDone(connectionId, first.request.action, limit)).map(({ id }) => id)
      expect([await list(5), await list(1)]).toEqual([[second.request.id, first.request.id], [second.request.id]])
      expect(await fresh.requests.latestDone(connectionId, 'close', 5)).toEqual([])
    })

    test('come back as they went in, and every field can change', async () => {
      const { order, request } = await placed(store)
      expect(await store.requests.get(request.id)).toEqual(request)
      const changed = aRequest(order, {
        ...{ id: request.id, state: 'handing-over', attempts: 3, dueAt: null, deadline: later(1), mailId: newId() },
        ...{ signedAt: later(2), sentAt: later(3), answer: '250 2.0.0 Ok: queued', ticket: 'T-1', createdAt: later(4) },
      })
      await store.requests.update(changed)
      expect(await store.requests.get(request.id)).toEqual(changed)
      expect(await store.requests.get('x')).toBeNull()
    })

    test('changes of one moment take effect in their order', async () => {
      const { request } = await placed(store)
      await Promise.all([1, 2, 3].map((attempts) => store.requests.update({ ...request, attempts })))
      expect((await store.requests.get(request.id))?.attempts).toBe(3)
    })

    test('are found by order, reference, ticket and bounce token', async () => {
      const { order, request } = await placed(store, { request: { ticket: unique() } })
      expect(await store.requests.findByOrder(order.id)).toEqual([request])
      expect(await store.requests.findByOrder('x')).toEqual([])
      expect(await store.requests.findByReference(request.reference)).toEqual(request)
      expect(await store.requests.findByReference('\0')).toBeNull()
      expect(await store.requests.findByTicket(order.connectionId, request.ticket ?? '')).toEqual([request])
      expect(await store.requests.findByTicket('other', request.ticket ?? '')).toEqual([])
      expect(await store.requests.findByBounceToken(request.bounceToken ?? '')).toEqual(request)
      expect(await store.requests.findByBounceToken(`${request.bounceToken}\0`)).toBeNull()
    })

    test('that still wait for a reply are found by domain', async () => {
      const { order, request } = await placed(store)
      const waiting: string[] = []
      for (const state of REQUEST_STATES) {
        const one = aRequest(order, { state })
        await store.requests.insert(one)
        if ((AWAITING_STATES as readonly string[]).includes(state)) waiting.push(one.id)
      }
      const found = await store.requests.findAwaiting(order.connectionId, order.terms.domain)
      expect(found.map(({ id }) => id)).toEqual([request.id, ...waiting])
    })

    test.each(['reference', 'messageId', 'bounceToken'] as const)(
      'a second one with the same %s is refused',
      async (key) => {
        const { order, request } = await placed(store)
        await expect(store.requests.insert(aRequest(order, { [key]: request[key] }))).rejects.toThrow(/[Uu]nique/)
      },
    )

    test('of 20 that claim one at once, one gets it', async () => {
      const { request } = await placed(store)
      const claims = await Promise.all(
        Array.from({ length: 20 }, (_, index) => store.requests.claim(request.id, claimBy(`worker-${index}`))),
      )
      const won = claims.filter((claim) => claim !== null)
      expect(won).toHaveLength(1)
      expect(won[0]).toMatchObject({ request, lease: { fence: 1 } })
    })

    test.each([
      ['queued and due', { state: 'queued', dueAt: NOON }, true],
      ['queued for later', { state: 'queued', dueAt: later(1) }, false],
      ['queued, never due', { state: 'queued', dueAt: null }, false],
      ['left in the middle', { state: 'handing-over', dueAt: null }, true],
      ['waiting for payment', { state: 'waiting', dueAt: null }, false],
      ['sent', { state: 'sent', dueAt: NOON }, false],
      ['uncertain', { state: 'uncertain', dueAt: NOON }, false],
    ] as const)('claim and due agree on one that is %s', async (_, changes, expected) => {
      const { request } = await placed(store, { request: changes })
      expect((await store.requests.due(NOON, 1_000)).includes(request.id)).toBe(expected)
      expect((await store.requests.claim(request.id, claimBy('a'))) !== null).toBe(expected)
      expect(await store.requests.due(NOON, 1_000)).not.toContain(request.id)
    })

    test('a lease ends with time; who lost it holds nothing and releases nothing', async () => {
      const { request } = await placed(store)
      const first = await store.requests.claim(request.id, claimBy('a'))
      expect(await store.requests.claim(request.id, claimBy('b', later(999)))).toBeNull()
      const second = await store.requests.claim(request.id, claimBy('b', later(1_000)))
      expect(second?.lease).toEqual({ owner: expect.stringMatching(/^b#/), fence: 2 })
      const lost = first?.lease ?? { owner: '', fence: 0 }
      const held = second?.lease ?? { owner: '', fence: 0 }
      await store.requests.release(request.id, lost)
      expect(await store.requests.extend(request.id, lost, later(60_000))).toBe(false)
      expect(await store.requests.holds(request.id, lost)).toBe(false)
      expect(await store.requests.holds(request.id, held)).toBe(true)
      await store.requests.release(request.id, held)
      expect(await store.requests.holds(request.id, held)).toBe(false)
      expect((await store.requests.claim(request.id, claimBy('c', later(1_001))))?.lease.fence).toBe(3)
    })

    test('a claim that a crash of the database took back holds nothing, though its fence is given again to the same owner', async () => {
      const { request } = await placed(store)
      const mail = aMail(request.connectionId)
      await store.mails.accept(mail)
      for (const [table, id] of [
        ['requests', request.id],
        ['mails', mail.id],
      ] as const) {
        const lost = (await store[table].claim(id, claimBy('a')))?.lease ?? { owner: '', fence: 0 }
        await database.pool.query(
          `UPDATE ${table} SET lease_owner = NULL, lease_until = NULL, fence = fence - 1 WHERE id = $1`,
          [id],
        )
        const held = (await store[table].claim(id, claimBy('a')))?.lease ?? { owner: '', fence: 0 }
        expect(held.fence).toBe(lost.fence)
        expect(await store[table].holds(id, lost)).toBe(false)
        expect(await store[table].holds(id, held)).toBe(true)
      }
    })

    test('a lease that is made longer keeps others away for longer', async () => {
      const { request } = await placed(store)
      const claim = await store.requests.claim(request.id, claimBy('a'))
      const lease = claim?.lease ?? { owner: '', fence: 0 }
      expect(await store.requests.extend(request.id, lease, later(5_000))).toBe(true)
      expect(await store.requests.claim(request.id, claimBy('b', later(4_999)))).toBeNull()
      expect(await store.requests.claim(request.id, claimBy('b', later(5_000)))).not.toBeNull()
    })

    test('an update leaves the lease as it is', async () => {
      const { request } = await placed(store)
      const claim = await store.requests.claim(request.id, claimBy('a'))
      await store.requests.update({ ...request, state: 'handing-over' })
      expect(await store.requests.holds(request.id, claim?.lease ?? { owner: '', fence: 0 })).toBe(true)
      expect(await store.requests.due(later(999), 1_000)).not.toContain(request.id)
      expect(await store.requests.due(later(1_000), 1_000)).toContain(request.id)
    })

    test.each([
      ['sent', NOON, true],
      ['acknowledged', NOON, true],
      ['uncertain', NOON, true],
      ['sent', later(1), false],
      ['sent', null, false],
      ['queued', NOON, false],
      ['settled', NOON, false],
    ] as const)('one that is %s with the deadline %s: overdue is %s', async (state, deadline, expected) => {
      const { request } = await placed(store, { request: { state, deadline } })
      expect((await store.requests.overdue(NOON, 1_000)).includes(request.id)).toBe(expected)
    })
  })

  describe('mails', () => {
    let connectionId: string
    beforeAll(async () => {
      const connection = aConnection()
      await store.connections.insert(connection)
      connectionId = connection.id
    })
    const accepted = async (changes = {}) => {
      const mail = aMail(connectionId, changes)
      await store.mails.accept(mail)
      return mail
    }

    test('come in with their exact octets', async () => {
      const mail = aMail(connectionId, { raw: Buffer.from(Array.from({ length: 256 }, (_, octet) => octet)) })
      expect(await store.mails.accept(mail)).toEqual({ id: mail.id, duplicate: false })
      const { raw, ...rest } = mail
      expect(await store.mails.get(mail.id)).toEqual({
        ...rest,
        ...{ direction: 'in', size: 256, stage: 'received', reason: null, verdict: null },
        ...{ replies: [], orders: [], requestId: null, evidence: null, archivedAt: null, erasedAt: null },
      })
      expect(await store.mails.raw(mail.id)).toEqual(raw)
      expect([await store.mails.get('x'), await store.mails.raw('x')]).toEqual([null, null])
    })

    test('a mail of 10 MiB is kept', async () => {
      const mail = await accepted({ raw: Buffer.alloc(10 * 1024 * 1024, 'abcdefg\r\n'), sha256: unique() })
      expect((await store.mails.raw(mail.id))?.equals(mail.raw)).toBe(true)
    })

    test('an envelope of a stranger with a NUL or half a surrogate is kept too', async () => {
      const mail = await accepted({ envelope: { from: 'a\0b', to: ['c\ud800'] } })
      expect((await store.mails.get(mail.id))?.envelope).toEqual({ from: 'a\ufffdb', to: ['c\ufffd'] })
    })

    test('for no connection are kept, and a duplicate of one is seen', async () => {
      const mail = aMail(null)
      expect(await store.mails.accept(mail)).toMatchObject({ duplicate: false })
      expect(await store.mails.accept({ ...mail, id: newId() })).toMatchObject({ duplicate: true })
    })

    test('the same octets are a duplicate on the same connection only', async () => {
      const mail = await accepted()
      const again = { ...mail, id: newId() }
      expect(await store.mails.accept(again)).toEqual({ id: again.id, duplicate: true })
      expect(await store.mails.get(again.id)).toMatchObject({ stage: 'duplicate', size: mail.raw.length })
      expect(await store.mails.raw(again.id)).toEqual(mail.raw)
      expect(await store.mails.due(later(1), 1_000)).not.toContain(again.id)
      expect(await store.mails.accept({ ...mail, id: newId(), connectionId: null })).toMatchObject({ duplicate: false })
    })

    test('of 20 that bring the same octets at once, one is not a duplicate', async () => {
      const mail = aMail(connectionId)
      const copies = Array.from({ length: 20 }, () => ({ ...mail, id: newId() }))
      const answers = await Promise.all([
        ...copies.slice(0, 10).map((copy) => store.mails.accept(copy)),
        ...copies.slice(10).map((copy) => store.transaction((tables) => tables.mails.accept(copy))),
      ])
      expect(answers.map(({ id }) => id)).toEqual(copies.map(({ id }) => id))
      expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(1)
    })

    const finished = (stage: MailStage): MailResult => ({
      ...{ stage, reason: null, verdict: null, replies: [], orders: [] },
    })
    const copyOf = <T extends object>(mail: T) => ({ ...mail, id: newId() })
    const NO_EFFECT: readonly MailStage[] = ['untrusted', 'quarantined', 'bounce', 'auto-reply']

    test.each(MAIL_STAGES)('after a first copy that is %s', async (stage) => {
      const mail = await accepted()
      await store.mails.finish(mail.id, finished(stage))
      const anew = NO_EFFECT.includes(stage)
      const second = copyOf(mail)
      expect(await store.mails.accept(second)).toEqual({ id: second.id, duplicate: !anew })
      expect(await store.mails.get(second.id)).toMatchObject({ stage: anew ? 'received' : 'duplicate' })
      expect(await store.mails.accept(copyOf(mail)), 'the second is the first from now on').toMatchObject({
        duplicate: true,
      })
      if (!anew) return
      await store.mails.finish(second.id, finished('settled'))
      expect(await store.mails.accept(copyOf(mail))).toMatchObject({ duplicate: true })
    })

    test('of 20 copies at once of one that had no effect, one is judged anew', async () => {
      const mail = await accepted()
      await store.mails.finish(mail.id, finished('untrusted'))
      const copies = Array.from({ length: 20 }, () => copyOf(mail))
      const answers = await Promise.all([
        ...copies.slice(0, 10).map((copy) => store.mails.accept(copy)),
        ...copies.slice(10).map((copy) => store.transaction((tables) => tables.mails.accept(copy))),
      ])
      const first = answers.filter(({ duplicate }) => !duplicate)
      expect(first).toHaveLength(1)
      expect(await store.mails.get(first[0]?.id ?? '')).toMatchObject({ stage: 'received' })
    })

    test.each(MAIL_STAGES)('copies that came while a first waited that is then %s', async (stage) => {
      const mail = await accepted()
      const [second, third] = [copyOf(mail), copyOf(mail)]
      for (const copy of [second, third]) await store.mails.accept(copy)
      const stages = async () => [(await store.mails.get(second.id))?.stage, (await store.mails.get(third.id))?.stage]
      await store.mails.finish(mail.id, finished(stage))
      if (!NO_EFFECT.includes(stage)) return expect(await stages()).toEqual(['duplicate', 'duplicate'])
      expect(await stages()).toEqual(['received', 'duplicate'])
      expect(await store.mails.due(later(1), 1_000)).toContain(second.id)
      expect(await store.mails.accept(copyOf(mail))).toMatchObject({ duplicate: true })
      await store.mails.finish(second.id, finished('settled'))
      await store.mails.finish(mail.id, finished(stage))
      expect(await stages(), 'the second is the first from now on').toEqual(['settled', 'duplicate'])
      expect(await store.mails.accept(copyOf(mail))).toMatchObject({ duplicate: true })
    })

    test('a copy that was found out to be one by its content stays what it is', async () => {
      const mail = await accepted()
      const [judged, next] = [copyOf(mail), copyOf(mail)]
      for (const copy of [judged, next]) await store.mails.accept(copy)
      const verdict = { kind: 'trusted' as const, reason: 'gut', fingerprint: 'ABCD', signedAt: NOON }
      await store.mails.finish(judged.id, { ...finished('duplicate'), verdict })
      await store.mails.finish(mail.id, finished('quarantined'))
      expect(await store.mails.get(judged.id)).toMatchObject({ stage: 'duplicate' })
      expect(await store.mails.get(next.id)).toMatchObject({ stage: 'received' })
    })

    test('a copy that comes just when the first is found to be nothing is judged', async () => {
      const mail = await accepted()
      const copy = copyOf(mail)
      const coming: Promise<unknown>[] = []
      await store.transaction(async (tables) => {
        await tables.mails.finish(mail.id, finished('untrusted'))
        coming.push(store.mails.accept(copy))
        if (name === 'postgresql') await eventually(waitingForLocks, (count) => count > 0)
      })
      expect(await Promise.all(coming)).toEqual([{ id: copy.id, duplicate: false }])
      expect(await store.mails.get(copy.id)).toMatchObject({ stage: 'received' })
    })

    test('octets that came to a bounce address are no copy of those that came as a reply, nor of another bounce', async () => {
      const { connection, request } = await placed(store)
      const other = await placed(store)
      const bounce = aMail(connection.id, { requestId: request.id })
      const { requestId: _, ...reply } = copyOf(bounce)
      expect(await store.mails.accept(bounce)).toEqual({ id: bounce.id, duplicate: false })
      expect((await store.mails.get(bounce.id))?.requestId).toBe(request.id)
      expect(await store.mails.accept(copyOf(bounce))).toMatchObject({ duplicate: true })
      expect(await store.mails.accept(reply)).toMatchObject({ duplicate: false })
      expect(await store.mails.accept({ ...copyOf(reply), requestId: null })).toMatchObject({ duplicate: true })
      expect(await store.mails.accept({ ...copyOf(bounce), requestId: other.request.id })).toMatchObject({
        duplicate: false,
      })
    })

    test('a mail that cannot be stored does not take the others of its commit with it', async () => {
      const mails = Array.from({ length: 6 }, () => aMail(connectionId))
      const bad = aMail('no such connection')
      const results = await Promise.allSettled([...mails.slice(0, 3), bad, ...mails.slice(3)].map(store.mails.accept))
      expect(results.map(({ status }) => status)).toEqual([
        ...['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled'],
      ])
      for (const { id, raw } of mails) expect(await store.mails.raw(id)).toEqual(raw)
    })

    test('of 20 that claim one at once, one gets it, until it is finished', async () => {
      const { id } = await accepted()
      const claims = await Promise.all(
        Array.from({ length: 20 }, (_, index) => store.mails.claim(id, claimBy(`worker-${index}`))),
      )
      const won = claims.filter((claim) => claim !== null)
      expect(won).toHaveLength(1)
      expect(won[0]?.mail).toEqual(await store.mails.get(id))
      const lease = won[0]?.lease ?? { owner: '', fence: 0 }
      expect(await store.mails.holds(id, lease)).toBe(true)
      const result = {
        ...{ stage: 'auto-reply' as const, reason: 'grund', orders: [newId()] },
        verdict: { kind: 'trusted' as const, reason: 'gut', fingerprint: 'ABCD', signedAt: later(-5) },
        replies: [{ outcome: 'done' as const, reference: 'r', domain: null, code: '1', text: 'nö', effect: 'settled' }],
      }
      const domains = { spf: null, dkim: ['a.example'], from: 'a.example' }
      const evidence = { spf: 'none' as const, dkim: 'pass' as const, dmarc: 'pass' as const, domains }
      await store.mails.finish(id, { ...result, evidence })
      expect(await store.mails.get(id)).toMatchObject({ ...result, evidence })
      expect(await store.mails.holds(id, lease)).toBe(false)
      expect(await store.mails.claim(id, claimBy('late', later(10_000)))).toBeNull()
      await store.mails.reopen(id, later(20_000))
      expect(await store.mails.get(id)).toMatchObject({
        ...{ stage: 'received', reason: null, verdict: null, replies: result.replies },
      })
      expect(await store.mails.due(later(20_000), 1_000)).toContain(id)
      const again = await store.mails.claim(id, claimBy('again', later(20_000)))
      expect(again).toMatchObject({ lease: { fence: 2 }, mail: { evidence } })
      await store.mails.finish(id, result)
      expect(await store.mails.get(id)).toMatchObject({ ...result, evidence })
    })

    test('a lease that is made longer keeps others away for longer; who lost it makes nothing longer', async () => {
      const { id } = await accepted()
      const lease = (await store.mails.claim(id, claimBy('a')))?.lease ?? { owner: '', fence: 0 }
      expect(await store.mails.extend(id, lease, later(5_000))).toBe(true)
      expect(await store.mails.claim(id, claimBy('b', later(4_999)))).toBeNull()
      expect(await store.mails.claim(id, claimBy('b', later(5_000)))).not.toBeNull()
      expect(await store.mails.extend(id, lease, later(60_000))).toBe(false)
      expect(await store.mails.extend('x', lease, later(60_000))).toBe(false)
      expect(await store.mails.claim(id, claimBy('c', later(6_000)))).not.toBeNull()
    })

    test('a lease is given back with a time for the next try', async () => {
      const { id } = await accepted()
      const claim = await store.mails.claim(id, claimBy('a'))
      await store.mails.release(id, { owner: 'b', fence: 1 }, NOON)
      expect(await store.mails.due(NOON, 1_000)).not.toContain(id)
      await store.mails.release(id, claim?.lease ?? { owner: '', fence: 0 }, later(50))
      expect(await store.mails.due(later(49), 1_000)).not.toContain(id)
      expect(await store.mails.due(later(50), 1_000)).toContain(id)
    })

    test('a lease is given back with why the mail waits, which the next holder reads', async () => {
      const { id } = await accepted()
      const claimAndRelease = async (now: Date, reason?: string) => {
        const claim = await store.mails.claim(id, claimBy('a', now))
        await store.mails.release(id, claim?.lease ?? { owner: '', fence: 0 }, now, reason)
        return claim?.mail.reason
      }
      expect(await claimAndRelease(NOON, 'no key')).toBeNull()
      await store.mails.release(id, { owner: 'b', fence: 1 }, NOON, 'not mine')
      expect(await claimAndRelease(later(1))).toBe('no key')
      expect(await claimAndRelease(later(2), 'another')).toBe('no key')
      expect(await store.mails.get(id)).toMatchObject({ stage: 'received', reason: 'another' })
    })

    test.each(MAIL_STAGES)('one that is %s is reopened where it was judged and has not taken effect', async (stage) => {
      const { id } = await accepted()
      await store.mails.finish(id, finished(stage))
      const open = stage !== 'received' && stage !== 'settled'
      expect(await store.mails.reopen(id, NOON)).toBe(open)
      expect((await store.mails.get(id))?.stage).toBe(open ? 'received' : stage)
      expect(await store.mails.reopen('x', NOON)).toBe(false)
    })

    test('that go out are never due and never reopened', async () => {
      const { order, request } = await placed(store)
      const { raw, ...mail } = aMail(order.connectionId)
      await store.mails.insertOutbound({ ...mail, raw, requestId: request.id, orders: [order.id] })
      expect(await store.mails.get(mail.id)).toMatchObject({
        ...mail,
        ...{ direction: 'out', requestId: request.id, orders: [order.id] },
      })
      expect(await store.mails.raw(mail.id)).toEqual(raw)
      await store.mails.finish(mail.id, {
        stage: 'settled',
        reason: null,
        verdict: null,
        replies: [],
        orders: [order.id],
      })
      expect(await store.mails.reopen(mail.id, NOON)).toBe(false)
      expect(await store.mails.due(later(1), 1_000)).not.toContain(mail.id)
      expect(await store.mails.get(mail.id)).toMatchObject({ stage: 'settled' })
    })

    test('are listed newest first by each filter', async () => {
      const { store: fresh } = await open()
      const { connection, order, request } = await placed(fresh)
      const verdict = { kind: 'untrusted' as const, reason: 'r', fingerprint: null, signedAt: null }
      const mails = [aMail(connection.id), aMail(connection.id), aMail(connection.id)]
      for (const mail of mails) await fresh.mails.accept(mail)
      const [first, second, third] = mails.map(({ id }) => id)
      await fresh.mails.finish(second ?? '', {
        stage: 'untrusted',
        reason: null,
        verdict,
        replies: [],
        orders: [order.id],
      })
      const out = aMail(connection.id)
      await fresh.mails.insertOutbound({ ...out, requestId: request.id, orders: [order.id] })
      const list = async (filter: Parameters<typeof fresh.mails.list>[0]) =>
        (await fresh.mails.list(filter, { limit: 10, cursor: null })).items.map(({ id }) => id)
      expect(await list({})).toEqual([out.id, third, second, first])
      expect(await list({ direction: 'in' })).toEqual([third, second, first])
      expect(await list({ direction: 'in', stage: 'received' })).toEqual([third, first])
      expect(await list({ verdict: 'untrusted' })).toEqual([second])
      expect(await list({ order: order.id })).toEqual([out.id, second])
      await expect(list({ order: 'x' })).rejects.toMatchObject({ code: 'invalid' })
      const { receivedAt } = out
      expect(await list({ since: receivedAt, until: receivedAt })).toEqual([out.id, third, second, first])
      expect(await list({ until: new Date(receivedAt.getTime() - 1) })).toEqual([])
      expect(await list({ since: new Date(receivedAt.getTime() + 1) })).toEqual([])
      const page = await fresh.mails.list({}, { limit: 3, cursor: null })
      expect((await fresh.mails.list({}, { limit: 3, cursor: page.next })).items.map(({ id }) => id)).toEqual([first])
    })

    test('are found by an address, where signs stand for themselves, and beyond what one page looks at', async () => {
      const { store: fresh, pool } = await open()
      const { connection } = await placed(fresh)
      const from = (sender: string, to = 'x@in.example') => ({
        ...aMail(connection.id),
        envelope: { from: sender, to: ['first@in.example', to] },
      })
      const mails = [from('robot@Registry.example'), from('a_b%c@x.example'), from('', 'second@y.example')]
      for (const mail of mails) await fresh.mails.accept(mail)
      const [robot, signs, report] = mails.map(({ id }) => id)
      const list = async (party: string) =>
        (await fresh.mails.list({ party }, { limit: 10, cursor: null })).items.map(({ id }) => id)
      expect([await list('ROBOT@registry'), await list('second@'), await list('none')]).toEqual([[robot], [report], []])
      expect([await list('a_b'), await list('b%c'), await list('a_B%'), await list('o_o')]).toEqual([
        [signs],
        [signs],
        [signs],
        [],
      ])
      expect(await list('x\0')).toEqual([])
      await pool.query(`INSERT INTO mails (id, direction, envelope, received_at, sha256, size, raw, stage)
        SELECT ('ffffffff-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'in', '{"from":"filler@z.example","to":[]}', now(), '', 1, 'x', 'settled'
        FROM generate_series(1, 20010) n`)
      const first = await fresh.mails.list({ party: 'robot@' }, { limit: 10, cursor: null })
      expect([first.items, first.next]).toEqual([[], expect.any(String)])
      const second = await fresh.mails.list({ party: 'robot@' }, { limit: 10, cursor: first.next })
      expect([second.items.map(({ id }) => id), second.next]).toEqual([[robot], null])
    })

    test('verified content is taken once, also of many at once', async () => {
      const mails = await Promise.all(Array.from({ length: 5 }, () => accepted()))
      const content = { connectionId, fingerprint: 'AB', sha256: unique(), signedAt: NOON }
      const taken = await Promise.all(
        mails.map(({ id }) => store.transaction((tables) => tables.contents.insert(content, id))),
      )
      expect(taken.filter(Boolean)).toHaveLength(1)
      const mail = mails[taken.indexOf(true)] ?? (await accepted())
      expect(await store.contents.insert(content, mail.id), 'judged once more').toBe(true)
      expect(await store.contents.insert({ ...content, signedAt: later(1) }, mail.id)).toBe(true)
      expect(await store.contents.insert({ ...content, fingerprint: 'CD' }, mail.id)).toBe(true)
    })
  })

  test('at start the leases of dead owners end where the database is this process alone', async () => {
    const { request } = await placed(store)
    const mine = await placed(store)
    await store.requests.claim(request.id, claimBy('dead'))
    await store.requests.update({ ...request, state: 'handing-over' })
    const kept = await store.requests.claim(mine.request.id, claimBy('me'))
    const mail = aMail(request.connectionId)
    await store.mails.accept(mail)
    await store.mails.claim(mail.id, claimBy('dead'))
    await store.recoverLeases('me')
    const freed = name === 'embedded'
    expect((await store.requests.due(NOON, 1_000)).includes(request.id)).toBe(freed)
    expect((await store.mails.due(NOON, 1_000)).includes(mail.id)).toBe(freed)
    expect(await store.requests.get(request.id)).toMatchObject({ state: 'handing-over' })
    expect(await store.requests.holds(mine.request.id, kept?.lease ?? { owner: '', fence: 0 })).toBe(true)
  })

  test('an order whose connection does not exist is refused', async () => {
    await expect(store.orders.insert(anOrder('none'), 'h')).rejects.toThrow(/[Ff]oreign key/)
  })
})
