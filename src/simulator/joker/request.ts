import { asciiName } from '../memory.js'
import type { SignedOrder } from '../personality.js'

/** A request as the gateway's robot reads it. Keys are in lower case; lines of records are apart, because they repeat. */
export type Request = {
  verb: string
  /** Of types that name a TLD; else null. */
  tld: string | null
  reference: string | null
  domain: string
  /** What follows the name in `domains0`. */
  suffix: string | null
  fields: ReadonlyMap<string, string>
  records: { type: string; value: string }[]
}

/** `type` and `reference` as far as the subject has them. */
export type Reading = { type: string | null; reference: string | null } & (
  | { ok: true; request: Request }
  | { ok: false; error: string }
)

/** Every request type, with the keys that its body must have. A type with `-` in it names a TLD. */
const TYPES: Record<string, readonly string[]> = {
  'create order': ['domains0', 'period', ...contactKeys('owner'), ...contactKeys('admin')],
  'transfer domain': ['domains0', 'auth-id', 'billing-contact-handle'],
  'renew domain': ['domains0'],
  'create contact': ['individual', 'name', 'address-1', 'postal-code', 'city', 'country', 'email', 'phone'],
  'modify domain': ['tld', 'sld'],
  'delete domain': ['tld', 'sld'],
  'create dns-config': ['domains0'],
}

/** Either of these: a handle, or the name of a new one. */
function contactKeys(role: string): string[] {
  return [`${role}-contact-handle|${role}-contact-name`]
}

const RECORD_KEYS = ['a', 'cname', 'mx', 'url', 'frame']

/** Reads subject and body: the type, then a reference in square brackets; lines divided at their first colon, each key once. */
export const readRequest = ({ subject, text }: SignedOrder): Reading => {
  const [, type = '', bracket = ''] = /^\s*([a-z][a-z -]*?)\s*(?:\[([^\]]*)\])?\s*$/i.exec(subject) ?? []
  const reference = bracket === '' ? null : bracket
  const known = typeOf(type.toLowerCase())
  if (known === null) return { ok: false, type: type === '' ? null : type, reference, error: 'unknown request type' }
  const wrong = (error: string): Reading => ({ ok: false, type, reference, error })
  const fields = new Map<string, string>()
  const records: Request['records'] = []
  for (const line of text.split(/\r\n|\r|\n/).filter((one) => one.trim() !== '')) {
    const colon = line.indexOf(':')
    if (colon < 1) return wrong(`not a key:value pair: ${line.slice(0, 60)}`)
    const [key, value] = [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]
    if (!/^[\x20-\x7e]*$/.test(value)) return wrong(`invalid characters in ${key}`)
    if (RECORD_KEYS.includes(key)) records.push({ type: key, value })
    else if (fields.has(key)) return wrong(`${key} is given twice`)
    else fields.set(key, value)
  }
  const missing = (TYPES[known.verb] ?? []).find((key) => !key.split('|').some((one) => (fields.get(one) ?? '') !== ''))
  if (missing !== undefined) return wrong(`missing field: ${missing.split('|')[0]}`)
  const [name = '', suffix = null] = (fields.get('domains0') ?? '').split(':')
  const split = fields.has('sld') ? `${fields.get('sld')}.${fields.get('tld')}` : name
  const domain = asciiName(split)
  if (known.verb !== 'create contact' && domain !== split) return wrong(`invalid domain: ${split.slice(0, 60)}`)
  if (known.tld !== null && domain !== '' && !domain.endsWith(`.${known.tld}`))
    return wrong(`no .${known.tld} domain: ${domain}`)
  return { ok: true, type, reference, request: { ...known, reference, domain, suffix, fields, records } }
}

const typeOf = (type: string): { verb: string; tld: string | null } | null => {
  if (Object.hasOwn(TYPES, type) && !/^(create (order|contact)|(transfer|renew) domain)$/.test(type))
    return { verb: type, tld: null }
  const [, verb = '', tld = '', object = ''] =
    /^(create|transfer|renew) ([a-z0-9-]+)-(order|contact|domain)$/.exec(type) ?? []
  const known = `${verb} ${object}`
  return tld !== '' && Object.hasOwn(TYPES, known) ? { verb: known, tld } : null
}
