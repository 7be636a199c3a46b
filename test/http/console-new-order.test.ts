import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ACTIONS } from '../../src/core/action.js'
import { addConnection } from '../../src/flows/manage-connections.js'
import { setPrice } from '../../src/flows/set-price.js'
import { questionsOf } from '../../src/http/console/orders/order-questions.js'
import { orderForm } from '../../src/http/order-form.js'
import { addUser, ORIGIN, postForm, signIn } from './console-client.js'
import { call, type Harness, openHarness, place } from './harness.js'

const PATH = '/orders/new'
const HOSTILE = '<script>alert("x")</script>\u202e'
const PASSWORD = 'Xy7-gH2_kQ'

let harness: Harness
const cookies: Record<string, string> = {}
let names = 0

beforeAll(async () => {
  harness = await openHarness()
  for (const role of ['viewer', 'operator'] as const) {
    await addUser(harness, role, role)
    cookies[role] = await signIn(harness, role)
  }
  await addConnection(harness.deps, { title: 'By hand', profile: 'manual', tlds: ['com'], mode: 'live' }, 'cli')
  await setPrice(harness.deps, {
    tld: 'de',
    action: 'register',
    price: { amount: '9.90', currency: 'EUR' },
    actor: 'cli',
  })
})
afterAll(() => harness.close())

const open = async (path: string, as = 'operator'): Promise<string> =>
  (await harness.app.request(path, { headers: { cookie: cookies[as] ?? '' } })).text()

