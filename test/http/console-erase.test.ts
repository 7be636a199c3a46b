import { afterAll, beforeAll, expect, test } from 'vitest'
import { addUser, ORIGIN, postForm, signIn } from './console-client.js'
import { call, type Harness, openHarness, place } from './harness.js'

const HOSTILE = '<script>alert("x")</script>\u202e'

let harness: Harness
const cookies: Record<string, string> = {}

beforeAll(async () => {
  harness = await openHarness()
  for (const role of ['admin', 'operator'] as const) {
    await addUser(harness, role, role)
    cookies[role] = await signIn(harness, role)
  }
})
afterAll(() => harness.close())

const open = async (path: string, as = 'admin'): Promise<string> =>
  (await harness.app.request(path, { headers: { cookie: cookies[as] ?? '' } })).text()
const erase = (domain: string, name: string) =>
  postForm(
    harness,
    `/domains/${domain}/erase`,
    { name },
    { headers: { origin: ORIGIN, cookie: cookies['admin'] ?? '' } },
  )
const get = (id: string) => harness.deps.store.orders.get(id)

/** An order that was cancelled, of an account with an address. */
const over = async (domain: string, accountId = 'cust-7'): Promise<string> => {
  const account = { id: accountId, type: 'customer', email: 'gerda@secret.example' }
  const { id = '' } = await place(harness.app, { domain, account })
  await call(harness.app, 'POST', `/v1/orders/${id}/cancel`)
  return id
}

test('what goes and what stays is shown first, to administrators alone, and nothing is erased by it', async () => {
  const id = await over('first.de', HOSTILE)
  const open1 = await place(harness.app, { domain: 'first.de' })
  expect(await open('/domains/first.de')).toContain('href="/domains/first.de/erase"')
  expect(await open('/domains/first.de', 'operator')).not.toContain('/erase')
  const page = await open('/domains/first.de/erase')
  expect(page).toContain(`href="/orders/${id}"`)
  expect(page).toContain('orders: contacts, addresses, AuthInfo (1)')
  expect(page).toContain(`Order ${open1['id']} is awaiting-payment: the registry may still need its data`)
  expect(page).not.toMatch(/<script|\u202e/)
  expect((await get(id))?.erasedAt).toBeNull()
})

test('it takes the name of the domain, is done once, and says what was done', async () => {
  const id = await over('second.de')
  await erase('second.de', 'other.de')
  expect(await open('/domains/second.de/erase')).toContain(
    'Nothing was erased: to erase, write the name of the domain, second.de.',
  )
  expect((await get(id))?.erasedAt).toBeNull()
  const answer = await erase('second.de', ' Second.DE ')
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/domains/second.de'])
  const page = await open('/domains/second.de')
  expect(page).toContain('The personal data of 1 order was erased, for good.')
  expect(page).toContain('<li>orders: contacts, addresses, AuthInfo (1)</li>')
  expect(page).toContain('personal data erased</span>')
  expect(page).toContain('user:admin')
  expect((await get(id))?.terms.account.email).toBeNull()
  await erase('second.de', 'second.de')
  expect(await open('/domains/second.de')).toContain('Nothing was erased: no order has data left that can go now.')
  expect(await open('/domains/second.de/erase')).not.toContain('<form method="post" action="/domains')
})

test('an order that failed is offered to be tried again until its data is erased', async () => {
  const { id = '' } = await place(harness.app, { domain: 'third.de' })
  const [order, domain] = [await get(id), await harness.deps.store.domains.get('third.de')]
  if (order === null || domain === null) throw new Error('the order is gone')
  await harness.deps.store.orders.update({ ...order, status: 'refused' })
  await harness.deps.store.domains.save({ ...domain, state: 'failed', detail: 'error' })
  const confirm = `/pending/confirm?verb=retry&order=${id}`
  for (const path of ['/domains/third.de', `/orders/${id}`]) expect(await open(path)).toContain(`/orders/${id}/retry`)
  expect(await open(confirm)).toContain('Retry: 1 of 1 orders')
  await erase('third.de', 'third.de')
  for (const path of ['/domains/third.de', `/orders/${id}`])
    expect(await open(path)).not.toContain(`/orders/${id}/retry`)
  expect(await open(confirm)).toContain('Retry: 0 of 1 orders')
})

test('a domain that has left is erased by itself where no order on it has data', async () => {
  const id = await over('fifth.de')
  await erase('fifth.de', 'fifth.de')
  const domain = await harness.deps.store.domains.get('fifth.de')
  if (domain === null) throw new Error(`the domain of order ${id} is gone`)
  const account = { id: 'cust-8', type: 'customer' as const, email: 'eight@secret.example' }
  await harness.deps.store.domains.save({ ...domain, owner: { account, since: domain.since.toISOString() } })
  expect(await open('/domains/fifth.de/erase')).toContain('domains that have left: contacts, address of the owner (1)')
  await erase('fifth.de', 'fifth.de')
  expect(await open('/domains/fifth.de')).toContain('The personal data of the domain was erased, for good.')
  expect((await harness.deps.store.domains.get('fifth.de'))?.owner?.account.email).toBeNull()
})
