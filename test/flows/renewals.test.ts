import { rmSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { renewedUntil } from '../../src/core/expiry.js'
import { TWO_PERSON_KINDS } from '../../src/core/two-persons.js'
import { cancelOrder } from '../../src/flows/decide-order.js'
import { giveDomain } from '../../src/flows/give-domain.js'
import { readDomainView } from '../../src/http/read-views.js'
import type { MailProfile } from '../../src/profiles/profile.js'
import { oneDatabase, type TestDatabase, temporaryFolder } from '../helpers/database.js'
import { addTestConnection, createTestGateway, failure, success, type TestGateway } from '../helpers/gateway.js'

const day = (date: string): Date => new Date(`${date}T10:00:00.000Z`)
const ENDS = day('2026-12-31')

/** A registry that renews only where it is asked to, in the words of DENIC. */
const renewing = (denic: MailProfile): MailProfile => ({
  ...denic,
  renewal: 'request',
  capabilities: { ...denic.capabilities, renew: { supported: true, expectsReply: true } },
  check: (input) => (input.terms.action === 'renew' ? [] : denic.check(input)),
  encode: (input) =>
    input.terms.action === 'renew'
      ? { domain: input.terms.domain, years: String(input.terms.period?.years), reference: input.reference }
      : denic.encode(input),
  confirm: (draft, input) => (input.terms.action === 'renew' ? [] : denic.confirm(draft, input)),
})

await oneDatabase((open) => {
  const folder = temporaryFolder()
  let database: TestDatabase
  let gateway: TestGateway
  beforeAll(async () => {
    database = await open()
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  beforeEach(async () => {
    await database.empty()
    gateway = await createTestGateway(database.store, folder)
  })

  const deps = () => gateway.deps
  const referenceOf = async (id: string) => (await deps().store.requests.findByOrder(id)).at(-1)?.reference ?? 'none'
  const answer = async (id: string, lines = success) =>
    gateway.receive(await gateway.reply(lines(await referenceOf(id))))
  const domain = async () => deps().store.domains.get('example.de')
  const renewals = async () => {
    const { items } = await deps().store.orders.list({ domain: 'example.de' }, { limit: 200, cursor: null })
    return items.filter(({ terms }) => terms.action === 'renew').reverse()
  }
  const failures = async () => {
    const { items } = await deps().store.actions.list({ domain: 'example.de' }, { limit: 200, cursor: null })
    return items.filter(({ event }) => event === 'domain.renewal-failed').map(({ text }) => text)
  }
  /** What was missed on the way is done once, at the end of it. */
  const goOn = async (until: Date) => {
    gateway.pass(until.getTime() - gateway.now().getTime())
    await gateway.run()
  }

  /** A domain of ours that ends on that day, at a registry that is asked for renewals, or not. */
  const held = async (profile: 'request' | 'registry-auto', expiry: object = { warnDays: 30, renewDays: 14 }) => {
    const denic = deps().profiles.get('denic')
    if (denic?.channel !== 'mail') throw new Error('the profile is gone')
    if (profile === 'request') {
      const { render } = deps().templates
      deps().profiles = new Map([['denic', renewing(denic)]])
      deps().templates = {
        render: (id, action, values) =>
          action === 'renew'
            ? { ok: true, value: { subject: 'renew', body: `RENEW ${values['domain']} ${values['years']}\n` } }
            : render(id, action, values),
      }
    }
    await addTestConnection(gateway, { expiry })
    const { id } = await gateway.place()
    await gateway.run()
    await answer(id)
    const known = await domain()
    if (known === null) throw new Error('there is no domain')
    await deps().store.domains.save({ ...known, expiresAt: ENDS })
  }

  describe('F49: a domain that is renewed by request', () => {
    test('F65: for the account that it was given to', async () => {
      await held('request')
      const account = { id: 'cust-8', type: 'customer' as const, email: 'eight@example.net' }
      await giveDomain(deps(), { name: 'example.de', account, from: 'cust-7', actor: 'cli' })
      await goOn(day('2026-12-17'))
      expect(await renewals()).toMatchObject([
        { terms: { account: { id: 'cust-8', type: 'provider', email: 'eight@example.net' } } },
      ])
    })

    test('is renewed once, that many days before its end, for the account that has it, and ends a year later', async () => {
      await held('request')
      await goOn(day('2026-12-16'))
      expect(await renewals()).toEqual([])
      await goOn(day('2026-12-17'))
      const [order, ...more] = await renewals()
      expect(more).toEqual([])
      expect(order).toMatchObject({
        ...{ status: 'sent', createdAt: day('2026-12-17') },
        terms: {
          ...{ billingOrderId: 'renew:example.de:2026-12-31', origin: 'provider', period: { years: 1 } },
          account: { id: 'cust-7', type: 'provider' },
        },
      })
      expect(gateway.sent.at(-1)?.raw.toString()).toContain('RENEW example.de 1')
      const left = gateway.sent.length
      await answer(order?.id ?? '')
      expect(await domain()).toMatchObject({ state: 'registered', expiresAt: day('2027-12-31') })
      expect(await gateway.events(order?.id ?? '')).toEqual(
        expect.arrayContaining(['billing.charge', 'order.filed', 'order.done']),
      )
      await goOn(day('2027-12-16'))
      expect(gateway.sent).toHaveLength(left)
      await goOn(day('2027-12-17'))
      expect((await renewals()).map(({ terms }) => terms.billingOrderId)).toEqual([
        'renew:example.de:2026-12-31',
        'renew:example.de:2027-12-31',
      ])
    })

    test('is renewed by nobody but us, whatever takes two persons', async () => {
      await held('request')
      deps().twoPersons = TWO_PERSON_KINDS
      await goOn(day('2026-12-17'))
      expect(await renewals()).toMatchObject([{ status: 'sent', approvedAt: null }])
    })

    test('is renewed for the years of its registry, where that has others than one', async () => {
      await held('request')
      const profile = deps().profiles.get('denic')
      if (profile === undefined) throw new Error('the profile is gone')
      deps().profiles = new Map([['denic', { ...profile, renewalYears: 2 }]])
      await goOn(day('2026-12-17'))
      const [order] = await renewals()
      expect(order?.terms.period).toEqual({ years: 2 })
      await answer(order?.id ?? '')
      expect(await domain()).toMatchObject({ expiresAt: day('2028-12-31') })
    })

    test('is ordered once, however many processes see it due', async () => {
      await held('request')
      const other = await createTestGateway(database.store, folder)
      Object.assign(other.deps, { profiles: deps().profiles, templates: deps().templates })
      other.deps.newId = (
        (count) => () =>
          `10000000-0000-7000-8000-${String(++count).padStart(12, '0')}`
      )(0)
      await goOn(day('2026-12-16'))
      for (const one of [gateway, other]) one.pass(day('2026-12-17').getTime() - one.now().getTime())
      await Promise.all([gateway.run(), other.run()])
      await gateway.run()
      expect(await renewals()).toHaveLength(1)
      expect([...gateway.sent, ...other.sent].filter(({ raw }) => raw.includes('RENEW'))).toHaveLength(1)
    })

    test('waits for an order that is open on it, and says so', async () => {
      await held('request')
      await goOn(day('2026-12-16'))
      const change = await gateway.place({ action: 'update-nameservers', paid: false })
      await goOn(new Date(day('2026-12-17').getTime() + 3_600_000))
      expect(await renewals()).toEqual([])
      expect(await failures()).toEqual([expect.stringContaining('has an open order')])
      await cancelOrder(deps(), { id: change.id, actor: 'cli' })
      await goOn(day('2026-12-18'))
      expect(await renewals()).toHaveLength(1)
      expect(await failures()).toHaveLength(1)
    })

    test('that is refused stays ours, in Error, until its end; nothing is ordered again by itself', async () => {
      await held('request')
      await goOn(day('2026-12-17'))
      const [order] = await renewals()
      await answer(order?.id ?? '', failure)
      await goOn(day('2027-02-01'))
      expect(await renewals()).toHaveLength(1)
      expect(await domain()).toMatchObject({ state: 'faulty', expiresAt: ENDS })
    })

    test('and was imported, is renewed for the account that it was imported for', async () => {
      await held('request')
      const known = (await domain()) ?? expect.fail()
      await deps().store.domains.save({
        ...known,
        name: 'imported.de',
        unicodeName: 'imported.de',
        accountId: 'cust-9',
      })
      await goOn(day('2026-12-17'))
      const { items } = await deps().store.orders.list({ domain: 'imported.de' }, { limit: 5, cursor: null })
      expect(items.map(({ terms }) => [terms.action, terms.account.id])).toEqual([['renew', 'cust-9']])
    })

    test('is left alone where the connection names no days', async () => {
      await held('request', { warnDays: 30 })
      await goOn(day('2027-02-01'))
      expect(await renewals()).toEqual([])
    })
  })

  test('F15: no renewal is ever sent to a registry that renews by itself', async () => {
    await held('registry-auto')
    const left = gateway.sent.length
    for (const date of ['2026-12-17', '2026-12-31', '2027-06-01', '2028-07-01']) await goOn(day(date))
    expect([await renewals(), await failures()]).toEqual([[], []])
    expect(gateway.sent).toHaveLength(left)
  })

  test('F50: a domain whose end has passed without a renewal shows that it expired', async () => {
    await held('registry-auto', { warnDays: 30 })
    const shown = async () => readDomainView(deps(), (await domain()) ?? expect.fail(), gateway.now())
    expect(await shown()).toMatchObject({ expiresAt: ENDS.toISOString(), expired: false, suspended: false })
    await goOn(ENDS)
    expect(await shown()).toMatchObject({
      expired: true,
      next: expect.stringMatching(/expired .* no renewal is known/),
    })
    const known = await domain()
    await deps().store.domains.save({ ...(known ?? expect.fail()), eppStatus: ['serverHold'] })
    expect(await shown()).toMatchObject({ expired: true, suspended: true })
  })

  test('F48: the warning comes once, thirty days before, and says whether the renewal is ordered by itself', async () => {
    await held('request')
    await goOn(day('2026-12-01'))
    await goOn(day('2026-12-16'))
    const { items } = await deps().store.actions.list({ domain: 'example.de' }, { limit: 200, cursor: null })
    expect(items.filter(({ event }) => event === 'domain.expiry-warning')).toMatchObject([
      { at: day('2026-12-01'), text: expect.stringContaining('its renewal is ordered by itself before that') },
    ])
  })
})

test.each([
  ['2026-12-31', 1, '2027-12-31'],
  ['2028-02-29', 1, '2029-02-28'],
  ['2028-02-29', 4, '2032-02-29'],
  ['2027-02-28', 1, '2028-02-28'],
])('%s and %d years are %s', (from, years, to) => {
  expect(renewedUntil(day(from), years)).toEqual(day(to))
})
