import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Domain } from '../../src/core/domain.js'
import { aDomain, aMail, placed } from '../store/samples.js'
import { addUser, signIn } from './console-client.js'
import { type Harness, openHarness } from './harness.js'

const DAY = 86_400_000
const HOSTILE = '<script>alert("x")</script>\u202e'

let harness: Harness
let cookie: string

beforeAll(async () => {
  harness = await openHarness({ timezone: 'Europe/Berlin' })
  await addUser(harness, 'root', 'viewer')
  cookie = await signIn(harness, 'root')
})
afterAll(() => harness.close())

const open = async (path = '/'): Promise<string> => (await harness.app.request(path, { headers: { cookie } })).text()
const seed = async (change: Parameters<typeof placed>[1], state: Domain['state'] = 'registered') => {
  const { connection, order } = await placed(harness.deps.store, change)
  const domain = aDomain(connection.id, { name: order.terms.domain, unicodeName: order.terms.unicodeName, state })
  await harness.deps.store.domains.save(domain)
  return { order, domain }
}
const before = (ms: number): Date => new Date(harness.deps.clock.now().getTime() - ms)

test('where nothing is wrong it says so, and shows no number', async () => {
  const page = await open()
  expect(page).toContain('None: no error is in the action log.')
  expect(page).toContain('Nothing.')
  expect(page).not.toContain('<strong>')
  expect(page).toContain('Done today: 0')
  expect(page).toContain('No registry has decided anything yet.')
})

test('what waits for a person is counted, and leads to its list', async () => {
  const { store } = harness.deps
  await seed({ order: { status: 'uncertain' }, request: { state: 'uncertain' } })
  await seed({ order: { status: 'refused' }, request: { state: 'settled' } }, 'failed')
  for (const stage of ['unrecognised', 'unrecognised', 'quarantined'] as const) {
    const { id } = await store.mails.accept(aMail(harness.connection.id))
    await store.mails.finish(id, { stage, reason: null, verdict: null, replies: [], orders: [] })
  }
  const page = await open()
  expect(page).toContain('<a href="/domains?status=Error"><strong>1</strong> domains in Error</a>')
  expect(page).toContain('<strong>2</strong> mails not recognised')
  expect(page).toContain('<strong>1</strong> mails in quarantine')
  expect(page).toMatch(/<li class="alarm">(?:(?!<li).)*<strong>1<\/strong> orders uncertain/)
  expect(page).not.toContain('mails ambiguous')
})

test('an error shows its cause, what its domain is now, and the way to its entry of the log', async () => {
  const { store, clock } = harness.deps
  const { order, domain } = await seed({ order: { status: 'refused' } })
  const action = { at: clock.now(), level: 'error', actor: 'registry', event: 'order.refused' } as const
  await store.transaction((tables) =>
    tables.actions.append([
      { ...action, text: `refused: ${HOSTILE}`, domain: domain.name, orderId: order.id, mailId: 'm' },
    ]),
  )
  const page = await open()
  expect(page).toContain('refused: &lt;script&gt;')
  expect(page).not.toContain('\u202e')
  const [entry = ''] = /href="(\/domains\/[^"]+#action-\d+)">log entry/.exec(page)?.slice(1) ?? []
  expect(page).toContain('is now</span> <span class="badge good">Registered</span>')
  expect(page).toContain(`href="/orders/${order.id}">order</a>`)
  expect(await open(entry.split('#')[0])).toContain(`id="${entry.split('#')[1]}"`)
})

test('what takes longer than usual, what was done today, and the days before', async () => {
  const late = await seed({
    request: { state: 'sent', sentAt: before(2 * DAY), overdueAt: before(1), repliedAt: null },
    order: { status: 'sent', createdAt: before(2 * DAY) },
  })
  // The clock stands at ten in UTC: midnight in Berlin was eleven hours ago.
  const done = await seed({
    order: { status: 'done', updatedAt: before(10 * 3_600_000), createdAt: before(0) },
  })
  const yesterday = await seed({ order: { status: 'done', updatedAt: before(12 * 3_600_000) } })
  const page = await open()
  expect(page).toContain(`<a href="/orders/${late.order.id}">register ${late.domain.unicodeName}</a>`)
  expect(page).toContain('sent <time')
  expect(page).toContain('Done today: 1')
  expect(page).toContain(`href="/orders/${done.order.id}"`)
  expect(page).not.toContain(`href="/orders/${yesterday.order.id}"`)
  const rows = [...page.matchAll(/<th scope="row">(\d{4}-\d\d-\d\d)<\/th><td>(\d+)<\/td>/g)]
  expect(rows).toHaveLength(14)
  expect(rows.reduce((sum, [, , count]) => sum + Number(count), 0)).toBeGreaterThan(3)
})

test('how long registries take is said in words beside its bar', async () => {
  await seed({
    order: { status: 'done' },
    request: { state: 'settled', sentAt: before(5_400_000), repliedAt: before(0) },
  })
  expect(await open()).toContain('<td data-label="Half within">1 h 30 min</td>')
})
