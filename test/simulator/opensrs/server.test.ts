import { createHash } from 'node:crypto'
import { request } from 'node:https'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { makeServerCertificate } from '../../../src/simulator/certificate.js'
import { parseServerBehaviour, SERVER_BEHAVIOURS } from '../../../src/simulator/server-behaviours.js'
import { type ServerSimulator, startServerSimulator } from '../../../src/simulator/server-simulator.js'

const { key, certificate } = makeServerCertificate(['127.0.0.1'])
const SECRET = 'f00f'
let simulator: ServerSimulator

beforeAll(async () => {
  simulator = await startServerSimulator({
    ...{ protocol: 'opensrs', listen: { host: '127.0.0.1', port: 0 }, key: `${key}${certificate}` },
    ...{ trust: `\nhoster ${SECRET}\n`, lateMs: 30, seed: { taken: ['gone.com'] } },
  })
})
afterEach(() => simulator.behave('honest'))
afterAll(() => simulator.close())

/** The codes and words of an answer by their keys; null where there was none. */
const call = (action: string, attributes: string, secret = SECRET): Promise<Record<string, string> | null> => {
  const body = `<OPS_envelope><body><data_block><dt_assoc><item key="action">${action}</item><item key='object'>DOMAIN</item><item key="attributes"><dt_assoc>${attributes}</dt_assoc></item></dt_assoc></data_block></body></OPS_envelope>`
  const md5 = (text: string) => createHash('md5').update(text).digest('hex')
  const headers = { 'X-Username': 'hoster', 'X-Signature': md5(md5(body + secret) + secret) }
  return new Promise((resolve) => {
    const sent = request(
      { host: '127.0.0.1', port: simulator.port, method: 'POST', headers, ca: certificate, agent: false },
      async (response) => {
        let text = ''
        for await (const chunk of response) text += String(chunk)
        const found = [...text.matchAll(/<item key='([^']*)'>([^<]*)<\/item>/g)]
        resolve({
          http: String(response.statusCode),
          text,
          ...Object.fromEntries(found.map(([, name, value]) => [name, value])),
        })
      },
    )
    sent.once('error', () => resolve(null))
    sent.end(body)
  })
}

const item = (name: string, value: string) => `<item key="${name}">${value}</item>`
const CONTACT = ['first_name', 'last_name', 'org_name', 'address1', 'city', 'state', 'postal_code', 'country', 'email']
const contact = (phone: string) =>
  `<dt_assoc>${CONTACT.map((name) => item(name, 'x')).join('')}${item('phone', phone)}</dt_assoc>`
const orderOf = (domain: string, { type = 'new', more = '', phone = '+49.30123456' } = {}) =>
  `${item('domain', domain)}${item('reg_type', type)}${more}<item key="nameserver_list"><dt_array><item key="0"><dt_assoc>${item('name', 'ns1.example.net')}</dt_assoc></item></dt_array></item><item key="contact_set"><dt_assoc>${['owner', 'admin', 'billing'].map((role) => item(role, contact(phone))).join('')}</dt_assoc></item>`

test('registers a name, tells of it, renews it and changes its name servers', async () => {
  expect(await call('LOOKUP', item('domain', 'one.com'))).toMatchObject({ response_code: '210' })
  expect(await call('sw_register', orderOf('one.com'))).toMatchObject({ response_code: '200', is_success: '1' })
  expect(await call('LOOKUP', item('domain', 'one.com'))).toMatchObject({ response_code: '211' })
  const told = await call('GET', item('domain', 'one.com'))
  expect(told).toMatchObject({ name: 'ns1.example.net', registry_expiredate: expect.stringMatching(/^\d{4}-/) })
  const year = told?.['registry_expiredate']?.slice(0, 4) ?? ''
  const renewal = item('domain', 'one.com') + item('period', '2') + item('currentexpirationyear', year)
  expect(await call('RENEW', renewal)).toMatchObject({ response_code: '200' })
  expect(await call('RENEW', renewal)).toMatchObject({ response_code: '555' })
  const hosts = `<item key="assign_ns"><dt_array>${item('0', 'ns9.example.net')}</dt_array></item>`
  expect(await call('ADVANCED_UPDATE_NAMESERVERS', item('domain', 'one.com') + hosts)).toMatchObject({
    response_code: '200',
  })
  expect(simulator.registry.find('one.com')?.nameservers).toEqual([{ host: 'ns9.example.net', addresses: [] }])
})

