import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aConnectionFile, REPLY_TO, ROBOT } from '../helpers/gateway.js'
import { type Answer, call, type Harness, openHarness } from '../http/harness.js'
import { FOREIGN_FIELDS, isUnseen, OBJECTS } from './injections.js'
import { expectRefusal, FIELDS, names, preview, type Sent, sentBy, spoiled } from './outbound-checks.js'
import { at, textsIn, withAt } from './string-fields.js'

let harness: Harness
beforeAll(async () => {
  harness = await openHarness()
  Object.assign(harness.deps, { env: { PASSPHRASE: 'not needed' } })
})
afterAll(() => harness.close())

/** A connection with all that one can say. */
const FILE = aConnectionFile({
  title: 'Second account',
  tlds: ['com'],
  registry: { to: ROBOT, from: 'domains@hoster.example', replyTo: `second-${REPLY_TO}`, test: 'test@registry.example' },
  relay: {
    host: '127.0.0.1',
    port: 2526,
    tls: 'starttls',
    user: 'hoster',
    passwordEnv: 'RELAY_PASSWORD',
    ca: 'ca.pem',
  },
  signing: { scheme: 'openpgp-clear', key: 'ed25519.sec.asc', passphraseEnv: 'PASSPHRASE' },
  trust: {
    keys: [
      'rsa2048.pub.asc',
      { file: 'rsa2048.pub.asc', notBefore: '2026-01-01', notAfter: '2036-01-01', names: [ROBOT] },
    ],
    schemes: ['openpgp-clear'],
    maxAge: '7d',
    weak: ['sha1'],
    senderChecks: 'off',
  },
  checkEvery: '1h',
  defaults: {
    nameservers: ['ns1.example.net', { host: 'ns2.example.net', addresses: ['192.0.2.1'] }],
    contacts: { abuse: { handle: 'DENIC-1234-ABUSE' }, 'general-request': { handle: 'DENIC-1234-GENERAL' } },
  },
  support: { name: 'Support', email: 'support@example.net' },
})

const ORDER = {
  billingOrderId: 'INV-1',
  account: { id: 'cust-7', type: 'customer' },
  action: 'register',
  domain: 'example.de',
  nameservers: [{ host: 'ns1.example.net' }, { host: 'ns2.example.org' }],
  contacts: { holder: { handle: 'DENIC-1234-MUSTER' } },
}

const KEYS = [
  ...['Version', 'Action', 'Ctid', 'Domain', 'Domain-Ace', 'Holder', 'Generalrequest', 'Abusecontact'],
  ...['Nserver', 'Nserver'],
]

const add = (file: unknown): Promise<Answer> => call(harness.app, 'POST', '/v1/connections', { body: file })

/** What an order through this connection would send, or the answer that refuses it; the connection is gone afterwards. */
const sendThrough = async ({ status, json, text }: Answer): Promise<Sent | Answer> => {
  expect(status, text).toBe(201)
  try {
    const answer = await preview(harness, { ...ORDER, connection: json['id'] })
    return answer.status === 200 ? await sentBy(answer) : answer
  } finally {
    expect((await call(harness.app, 'DELETE', `/v1/connections/${json['id']}`)).status).toBe(204)
  }
}

/** Header and envelope as the connection says, and nothing else. A default is judged with the order that it is used in. */
const expectAddresses = (result: Sent | Answer, file: unknown, field: string): void => {
  if ('status' in result) {
    expect(result.status).toBe(422)
    expect(names(result, field.replace(/^\/defaults(.*)\/handle$/, '$1')), result.text).toBe(true)
    return
  }
  const { envelope, mail } = result
  const { from, to, replyTo } = at(file, '/registry') as Record<string, string>
  const domain = replyTo?.split('@')[1]?.toLowerCase()
  expect(mail.fields).toEqual(FIELDS)
  expect(mail).toMatchObject({ from: [from], to: [to], replyTo: [replyTo], others: [] })
  expect(envelope).toEqual({ from: `bounce+preview@${domain}`, to: [to] })
}

describe('every text of a connection', () => {
  test('as it should be, makes requests', async () => {
    const sent = await sendThrough(await add(FILE))
    expectAddresses(sent, FILE, '')
    expect(sent).toMatchObject({ mail: { keys: KEYS } })
  })

  test.each(textsIn(FILE))(
    '%s: refused by its name, or what it says and no more in the mail',
    async (field) => {
      for (const { injection, value } of spoiled(at(FILE, field))) {
        const file = withAt(FILE, field, value)
        const answer = await add(file)
        if (answer.status !== 201) expectRefusal(answer, field, injection)
        else {
          expect(isUnseen(injection), `accepted ${JSON.stringify(value)}`).toBe(false)
          expectAddresses(await sendThrough(answer), file, field)
        }
      }
      for (const value of OBJECTS) expect((await add(withAt(FILE, field, value))).status).toBe(422)
    },
    120_000,
  )

  test.each(FOREIGN_FIELDS)('a field %s is none', async (name) => {
    const answer = await add({ ...FILE, [name]: OBJECTS[0] })
    expect({ status: answer.status, named: names(answer, `/${name}`) }).toEqual({ status: 422, named: true })
  })
})
