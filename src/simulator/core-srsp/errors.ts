/**
 * Six digits: how grave (4 error), of what kind (2 syntax, 3 semantics, 4 authentication, 9 internal), and a number. The list of
 * numbers was never published, so these are invented.
 */
export const ERRORS = {
  syntax: { code: '420001', text: 'the request is not well formed' },
  unknownType: { code: '420002', text: 'there is no such request' },
  missing: { code: '430001', text: 'there is no such domain' },
  taken: { code: '430002', text: 'the domain exists' },
  reserved: { code: '430003', text: 'the domain is reserved' },
  foreign: { code: '430004', text: 'the domain is with another registrar' },
  field: { code: '430005', text: 'a field is missing or wrong' },
  handle: { code: '430006', text: 'there is no such handle' },
  reused: { code: '430007', text: 'the transaction-id was used for another request' },
  countersignature: { code: '440001', text: 'the key is not that of a contact' },
  refusal: { code: '490001', text: 'simulated refusal' },
  /** A warning, which comes with success. */
  lame: { code: '230001', text: 'a name server does not answer' },
} as const satisfies Record<string, Trouble>

export type Trouble = { code: string; text: string }
