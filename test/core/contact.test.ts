import { describe, expect, test } from 'vitest'
import { checkContacts, defaultContacts, hasData } from '../../src/core/contact.js'
import { isCountry } from '../../src/core/country.js'
import type { Contact } from '../../src/core/domain.js'
import { type PostalRules, readPostalInfo } from '../../src/core/postal-info.js'
import { aConnection } from '../helpers/records.js'

const contact: Contact = {
  name: 'Jürgen Größe',
  organization: 'Übersee GmbH',
  street: ['Weg 1', 'Hof 2'],
  city: 'Köln',
  postalCode: '50667',
  country: 'DE',
  phone: '+49.30123456',
  email: 'juergen@example.net',
}

const longest = { name: 40, organization: 40, street: 20, city: 20, province: 20, postalCode: 10 }
const rules: PostalRules = { form: 'int', required: ['name', 'street', 'city', 'country'], longest, mostLines: 2 }

test('countries are those of ISO 3166-1', () => {
  expect(['DE', 'GB', 'US', 'AX', 'SS', 'CW'].filter(isCountry)).toHaveLength(6)
  expect(['UK', 'EU', 'XK', 'XX', 'AN', 'YU', 'de', ''].filter(isCountry)).toEqual([])
})

test('every contact of an order is checked, at its own pointer', () => {
  expect(checkContacts({ holder: [{ email: 'a@b' }, { email: 'a b@c' }] })).toMatchObject([
    { pointer: '/contacts/holder/1/email' },
  ])
  const problems = checkContacts({ holder: [contact, { ...contact, country: 'UK' }], tech: [{ phone: '030' }] })
  expect(problems.map(({ pointer }) => pointer)).toEqual(['/contacts/holder/1/country', '/contacts/tech/0/phone'])
  expect(problems[0]?.detail).toMatch(/"UK" is the code of no country.*like DE or GB/)
})

test('a handle alone is no data', () => {
  expect(hasData({ handle: 'DENIC-1-A' })).toBe(false)
  expect(hasData({ handle: 'DENIC-1-A', name: 'A' })).toBe(true)
})

describe('names and addresses as they are sent', () => {
  test('int is ASCII, loc is as it was written; the contact stays as it was', () => {
    const before = structuredClone(contact)
    const int = readPostalInfo(contact, rules, '/c')
    expect(int).toEqual({
      problems: [],
      info: {
        name: 'Juergen Groesse',
        organization: 'Uebersee GmbH',
        city: 'Koeln',
        province: null,
        postalCode: '50667',
        country: 'DE',
        street: ['Weg 1', 'Hof 2'],
      },
    })
    expect(readPostalInfo(contact, { ...rules, form: 'loc' }, '/c').info).toMatchObject({ name: 'Jürgen Größe' })
    expect(contact).toEqual(before)
  })

  test.each<[string, Contact, string, RegExp]>([
    ['what has no Latin letters', { ...contact, name: 'Иван' }, '/c/name', /"И" \(U\+0418\)/],
    ['a line of the street', { ...contact, street: ['Weg 1', '株'] }, '/c/street/1', /U\+682A/],
    ['what grows too long', { ...contact, city: 'Ä'.repeat(11) }, '/c/city', /22 characters as it is sent; at most 20/],
    ['too many lines', { ...contact, street: ['a', 'b', 'c'] }, '/c/street', /3 lines; at most 2/],
    ['a missing city', (({ city: _, ...rest }) => rest)(contact), '/c/city', /wants the city; add it/],
    ['an empty street', { ...contact, street: [] }, '/c/street', /wants the street/],
    ['a blank at the end', { ...contact, name: 'A ' }, '/c/name', /blank/],
  ])('%s', (_, given, pointer, detail) => {
    expect(readPostalInfo(given, rules, '/c').problems).toEqual([{ pointer, detail: expect.stringMatching(detail) }])
  })

  test("a registry's own letters", () => {
    expect(readPostalInfo(contact, { ...rules, letters: { ü: 'u' } }, '/c').info.name).toBe('Jurgen Groesse')
  })
})

test('defaults are one contact or a list, by role, of this connection alone', () => {
  const one = aConnection({
    defaults: { nameservers: [], contacts: { tech: { handle: 'T' }, zone: [{ handle: 'Z' }] } },
  })
  expect(defaultContacts(one, 'tech')).toEqual([{ handle: 'T' }])
  expect(defaultContacts(one, 'zone')).toEqual([{ handle: 'Z' }])
  expect(defaultContacts(one, 'admin')).toEqual([])
  expect(defaultContacts(aConnection(), 'tech')).toEqual([])
})