type Fields = Record<string, string>
const send = async (step: string, fields: Fields, go = 'next') => {
  const headers = { origin: ORIGIN, cookie: cookies['operator'] ?? '' }
  const answer = await postForm(harness, PATH, { ...fields, step, go }, { headers })
  return { status: answer.status, to: answer.headers.get('location'), page: await answer.text() }
}
const heading = (page: string): string => /<h2 id="step">([^<]*)/.exec(page)?.[1] ?? ''
/** What the page would send again unseen. */
const hiddenOn = (page: string): Fields =>
  Object.fromEntries(
    [...page.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  )
/** What stands beside a field. */
const besideOf = (page: string, name: string): string =>
  new RegExp(`id="${name.replaceAll('.', '\\.')}-problem">([^<]*)`).exec(page)?.[1] ?? ''

const newName = (): string => `form-${++names}.de`
const first = (change: Fields = {}): Fields => ({
  ...{ 'account.id': 'cust-7', 'account.type': 'provider', action: 'register', domain: newName() },
  ...change,
})
const HOLDER = { 'contacts.holder.handle': 'DENIC-1234-MUSTER' }
const HOSTS = { nameservers: 'ns1.example.net\r\nns2.example.org' }
/** All answers for a registration up to its preview. */
const previewed = async (change: Fields = {}): Promise<{ domain: string; fields: Fields; page: string }> => {
  const start = hiddenOn(await open(PATH))
  const answers: Fields = {
    ...start,
    ...first(),
    billingOrderId: start['billingOrderId'] ?? '',
    ...HOLDER,
    ...HOSTS,
    ...change,
  }
  const { page } = await send('fields', answers)
  return { domain: answers['domain'] ?? '', fields: hiddenOn(page), page }
}
const ordersOf = async (domain: string) =>
  (await harness.deps.store.orders.list({ domain }, { limit: 9, cursor: null })).items

describe('the way of an order', () => {
  test('leads from what is wanted over its fields and a preview to one order, under the name of who placed it', async () => {
    const start = await open(PATH)
    expect(heading(start)).toBe('What and for whom')
    const wanted = { ...hiddenOn(start), ...first({ domain: 'Bücher-Müller.de' }) }
    const fields = await send('first', wanted)
    expect([fields.status, heading(fields.page)]).toEqual([200, 'What it says'])
    expect(fields.page).toContain('Empty: that of the TLD, 9.90 EUR.')
    const typed = { ...hiddenOn(fields.page), billingOrderId: wanted['billingOrderId'] ?? '', ...HOLDER, ...HOSTS }
    const preview = await send('fields', typed)
    expect([preview.status, heading(preview.page)]).toEqual([200, 'Preview'])
    for (const words of ['1 order: 1 signed mail to robot@registry.example', '9.90 EUR in all', 'At once'])
      expect(preview.page).toContain(`<dd>${words}</dd>`)
    expect(preview.page).toMatch(/<pre>[^<]*xn--bcher-mller-[^<]*DENIC-1234-MUSTER/)
    expect(await ordersOf('xn--bcher-mller-thb2c.de')).toEqual([])
    const sent = hiddenOn(preview.page)
    const answers = await Promise.all([send('preview', sent), send('preview', sent)])
    const [order, ...others] = (
      await harness.deps.store.orders.list({ accountId: 'cust-7' }, { limit: 9, cursor: null })
    ).items
    expect(others).toEqual([])
    for (const { status, to } of answers) expect([status, to]).toEqual([303, `/orders/${order?.id}`])
    expect(order).toMatchObject({
      status: 'queued',
      terms: {
        ...{ origin: 'control-centre', billingOrderId: `console-${sent['key']}`, unicodeName: 'bücher-müller.de' },
        price: { amount: '9.90', currency: 'EUR' },
        nameservers: [{ host: 'ns1.example.net' }, { host: 'ns2.example.org' }],
        contacts: { holder: [{ handle: 'DENIC-1234-MUSTER' }] },
      },
    })
    const { items } = await harness.deps.store.actions.list({ orderId: order?.id ?? '' }, { limit: 9, cursor: null })
    expect(items.at(-1)).toMatchObject({ event: 'order.placed', actor: 'user:operator' })
    expect(await open(`/orders/${order?.id}`)).toMatch(/was ordered(\.| before by this form)/)
  })

  test('a form that was sent, and is sent with other contents, orders nothing more', async () => {
    const { domain, fields } = await previewed()
    expect((await send('preview', fields)).status).toBe(303)
    const again = await send('preview', { ...fields, notify: 'other@example.net' })
    expect([again.status, heading(again.page)]).toEqual([422, 'What it says'])
    expect(again.page).toContain('This form was sent before with other contents')
    expect(await ordersOf(domain)).toHaveLength(1)
  })

  test("a customer's order waits for its payment, unless it is paid", async () => {
    const waiting = await previewed({ 'account.type': 'customer' })
    expect(waiting.page).toContain('<dd>Once it is paid</dd>')
    await send('preview', waiting.fields)
    expect(await ordersOf(waiting.domain)).toMatchObject([{ status: 'awaiting-payment', paidAt: null }])
    const paid = await previewed({ 'account.type': 'customer', paid: 'yes' })
    expect(paid.page).toContain('<dd>At once</dd>')
    await send('preview', paid.fields)
    expect(await ordersOf(paid.domain)).toMatchObject([{ status: 'queued', paidAt: harness.deps.clock.now() }])
  })

  test('back leads to the step before, complains of nothing and keeps what was typed', async () => {
    const { fields } = await previewed()
    const back = await send('preview', fields, 'back')
    expect([back.status, heading(back.page)]).toEqual([200, 'What it says'])
    expect(back.page).toContain('ns1.example.net\nns2.example.org</textarea>')
    const further = await send('fields', { ...fields, ...hiddenOn(back.page) }, 'back')
    expect([further.status, heading(further.page)]).toEqual([200, 'What and for whom'])
    expect(further.page).toContain(`value="${fields['domain']}"`)
    expect(further.page).not.toContain('role="alert"')
  })
})

describe('what is wrong stands beside its field', () => {
  test.each([
    ['account.type', { 'account.type': '' }, 'Must be one of: customer, provider'],
    ['account.email', { 'account.email': 'nobody' }, 'Must be one e-mail address'],
    ['action', { action: 'renew' }, 'The registry renews by itself'],
    ['domain', { domain: 'no domain' }, 'white space'],
    ['domain', { domain: 'x.museum' }, 'Its TLD belongs to no connection'],
    ['connection', { connection: 'gone' }, 'Is none of: '],
  ] as [string, Fields, string][])('in the first step: %s', async (name, change, words) => {
    const answer = await send('first', first(change))
    expect([answer.status, heading(answer.page)]).toEqual([422, 'What and for whom'])
    expect(besideOf(answer.page, name).toLowerCase()).toContain(words.toLowerCase())
  })

  test.each([
    ['nameservers', { nameservers: 'ns1.example.net\nns2..example.net' }, '2: '],
    ['contacts.holder.handle', { 'contacts.holder.handle': '' }, 'names no holder'],
    ['contacts.holder.handle', { 'contacts.holder.handle': 'MUSTER' }, 'handle'],
    ['billingOrderId', { billingOrderId: '' }, 'Is missing'],
    ['notify', { notify: 'nobody' }, 'Must be one e-mail address'],
    ['price.amount', { 'price.amount': 'ten', 'price.currency': 'EUR' }, 'Must be an amount in digits'],
    ['price.currency', { 'price.amount': '10' }, 'Is missing'],
    ['dnssec', { dnssec: '257 3 13' }, '1: '],
  ] as [string, Fields, string][])('in the second: %s', async (name, change, words) => {
    const answer = await send('fields', { ...first(), billingOrderId: 'x', ...HOLDER, ...HOSTS, ...change })
    expect([answer.status, heading(answer.page)]).toEqual([422, 'What it says'])
    expect(besideOf(answer.page, name).toLowerCase()).toContain(words.toLowerCase())
  })

  test('what keeps the domain from it leads back to the domain', async () => {
    const domain = newName()
    const { id } = await place(harness.app, { domain })
    const answer = await send('fields', { ...first({ domain }), billingOrderId: 'x', ...HOLDER, ...HOSTS })
    expect([answer.status, heading(answer.page)]).toEqual([422, 'What and for whom'])
    expect(besideOf(answer.page, 'domain')).toBe(`Has the open order ${id}.`)
  })

  test('what comes in a hidden field is looked at again, and shown as text', async () => {
    const { domain, fields } = await previewed()
    for (const change of [{ notify: HOSTILE }, { 'contacts.holder.handle': HOSTILE }]) {
      const answer = await send('preview', { ...fields, ...change })
      expect([answer.status, heading(answer.page)]).toEqual([422, 'What it says'])
      expect(answer.page).not.toMatch(/<script|\u202e/)
    }
    expect((await send('preview', { ...fields, key: 'no key at all' })).status).toBe(422)
    expect((await send('preview', {})).status).toBe(422)
    expect(await ordersOf(domain)).toEqual([])
  })

  test('an account that is markup is text on every step', async () => {
    const { page } = await previewed({ 'account.id': HOSTILE.slice(0, -1) })
    expect(heading(page)).toBe('Preview')
    expect(page).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; (provider)')
    expect(page).not.toContain('<script')
  })
})

describe('an action asks for what it has', () => {
  test.each([
    ['restore', []],
    ['close', ['contacts.holder.handle']],
    ['transit', ['disconnect']],
    ['transfer', ['nameservers', 'contacts.holder.handle', 'contacts.abuse.handle', 'records', 'dnssec']],
    ['create-contact', ['contacts.holder.name', 'contacts.holder.country', 'contacts.holder.uriTemplate']],
  ])('%s', async (action, wanted) => {
    const { page } = await send('first', first({ action }))
    const asked = [...page.matchAll(/<(?:input|textarea|select)[^>]* name="([a-zA-Z.-]+)"/g)].map(
      ([, name = '']) => name,
    )
    for (const name of wanted) expect(asked).toContain(name)
    const own = ['nameservers', 'records', 'dnssec', 'disconnect', 'period.years', 'contacts.holder.handle']
    for (const name of own.filter((one) => !wanted.includes(one) && action !== 'create-contact'))
      expect(asked).not.toContain(name)
    expect(asked).not.toContain('contacts.tech.name')
    expect(asked).not.toContain('authInfo')
  })

  test('there is no field of any form of any registry that the console does not ask for', () => {
    const common = [
      'billingOrderId',
      'account',
      'origin',
      'action',
      'domain',
      'paid',
      'notify',
      'price',
      'agreement',
      'connection',
    ]
    for (const profile of harness.deps.profiles.values()) {
      // An account is its profile's own.
      const own = profile.samples.find(({ input }) => input !== undefined)?.input?.connection
      const connection = own ?? harness.connection
      for (const action of ACTIONS.filter((one) => profile.capabilities[one].supported)) {
        const form = orderForm({ profile, connection }, action, { version: 'x' })
        const { fields, contacts } = questionsOf(form, action)
        const about = `${profile.id} ${action}`
        const asked = Object.keys(form.properties).filter((name) => !common.includes(name) && name !== 'contacts')
        const skipped = asked.filter((name) => !fields.has(name as never))
        expect(
          skipped.filter((name) => name !== 'period' || form.required.includes(name)),
          about,
        ).toEqual([])
        expect(contacts.length > 0, about).toBe('contacts' in form.properties)
      }
    }
  })

  test('a contact is given by its data, street by lines, and several by their handles', async () => {
    const data = {
      handle: 'DENIC-1234-NEU',
      name: 'Gerda Beispiel',
      street: 'Weg 1\r\nHof',
      postalCode: '10115',
      city: 'Berlin',
    }
    const contact = { ...data, country: 'DE', email: 'gerda@example.net', type: 'person' }
    const typed = Object.entries(contact).map(([field, value]) => [`contacts.holder.${field}`, value])
    const answers = { ...first({ action: 'create-contact' }), billingOrderId: 'c', ...Object.fromEntries(typed) }
    const wrong = await send('fields', { ...answers, 'contacts.holder.country': 'XX' })
    expect(besideOf(wrong.page, 'contacts.holder.country')).toContain('the code of no country')
    const { page } = await send('fields', answers)
    expect(page).toContain('Gerda Beispiel')
    expect((await send('preview', hiddenOn(page))).status).toBe(303)
    expect((await ordersOf(answers['domain'] ?? ''))[0]?.terms.contacts).toEqual({
      holder: [{ ...contact, street: ['Weg 1', 'Hof'] }],
    })
    const two = await previewed({ 'contacts.holder.handle': 'DENIC-1234-EINS, DENIC-1234-ZWEI' })
    await send('preview', two.fields)
    expect((await ordersOf(two.domain))[0]?.terms.contacts['holder']).toEqual([
      ...[{ handle: 'DENIC-1234-EINS' }, { handle: 'DENIC-1234-ZWEI' }],
    ])
  })

  test('what people carry out is shown as their ticket', async () => {
    const answers = {
      ...first({ domain: 'by-hand.com' }),
      billingOrderId: 't',
      ...HOSTS,
      'contacts.holder.name': 'Gerda',
    }
    const { page } = await send('fields', answers)
    expect(page).toContain('<dd>1 order: 1 ticket for people</dd>')
    expect(page).toContain('Gerda')
    expect((await send('preview', hiddenOn(page))).status).toBe(303)
    expect(await ordersOf('by-hand.com')).toMatchObject([{ status: 'queued' }])
  })
})

describe('the AuthInfo', () => {
  test('is asked for on the last page, sent once, and on no page', async () => {
    const { domain, fields, page } = await previewed({ action: 'transfer' })
    expect(heading(page)).toBe('Preview')
    expect(page).toMatch(/<input[^>]* name="authInfo"[^>]* type="password" value=""/)
    expect(page).toContain('********')
    const missing = await send('preview', { ...fields, authInfo: '' })
    expect([missing.status, heading(missing.page), besideOf(missing.page, 'authInfo')]).toEqual([
      ...[422, 'Preview', expect.stringContaining('Is empty')],
    ])
    const wrong = await send('preview', { ...fields, authInfo: `${PASSWORD} ${PASSWORD}` })
    expect(besideOf(wrong.page, 'authInfo')).toContain('8 to 16 visible ASCII characters')
    expect(wrong.page).not.toContain(PASSWORD)
    const done = await send('preview', { ...hiddenOn(wrong.page), authInfo: PASSWORD })
    expect(done.status).toBe(303)
    const [order] = await ordersOf(domain)
    expect(order?.terms.authInfo).toBe(PASSWORD)
    for (const path of [done.to ?? '', `/domains/${domain}`]) expect(await open(path)).not.toContain(PASSWORD)
  })

  test('that may be left out is asked for where it is wanted alone', async () => {
    const domain = newName()
    const { id } = await place(harness.app, { domain })
    const [order, known] = [await harness.deps.store.orders.get(id ?? ''), await harness.deps.store.domains.get(domain)]
    if (order === null || known === null) throw new Error('the order is gone')
    await harness.deps.store.orders.update({ ...order, status: 'done' })
    await harness.deps.store.domains.save({ ...known, state: 'registered', detail: 'connected' })
    const answers = { ...first({ domain, action: 'create-authinfo' }), billingOrderId: 'a' }
    expect((await send('first', answers)).page).toContain('name="withAuthInfo"')
    const letter = (await send('fields', answers)).page
    expect([heading(letter), letter.includes('name="authInfo"')]).toEqual(['Preview', false])
    const own = (await send('fields', { ...answers, withAuthInfo: 'yes' })).page
    expect(own).toContain('name="authInfo"')
    expect((await send('preview', { ...hiddenOn(own), authInfo: PASSWORD })).status).toBe(303)
    expect(await ordersOf(domain)).toMatchObject([{ terms: { authInfo: PASSWORD } }, {}])
  })
})

describe('the agreement', () => {
  const patch = (agreement: unknown) =>
    call(harness.app, 'PATCH', `/v1/connections/${harness.connection.id}`, { body: { agreement } })
  beforeEach(() => patch({ text: 'You agree <b>.' }))
  afterAll(() => patch(null))

  test('is shown, has to be accepted, and its acceptance is kept with the time of it', async () => {
    const refused = await send('fields', { ...first(), billingOrderId: 'g', ...HOLDER, ...HOSTS })
    expect(refused.page).toContain('<pre>You agree &lt;b&gt;.</pre>')
    expect(refused.page).toContain('Has to be accepted: show it to whom it binds, then tick this.')
    const version = hiddenOn(refused.page)['agreement.version'] ?? ''
    const accepted = { 'agreement.version': version, 'agreement.accepted': 'yes', 'agreement.acceptedBy': 'Gerda' }
    const { domain, fields, page } = await previewed(accepted)
    expect(heading(page)).toBe('Preview')
    const at = harness.deps.clock.now().toISOString()
    await send('preview', fields)
    const [order] = await ordersOf(domain)
    expect(order?.terms.agreement).toEqual({ version, acceptedBy: 'Gerda', acceptedAt: at })
  })

  test('of another text in the meantime has to be accepted anew', async () => {
    const { page } = await send('first', first())
    const version = hiddenOn(page)['agreement.version'] ?? ''
    await patch({ text: 'You agree to more.' })
    const again = await previewed({
      'agreement.version': version,
      'agreement.accepted': 'yes',
      'agreement.acceptedBy': 'G',
    })
    expect(heading(again.page)).toBe('What it says')
    expect(again.page).toContain('Is not the agreement as it is now')
    expect(again.page).toContain('<pre>You agree to more.</pre>')
    expect(again.page).not.toMatch(/name="agreement\.accepted"[^>]* checked/)
  })
})

describe('where it begins', () => {
  test('operators find it beside the list of domains, on each of them, and in the checklist of a connection in test mode', async () => {
    await place(harness.app, { domain: 'known.de' })
    expect(await open('/domains')).toContain('href="/orders/new"')
    expect(await open('/domains/known.de')).toContain('href="/orders/new?domain=known.de"')
    expect(await open(`${PATH}?domain=known.de`)).toContain('value="known.de"')
    for (const path of ['/domains', '/domains/known.de']) expect(await open(path, 'viewer')).not.toContain(PATH)
    const test = { title: 'Trial', profile: 'manual', tlds: ['net'], mode: 'test' }
    const { id } = await addConnection(harness.deps, test, 'cli')
    expect(await open(`/connections/${id}`)).toContain(`href="/orders/new?connection=${id}"`)
    expect(await open(`/connections/${id}`, 'viewer')).not.toContain(PATH)
    const form = await open(`${PATH}?connection=${id}`)
    expect(form).toContain(`<option value="${id}" selected`)
    expect(form).toContain('<option value="provider" selected')
    expect(await open(`${PATH}?connection=gone&domain=${encodeURIComponent(HOSTILE)}`)).not.toMatch(/<script|\u202e/)
  })
})
