import { acquires } from '../../core/action.js'
import type { Domain } from '../../core/domain.js'
import { isInside, parseAddress, parseHostName } from '../../core/domain-name.js'
import type { Problem } from '../../core/errors.js'
import type { OrderTerms } from '../../core/order.js'
import { checkNameservers, nameserverLines } from './name-servers.js'

/** Values of `Nserver`, or of `Nsentry` in their place, and of `Dnskey`. */
export type DnsData = { nameservers: string[]; entries: string[]; dnskeys: string[] }

/** Of a request that says nothing of them. */
export const NO_DNS_DATA = { dns: { nameservers: [], entries: [], dnskeys: [] }, problems: [] }

/**
 * What an order says about the domain's DNS: name servers of its own, or records at the registry in their place. A change
 * sends the object whole: the keys that it does not name, and the name servers where it is about the holder, are those that
 * are stored with the domain.
 */
export const readDnsData = (
  terms: OrderTerms,
  input: { ace: string; domain: Domain | null },
): { dns: DnsData; problems: Problem[] } => {
  const domain = input.ace
  const stored = acquires(terms.action) ? null : input.domain
  const wanted = terms.dnssec ?? (terms.records.length > 0 ? [] : (stored?.dnssec ?? []))
  const keys = readDnskeys(wanted)
  if (terms.records.length > 0) {
    const entries = readEntries(terms.records, domain)
    const both = terms.nameservers.length > 0 ? [{ pointer: '/records', detail: BOTH }] : []
    const signed = wanted.length > 0 ? [{ pointer: '/dnssec', detail: UNSIGNED }] : []
    return {
      dns: { nameservers: [], entries: entries.lines, dnskeys: [] },
      problems: [...both, ...signed, ...entries.problems],
    }
  }
  const kept = terms.action === 'change-holder' && terms.nameservers.length === 0 ? (stored?.nameservers ?? []) : null
  if (kept?.length === 0)
    return { ...NO_DNS_DATA, problems: [{ pointer: '/nameservers', detail: NOT_STORED }, ...keys.problems] }
  const { servers, problems } = checkNameservers(kept ?? terms.nameservers, domain, '/nameservers')
  return {
    dns: { nameservers: nameserverLines(servers), entries: [], dnskeys: keys.lines },
    problems: [...problems, ...keys.problems],
  }
}

const NOT_STORED =
  'The domain is sent whole, and its name servers are not stored here; give them, or its records at the registry.'
const BOTH = 'The order has name servers and records; the registry takes one or the other, leave one out.'
const UNSIGNED = 'DNSSEC keys go with name servers of your own, not with records at the registry; leave one out.'

/** Each as many as the registry takes. */
export const MOST_KEYS = 5
export const MOST_RECORDS = 5

type Lines = { lines: string[]; problems: Problem[] }

/** Zone keys alone (RFC 4034, 2.1): flags 256 or 257, protocol 3, a number of the algorithm, the key in base64. */
export const DNSKEY = /^(256|257) 3 ([1-9][0-9]{0,2}) ([A-Za-z0-9+/]{4,}={0,2})$/

const readDnskeys = (keys: readonly string[]): Lines => {
  const problems = keys.flatMap((key, index): Problem[] => {
    const match = DNSKEY.exec(key)
    const sound = match !== null && Number(match[2]) < 256 && (match[3]?.length ?? 1) % 4 === 0 && key.length < 980
    if (!sound)
      return [
        {
          pointer: `/dnssec/${index}`,
          detail:
            'This is no DNSKEY; write "<flags> 3 <algorithm> <base64>" with single blanks, like "257 3 13 mdsswUyr...".',
        },
      ]
    return keys.indexOf(key) < index
      ? [{ pointer: `/dnssec/${index}`, detail: 'This key is there twice; name every key once.' }]
      : []
  })
  if (keys.length > MOST_KEYS)
    problems.push({
      pointer: '/dnssec',
      detail: `There are ${keys.length} keys; the registry takes at most ${MOST_KEYS}.`,
    })
  return { lines: [...keys], problems }
}

const readEntries = (records: readonly string[], domain: string): Lines => {
  const read = records.map((record) => readEntry(record, domain))
  const problems = read.flatMap((entry, index) =>
    'problem' in entry ? [{ pointer: `/records/${index}`, detail: entry.problem }] : [],
  )
  const lines = read.flatMap((entry) => ('line' in entry ? [entry.line] : []))
  if (records.length > MOST_RECORDS)
    problems.push({
      pointer: '/records',
      detail: `There are ${records.length} records; the registry takes at most ${MOST_RECORDS}.`,
    })
  if (new Set(lines).size < lines.length) problems.push({ pointer: '/records', detail: 'A record is there twice.' })
  return { lines, problems }
}

const FORMS =
  'write "NAME IN A 192.0.2.1", "NAME IN AAAA 2001:db8::1" or "NAME IN MX 10 mail.example.de" with single blanks.'

/** `name IN type data`, as the registry itself serves it. A wildcard is for mail alone. */
const readEntry = (record: string, domain: string): { line: string } | { problem: string } => {
  const [name = '', klass = '', kind = '', ...data] = record.length > 600 ? [] : record.split(' ')
  const type = kind.toUpperCase()
  if (klass.toUpperCase() !== 'IN') return { problem: `This is no record that the registry keeps; ${FORMS}` }
  const wildcard = name.startsWith('*.')
  if (wildcard && type !== 'MX') return { problem: 'A wildcard is allowed for MX records alone.' }
  const owner = parseHostName(wildcard ? name.slice(2) : name)
  if (!owner.ok || !isInside(owner.value.name, domain))
    return { problem: `The record is not for a name inside ${domain}.` }
  const value = readEntryData(type, data)
  if (value === null) return { problem: `This is no record that the registry keeps; ${FORMS}` }
  return { line: `${wildcard ? '*.' : ''}${owner.value.name} IN ${type} ${value}` }
}

const readEntryData = (type: string, data: readonly string[]): string | null => {
  const [first = '', second] = data
  if (type === 'MX') {
    const host = second === undefined ? null : parseHostName(second)
    return data.length === 2 && /^(0|[1-9][0-9]{0,2})$/.test(first) && host?.ok ? `${first} ${host.value.name}` : null
  }
  const address = parseAddress(first)
  if (data.length !== 1 || !address.ok) return null
  const expected = type === 'A' ? 4 : type === 'AAAA' ? 6 : null
  return address.value.family === expected ? address.value.address : null
}
