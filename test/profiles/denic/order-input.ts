import type { Connection } from '../../../src/core/connection.js'
import type { Contact, Domain } from '../../../src/core/domain.js'
import type { OrderTerms } from '../../../src/core/order.js'
import { samples } from '../../../src/profiles/denic/samples.js'
import type { EncodeInput } from '../../../src/profiles/profile.js'

const [sample] = samples
if (sample === undefined) throw new Error('the profile has no samples')

export const connection: Connection = { ...sample.input.connection, title: 'DENIC main' }

/** A good registration of example.de, with what a test changes. */
export const orderInput = (
  change: Partial<OrderTerms> = {},
  more: { connection?: Connection; domain?: Domain | null; reference?: string } = {},
): EncodeInput => ({
  terms: {
    ...sample.input.terms,
    action: 'register',
    domain: 'example.de',
    unicodeName: 'example.de',
    contacts: { holder: [{ handle: 'DENIC-1234-MUSTER' }] },
    nameservers: [
      { host: 'ns1.example.net', addresses: [] },
      { host: 'ns2.example.org', addresses: [] },
    ],
    dnssec: [],
    ...change,
  },
  reference: 'sp-20250301-000101',
  domain: null,
  connection,
  at: new Date('2025-03-01T10:00:00Z'),
  ...more,
})

/** An order that says nothing but what it is about. */
export const bare = (action: OrderTerms['action']): Partial<OrderTerms> => ({
  ...{ action, contacts: {}, nameservers: [], dnssec: null },
})

export const postal = {
  ...{ street: ['Beispielweg 1'], postalCode: '50667', city: 'Köln', country: 'DE', email: 'erika@example.net' },
}

/** A good order that makes or changes a contact, with what a test changes. */
export const contactInput = (action: 'create-contact' | 'update-contact', change: Contact = {}): EncodeInput => {
  const contact = { handle: 'DENIC-1234-MUSTER', name: 'Erika Größe', ...postal, ...change }
  return orderInput({ ...bare(action), contacts: { holder: [contact] } })
}

/** A registered example.de, as stored after an earlier order. */
export const storedDomain = (change: Partial<Domain> = {}): Domain => ({
  name: 'example.de',
  unicodeName: 'example.de',
  state: 'registered',
  detail: 'connected',
  connectionId: 'sample',
  accountId: null,
  owner: null,
  mode: 'live',
  nameservers: [],
  dnssec: [],
  undelegatedUntil: null,
  delegation: null,
  watchedSince: null,
  watchAt: null,
  delegationFault: null,
  contacts: { holder: [{ handle: 'DENIC-1234-MUSTER' }], abuse: [{ handle: 'DENIC-1234-ABUSE' }] },
  eppStatus: [],
  locked: null,
  transferRequest: null,
  since: new Date(0),
  expiresAt: null,
  ...change,
})