test.each([
  { what: 'a name that is taken', attributes: orderOf('gone.com'), code: '485' },
  { what: 'a reserved name', attributes: orderOf('refuse-me.com'), code: '465' },
  { what: 'a contact without a phone', attributes: orderOf('two.com', { phone: '' }), code: '460' },
  { what: 'a phone in another form', attributes: orderOf('two.com', { phone: '030 1' }), code: '465' },
  {
    what: 'a transfer with another password',
    attributes: orderOf('transfer-a.com', { type: 'transfer', more: item('auth_info', 'x') }),
    code: '487',
  },
])('refuses $what', async ({ attributes, code }) => {
  expect(await call('SW_REGISTER', attributes)).toMatchObject({ response_code: code, is_success: '0' })
})

test('decides a transfer when it is asked about it for the second time', async () => {
  const more = item('auth_info', 'Ab3-xY7_kQ')
  const { id = '' } = (await call('SW_REGISTER', orderOf('transfer-b.com', { type: 'transfer', more }))) ?? {}
  expect(await call('GET_ORDER_INFO', item('order_id', id))).toMatchObject({ status: 'waiting' })
  expect(await call('GET_ORDERS_BY_DOMAIN', item('domain', 'transfer-b.com'))).toMatchObject({
    id,
    status: 'completed',
  })
  expect(simulator.registry.find('transfer-b.com')?.provider).toBe('gateway')
  expect(await call('GET_ORDER_INFO', item('order_id', '1'))).toMatchObject({ response_code: '480' })
})

test.each([
  ['submits', '250', 'completed'],
  ['declines', '250', 'declined'],
  ['undecided', '250', 'waiting'],
])('that %s answers %s, and then that the order is %s', async (behaviour, code, status) => {
  simulator.behave(parseServerBehaviour(behaviour))
  const domain = `${behaviour}.com`
  const answer = await call('SW_REGISTER', orderOf(domain))
  expect(answer).toMatchObject({ response_code: code })
  const ask = () => call('GET_ORDER_INFO', item('order_id', answer?.['id'] ?? ''))
  await ask()
  expect(await ask()).toMatchObject({ status })
  expect(simulator.registry.find(domain) === null).toBe(status !== 'completed')
})

test.each([
  ['late', 'late.com', { response_code: '200' }, true],
  ['refuse', 'never.com', { response_code: '465' }, false],
  ['silent', 'silent.com', null, false],
  ['lost-answer', 'lost.com', null, true],
  ['unknown-wording', 'odd.com', { text: 'your call is important to us' }, false],
  ['busy', 'busy.com', { response_code: '310' }, false],
  ['unknown-caller', 'who.com', { response_code: '401' }, false],
  ['unavailable', 'away.com', { http: '503' }, false],
])('that is %s', async (behaviour, domain, means, registers) => {
  simulator.behave(parseServerBehaviour(behaviour))
  const answer = await call('SW_REGISTER', orderOf(domain))
  if (means === null) expect(answer).toBeNull()
  else expect(answer).toMatchObject(means)
  expect(simulator.registry.find(domain) !== null).toBe(registers)
})

test('knows its accounts by their keys', async () => {
  expect(await call('LOOKUP', item('domain', 'one.com'), 'other')).toMatchObject({ response_code: '401' })
})

test('says which behaviours there are', () => {
  expect(() => parseServerBehaviour('unsigned')).toThrow(/no such behaviour; choose one of honest, late/)
  expect(Object.keys(SERVER_BEHAVIOURS)).toHaveLength(12)
})
