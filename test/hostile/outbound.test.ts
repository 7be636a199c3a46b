import { readdirSync, readFileSync } from 'node:fs'
import * as path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, type Harness, openHarness } from '../http/harness.js'
import { FOREIGN_FIELDS, INJECTIONS, isUnseen, OBJECTS } from './injections.js'
import { type Body, expectRefusal, FIELDS, names, preview, sentBy, spoiled } from './outbound-checks.js'
import { at, textsIn, textsOf, withAt, withoutPlaces } from './string-fields.js'

let harness: Harness
beforeAll(async () => {
  harness = await openHarness()
})
afterAll(() => harness.close())

const BASE = {
  billingOrderId: 'INV-1',
  account: { id: 'cust-7', type: 'customer', email: 'owner@example.net' },
  origin: 'store',
  action: 'register',
  domain: 'bücher-müller.de',
  period: { years: 1 },
  contacts: {
    holder: [{ handle: 'DENIC-1234-MUSTER' }, { handle: 'DENIC-1234-ZWEI' }],
    'general-request': { handle: 'DENIC-1234-GENERAL' },
    abuse: { handle: 'DENIC-1234-ABUSE' },
  },
  notify: 'owner@example.net',
  price: { amount: '9.90', currency: 'EUR' },
  agreement: { version: 'sha256:abc', acceptedBy: 'owner@example.net', acceptedAt: '2026-01-01T10:00:00Z' },
  connection: 'DENIC main account',
}
const SERVERS = [
  { host: 'ns1.bücher-müller.de', addresses: ['192.0.2.53', '2001:db8::53'] },
  { host: 'ns2.example.net' },
]

/** Orders that make requests. */
const ORDERS: Record<string, Body> = {
  'an order with name servers': {
    ...BASE,
    nameservers: SERVERS,
    dnssec: ['257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0d'],
  },
  'an order with records': { ...BASE, records: ['bücher-müller.de IN A 192.0.2.1'] },
  'a transfer': { ...BASE, action: 'transfer', nameservers: SERVERS, authInfo: 'Ab3-xY7_kQ' },
}

const CONTACT = {
  ...{ handle: 'DENIC-1234-DATA', name: 'A Name', organization: 'An Organization', street: ['A Street 1'] },
  ...{ city: 'A City', province: 'A Province', postalCode: '12345', country: 'DE', phone: '+49.301234' },
  ...{ email: 'a@example.net', uriTemplate: 'mailto:a@example.net', type: 'person' },
}
const ROLES = ['holder', 'admin', 'tech', 'zone', 'billing', 'general-request', 'abuse']

/** With all that an order can say of its contacts, which this registry takes in no request. */
const WITH_CONTACTS: Body = {
  ...BASE,
  nameservers: SERVERS,
  contacts: Object.fromEntries(ROLES.map((role) => [role, CONTACT])),
}

/** Each text once, in the first order that has it. */
const cases = Object.entries(ORDERS).flatMap(([title, body], index, all) => {
  const before = new Set(all.slice(0, index).flatMap(([, other]) => textsIn(other)))
  return textsIn(body).flatMap((field) => (before.has(field) ? [] : [{ title, body, field }]))
})

describe('every text of an order', () => {
  test('is in the orders that are tried here', async () => {
    const { json } = await call(harness.app, 'GET', '/openapi.json')
    const components = at(json, '/components/schemas') as Record<string, unknown>
    const known = textsOf(components['OrderRequest'], components)
    expect(known.length).toBeGreaterThan(90)
    const tried = new Set([...cases.map(({ field }) => field), ...textsIn(WITH_CONTACTS)].map(withoutPlaces))
    expect(known.filter((pointer) => !tried.has(pointer))).toEqual([])
  })

  test.each(cases)(
    '$title, $field: refused by its name, or harmless in the mail',
    async ({ body, field }) => {
      const clean = await sentBy(await preview(harness, body))
      expect(clean.mail.fields).toEqual(FIELDS)
      for (const { injection, value } of spoiled(at(body, field))) {
        const answer = await preview(harness, withAt(body, field, value))
        if (answer.status !== 200) expectRefusal(answer, field, injection)
        else {
          expect(isUnseen(injection), `accepted ${JSON.stringify(value)}`).toBe(false)
          expect(await sentBy(answer)).toEqual(clean)
        }
      }
      for (const value of OBJECTS) expect((await preview(harness, withAt(body, field, value))).status).toBe(422)
    },
    120_000,
  )

  test.each(textsIn(WITH_CONTACTS).filter((field) => field.startsWith('/contacts/')))(
    '%s: refused by its name',
    async (field) => {
      for (const injection of INJECTIONS.filter(isUnseen)) {
        const value = `${String(at(WITH_CONTACTS, field))}${injection}`
        const answer = await preview(harness, withAt(WITH_CONTACTS, field, value))
        expect({ status: answer.status, named: names(answer, field) }).toEqual({ status: 422, named: true })
      }
    },
  )

  test.each(FOREIGN_FIELDS)('a field %s is none', async (name) => {
    for (const value of OBJECTS) {
      const answer = await preview(harness, { ...ORDERS['an order with records'], [name]: value })
      expect({ status: answer.status, named: names(answer, `/${name}`) }).toEqual({ status: 422, named: true })
    }
  })
})

describe('the mail library', () => {
  const SRC = path.resolve(import.meta.dirname, '../../src')
  const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(
    (file) => /\.tsx?$/.test(file) && !/^(simulator|generated)\//.test(file),
  )

  /** What of it a file takes. */
  const takenBy = (file: string) =>
    [...readFileSync(path.join(SRC, file), 'utf8').matchAll(/'(nodemailer[^']*)'/g)].map(([, name]) => name)
  const TO_PEOPLE = 'smtp/notice-post.ts'

  test('composes no request: of it the gateway has what sends octets, and what puts a DKIM signature above them', () => {
    const taken = sources.filter((file) => file !== TO_PEOPLE).flatMap(takenBy)
    expect(new Set(taken)).toEqual(new Set(['nodemailer/lib/smtp-connection', 'nodemailer/lib/dkim']))
  })

  test('composes mails to people, which nobody signs', () => {
    expect(takenBy(TO_PEOPLE)).toContain('nodemailer/lib/mail-composer')
  })
})
