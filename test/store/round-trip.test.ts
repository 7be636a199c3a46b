import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { TRANSFER_ANSWERS } from '../../src/core/action.js'
import { DOMAIN_DETAILS } from '../../src/core/domain.js'
import { MAIL_STAGES, SENDER_RESULTS } from '../../src/core/mail.js'
import { ORDER_STATUSES } from '../../src/core/order.js'
import { REQUEST_STATES } from '../../src/core/request.js'
import type { OpenedStore } from '../../src/store/open.js'
import { eachDatabase } from '../helpers/database.js'
import { aConnection, aDomain, aMail, anOrder, aRequest, unique } from './samples.js'

/** Any text that PostgreSQL can keep. */
const text = fc.string({ unit: 'grapheme', maxLength: 20 }).map((value) => value.toWellFormed().replaceAll('\0', ''))
const maybe = fc.option(text)
const time = fc.date({
  min: new Date('0001-01-01T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
})
const maybeTime = fc.option(time)
const contacts = fc.dictionary(
  text.filter((key) => key !== '__proto__'),
  fc.array(fc.record({ name: text, street: fc.array(text, { maxLength: 2 }) }), { maxLength: 2 }),
  { maxKeys: 3, noNullPrototype: true },
)
const who = fc.record({ actor: text, person: fc.option(fc.record({ id: text, name: text })) })
const runs = { numRuns: 30 }

await eachDatabase((_, open) => {
  let store: OpenedStore
  let connectionId: string
  beforeAll(async () => {
    store = (await open()).store
    const connection = aConnection()
    await store.connections.insert(connection)
    connectionId = connection.id
  })

  test('orders', async () => {
    const changes = fc.record({
      ...{ status: fc.constantFrom(...ORDER_STATUSES), reason: maybe, code: maybe, paymentReference: maybe },
      ...{ createdAt: time, updatedAt: time, paidAt: maybeTime },
      orderedBy: fc.array(who, { maxLength: 2 }),
      ...{ approvedBy: fc.option(who), approvedAt: maybeTime },
    })
    const terms = fc.record({ contacts, authInfo: maybe, notify: maybe, dnssec: fc.array(text, { maxLength: 2 }) })
    await fc.assert(
      fc.asyncProperty(changes, terms, async (changed, given) => {
        const order = anOrder(connectionId, changed, given)
        await store.orders.insert(order, 'h')
        const read = await store.orders.get(order.id)
        expect(read).toEqual(order)
        expect(JSON.stringify(read)).toBe(JSON.stringify(order))
      }),
      runs,
    )
  })

  test('domains', async () => {
    const changes = fc.record({
      ...{
        state: fc.constantFrom('none' as const, 'transferring' as const, 'faulty' as const),
        detail: fc.constantFrom(...DOMAIN_DETAILS),
        contacts,
      },
      ...{
        accountId: maybe,
        unicodeName: text,
        eppStatus: fc.array(text, { maxLength: 3 }),
        locked: fc.option(fc.boolean()),
        transferRequest: fc.option(
          fc.record({
            ...{ by: maybe, until: maybeTime, toldAt: time, orderId: maybe },
            ...{ answer: fc.constantFrom(null, ...TRANSFER_ANSWERS), answeredAt: maybeTime },
          }),
        ),
        since: time,
        expiresAt: maybeTime,
      },
    })
    await fc.assert(
      fc.asyncProperty(changes, async (changed) => {
        const domain = aDomain(connectionId, changed)
        await store.domains.save(domain)
        expect(await store.domains.get(domain.name)).toEqual(domain)
      }),
      runs,
    )
  })

  test('requests', async () => {
    const order = anOrder(connectionId)
    await store.orders.insert(order, 'h')
    const changes = fc.record({
      ...{ state: fc.constantFrom(...REQUEST_STATES), attempts: fc.nat(), answer: maybe, ticket: maybe },
      ...{ dueAt: maybeTime, deadline: maybeTime, signedAt: maybeTime, sentAt: maybeTime, createdAt: time },
    })
    await fc.assert(
      fc.asyncProperty(changes, async (changed) => {
        const request = aRequest(order, changed)
        await store.requests.insert(request)
        expect(await store.requests.get(request.id)).toEqual(request)
      }),
      runs,
    )
  })

  test('mails', async () => {
    const outcome = fc.record({
      ...{ stage: fc.constantFrom(...MAIL_STAGES), reason: maybe, orders: fc.array(fc.uuid(), { maxLength: 2 }) },
      verdict: fc.option(
        fc.record({
          ...{ kind: fc.constantFrom('trusted' as const, 'untrusted' as const, 'unsigned' as const), reason: text },
          ...{ fingerprint: maybe, signedAt: maybeTime },
        }),
      ),
      replies: fc.array(
        fc.record({
          ...{ outcome: fc.constantFrom('accepted' as const, 'refused' as const), text, effect: text },
          ...{ reference: maybe, domain: maybe, code: maybe },
        }),
        { maxLength: 2 },
      ),
    })
    const word = fc.constantFrom(...SENDER_RESULTS)
    const evidence = fc.option(
      fc.record({
        ...{ spf: word, dkim: word, dmarc: word },
        domains: fc.record({ spf: maybe, dkim: fc.array(text, { maxLength: 2 }), from: maybe }),
      }),
      { nil: undefined },
    )
    const arrival = fc.record({ from: text, to: fc.array(text, { maxLength: 2 }), helo: text, remoteAddress: text })
    await fc.assert(
      fc.asyncProperty(
        outcome,
        arrival,
        fc.uint8Array({ maxLength: 50 }),
        time,
        evidence,
        async (result, envelope, octets, receivedAt, found) => {
          const mail = aMail(connectionId, { envelope, receivedAt, raw: Buffer.from(octets), sha256: unique() })
          await store.mails.accept(mail)
          await store.mails.finish(mail.id, found === undefined ? result : { ...result, evidence: found })
          const { raw, ...arrived } = mail
          const added = {
            direction: 'in',
            size: raw.length,
            requestId: null,
            archivedAt: null,
            erasedAt: null,
            evidence: found ?? null,
          }
          expect(await store.mails.get(mail.id)).toEqual({ ...arrived, ...result, ...added })
          expect(await store.mails.raw(mail.id)).toEqual(raw)
        },
      ),
      runs,
    )
  })
})
