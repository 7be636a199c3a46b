import { asciiName } from '../memory.js'
import { CODES, error, type Finding } from './codes.js'

/**
 * An order as it was read: keys in lower case and without hyphens, each with its values in order. It is about a domain, or
 * about a contact: then its name is empty.
 */
export type Order = {
  action: string
  reference: string | null
  name: string
  handle: string | null
  fields: Map<string, string[]>
}

export type Reading = { reference: string | null; action: string | null } & (
  | { ok: true; order: Order }
  | { ok: false; findings: Finding[] }
)

/** The keys of an order about a domain, and how often each may be there. */
const KEYS: Record<string, number> = {
  version: 1,
  action: 1,
  ctid: 1,
  domain: 1,
  domainace: 1,
  holder: 5,
  generalrequest: 1,
  abusecontact: 1,
  nserver: 39,
  nsentry: 5,
  dnskey: 5,
  authinfo: 1,
  authinfohash: 1,
  authinfoexpire: 1,
  disconnect: 1,
  recursive: 1,
}

/** Those of an order about a contact. */
const CONTACT_KEYS: Record<string, number> = {
  ...{ version: 1, action: 1, ctid: 1, handle: 1, type: 1, name: 1, organisation: 10, address: 5, postalcode: 1 },
  ...{ city: 1, countrycode: 1, email: 6, phone: 1, uritemplate: 1 },
}

/**
 * Reads an order of version 5.0, line by line: blank lines count for nothing, every other is `Key: value`, divided at
 * its first colon, trimmed on both sides, the key in any case.
 */
export const readOrder = (text: string): Reading => {
  const fields = new Map<string, string[]>()
  const findings: Finding[] = []
  for (const line of text.split(/\r\n|\r|\n/).map((raw) => raw.trim())) {
    if (line === '') continue
    const colon = line.indexOf(':')
    if (colon < 1 || line.startsWith('[')) {
      findings.push(error(CODES.format, `Invalid key/value format [${line.slice(0, 60)}]`))
      continue
    }
    const key = line.slice(0, colon).trim().toLowerCase().replaceAll('-', '')
    fields.set(key, [...(fields.get(key) ?? []), line.slice(colon + 1).trim()])
  }
  return judge(fields, findings)
}

const judge = (fields: Map<string, string[]>, malformed: Finding[]): Reading => {
  const reference = fields.get('ctid')?.[0] ?? null
  const action = fields.get('action')?.[0]?.toUpperCase() ?? null
  if (malformed.length > 0) return { ok: false, reference, action, findings: malformed }
  const name = asciiName(fields.get('domain')?.[0] ?? '')
  const findings = complaints(fields, name).map((text) => error(CODES.semantics, text))
  if (findings.length > 0 || action === null) return { ok: false, reference, action, findings }
  return {
    ok: true,
    reference,
    action,
    order: { action, reference, name, handle: fields.get('handle')?.[0] ?? null, fields },
  }
}

const complaints = (fields: Map<string, string[]>, name: string): string[] => {
  const found: string[] = []
  const aboutContact = fields.has('handle') && !fields.has('domain')
  for (const [key, values] of fields) {
    const most = aboutContact ? CONTACT_KEYS[key] : KEYS[key]
    if (most === undefined) found.push(`Unknown key [${key}]`)
    else if (values.length > most) found.push(`Key occurs more than ${most} times [${key}]`)
    if (values.includes('')) found.push(`Value is empty [${key}]`)
  }
  for (const key of ['version', 'action', ...(aboutContact ? [] : ['domain'])])
    if (!fields.has(key)) found.push(`Key is missing [${key}]`)
  const version = fields.get('version')?.[0]
  if (version !== undefined && version !== '5.0') found.push(`Version is not supported [${version}]`)
  const reference = fields.get('ctid')?.[0]
  if (reference !== undefined && !/^[\x21-\x7e]{3,64}$/.test(reference))
    found.push('Ctid must be 3 to 64 visible characters')
  return fields.has('domain') ? [...found, ...nameComplaints(fields, name)] : found
}

const nameComplaints = (fields: Map<string, string[]>, name: string): string[] => {
  const given = fields.get('domain')?.[0] ?? ''
  if (!/^[^.]+\.de$/.test(name) || name.length > 66) return [`Domain is invalid [${given}]`]
  const ace = fields.get('domainace')?.[0]
  return ace !== undefined && ace.toLowerCase() !== name ? [`Domain-Ace does not belong to Domain [${ace}]`] : []
}
