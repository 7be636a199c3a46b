import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ACTIONS, acquires } from '../../src/core/action.js'
import type { Contact, Contacts, Nameserver } from '../../src/core/domain.js'
import { loadProfiles } from '../../src/profiles/load.js'
import { connection, orderInput, storedDomain } from './denic/order-input.js'
import { formTakes } from './profile-kit.js'

const profiles = [...(await loadProfiles()).values()]

describe.each(profiles.map((profile) => ({ id: profile.id, profile })))('F56: the forms of $id', ({ profile }) => {
  const own = profile.samples.find(({ input }) => input !== undefined)?.input?.connection ?? connection

  test.each(ACTIONS)('%s has a form only where the registry has it', (action) => {
    const form = profile.formOf?.(action, own) ?? null
    if (!profile.capabilities[action].supported) expect(form).toBeNull()
  })

  test('take every sample', () => {
    for (const { input } of profile.samples) if (input !== undefined) expect(formTakes(profile, input)).toBe(true)
  })
})

describe('F56: a form refuses nothing that the profile takes', () => {
  const [profile] = profiles.filter(({ id }) => id === 'denic')
  if (profile === undefined) throw new Error('the profile is gone')

  /** Mostly what is right, so that many orders are right in all of it. */
  const mostly = <T>(right: T, other: fc.Arbitrary<T>) =>
    fc.oneof({ weight: 4, arbitrary: fc.constant(right) }, { weight: 1, arbitrary: other })

  const handle = fc.constantFrom('DENIC-1234-MUSTER', 'denic-1-a', 'DENIC-1-', 'x', `DENIC-1-${'A'.repeat(30)}`)
  const contacts = mostly<Contacts>(
    { holder: [{ handle: 'denic-1234-Muster' }] },
    fc.dictionary(
      fc.constantFrom('holder', 'general-request', 'abuse', 'tech'),
      fc.array(
        handle.map((value) => ({ handle: value })),
        { minLength: 1, maxLength: 6 },
      ),
      { maxKeys: 3 },
    ),
  )
  const hosts = Array.from({ length: 15 }, (_, index) => ({ host: `ns${index}.example.net`, addresses: [] }))
  const nameservers: fc.Arbitrary<Nameserver[]> = fc.oneof(
    fc.subarray(hosts),
    fc.array(
      fc.record({
        host: fc.constantFrom('ns1.example.net', 'ns1.example.de', 'ns2.example.de', 'x'),
        addresses: fc.array(fc.constantFrom('192.0.2.1', '2001:db8::1', 'x'), { maxLength: 2 }),
      }),
      { maxLength: 4 },
    ),
  )
  const records = mostly<string[]>(
    [],
    fc.array(
      fc.constantFrom('example.de IN A 192.0.2.1', 'example.de IN A 192.0.2.2', 'www.example.de IN A 192.0.2.1', 'x'),
      { maxLength: 6 },
    ),
  )
  const terms = fc
    .constantFrom(...ACTIONS.filter((action) => profile.formOf?.(action, connection) != null))
    .chain((action) =>
      fc.record({
        action: fc.constant(action),
        ...{ contacts, nameservers, records },
        authInfo: mostly<string | null>(
          action === 'transfer' ? 'Ab3-xY7_kQ' : null,
          fc.constantFrom(null, 'Ab3-xY7_kQ', 'short', 'x'.repeat(17)),
        ),
        dnssec: mostly<string[] | null>(
          null,
          fc.array(fc.constantFrom('257 3 13 mdsswUyr', '256 3 8 AAAA', 'x'), { maxLength: 3 }),
        ),
        period: mostly<{ years: number } | null>(null, fc.record({ years: fc.constantFrom(1, 2) })),
        disconnect: mostly<boolean | null>(null, fc.boolean()),
      }),
    )

  const text = (...others: string[]) =>
    mostly('Weg 1', fc.constantFrom('Köln', ' x', 'x\ny', '\u{1f600}'.repeat(90), ...others))
  const oneContact: fc.Arbitrary<Contact> = fc
    .record(
      {
        handle: mostly('DENIC-1234-MUSTER', fc.constantFrom('denic-1234-a', 'DENIC-999-X', 'x')),
        type: fc.constantFrom('person', 'organization', 'role'),
        name: text(),
        organization: text('x'.repeat(256)),
        street: mostly(['Weg 1'], fc.array(text(), { maxLength: 6 })),
        postalCode: mostly('12345', fc.constantFrom('x'.repeat(21))),
        city: text('x'.repeat(81)),
        province: fc.constant('Bayern'),
        country: mostly('DE', fc.constantFrom('XX', 'de')),
        phone: fc.constantFrom('+4930123456', '+49.30123456', '030123456', '+4.930123456'),
        email: mostly('a@example.net', fc.constantFrom('a', 'a@b@c')),
        uriTemplate: fc.constantFrom(
          'mailto:a@example.net',
          'https://a.example/{?domain}',
          'a@example.net',
          'https://a/{',
        ),
      },
      { requiredKeys: [] },
    )
    .chain((contact) => fc.constantFrom(contact, complete(contact)))
  /** What its type takes, and all that it needs. */
  const complete = ({ handle = 'DENIC-1234-A', uriTemplate = 'mailto:a@example.net', ...given }: Contact): Contact => {
    if (given.type === 'role') return { handle, type: given.type, uriTemplate }
    const { province: _, name: known = 'Erika', organization, ...rest } = given
    const needed = { handle, street: ['Weg 1'], postalCode: '1', city: 'Köln', country: 'DE', email: 'a@example.net' }
    if (given.type === 'organization') return { ...needed, ...rest, organization: organization ?? 'GmbH' }
    return { ...needed, ...rest, name: known, ...(organization === undefined ? {} : { organization }) }
  }
  const role = fc.constantFrom('holder', 'abuse', 'nobody')
  const someContact = fc.oneof(fc.constant(complete({ type: 'role' })), oneContact)
  const oneOrTwo = fc.oneof(
    { weight: 8, arbitrary: fc.tuple(role, oneContact).map(([name, contact]): Contacts => ({ [name]: [contact] })) },
    {
      weight: 2,
      arbitrary: fc.dictionary(role, fc.array(someContact, { minLength: 1, maxLength: 2 }), { maxKeys: 2 }),
    },
  )

  test('and of contacts and questions it takes nothing else', () => {
    const orders = fc.record({
      action: fc.constantFrom('create-contact', 'update-contact', 'check', 'info'),
      contacts: oneOrTwo,
      alone: fc.boolean(),
      period: mostly<{ years: number } | null>(null, fc.record({ years: fc.constantFrom(1, 2) })),
      nameservers: mostly<Nameserver[]>([], nameservers),
      authInfo: mostly<string | null>(null, fc.constant('Ab3-xY7_kQ')),
      disconnect: mostly<boolean | null>(null, fc.boolean()),
    })
    let valid = 0
    fc.assert(
      fc.property(orders, ({ alone, ...change }) => {
        const asks = change.action === 'check' || change.action === 'info'
        const input = orderInput({ ...change, contacts: asks && alone ? {} : change.contacts, dnssec: null })
        const isValid = profile.check(input).length === 0
        expect(formTakes(profile, input)).toBe(isValid)
        if (isValid) valid++
      }),
      { numRuns: 2_000, seed: 1 },
    )
    expect(valid).toBeGreaterThan(150)
  })

  test.each([
    ['with name servers of the connection', [{ host: 'ns1.hoster.example', addresses: [] }]],
    ['without', []],
  ])('%s', (_, defaults) => {
    const own = { ...connection, defaults: { ...connection.defaults, nameservers: defaults } }
    let valid = 0
    let refused = 0
    fc.assert(
      fc.property(terms, (change) => {
        const domain = acquires(change.action) ? null : storedDomain()
        const input = orderInput(change, { connection: own, domain })
        const isValid = profile.check(input).length === 0
        if (isValid) expect(formTakes(profile, input)).toBe(true)
        if (isValid) valid++
        else if (!formTakes(profile, input)) refused++
      }),
      { numRuns: 2_000, seed: 1 },
    )
    expect([valid > 90, refused > 90]).toEqual([true, true])
  })
})
