import { asciiName } from '../memory.js'
import { ERRORS, type Trouble } from './errors.js'

/** A request as the registry reads it: keywords in lower case, each once. */
export type Request = {
  registrar: string
  transaction: string
  type: string
  fields: ReadonlyMap<string, string>
  /** The domain as `SLD.TLD`; empty where the request is about none. */
  name: string
}

export type Reading = {
  registrar: string | null
  transaction: string | null
  type: string | null
  name: string | null
} & ({ ok: true; request: Request } | { ok: false; trouble: Trouble })

/** The first fields of every request, in this order. */
const FIRST = ['payload-version', 'registrar-id', 'transaction-id', 'request-type']

export const readRequest = (text: string): Reading => {
  const { fields, fault } = scan(text)
  const registrar = fields.get('registrar-id') ?? null
  const transaction = fields.get('transaction-id') ?? null
  const type = fields.get('request-type')?.toLowerCase().replace(/\s+/g, ' ') ?? null
  const [sld, tld] = [fields.get('sld') ?? '', fields.get('tld') ?? '']
  const name = sld === '' && tld === '' ? null : asciiName(`${sld}.${tld}`)
  const known = { registrar, transaction, type, name }
  const wrong = fault ?? complaint([...fields.keys()], known, fields)
  if (wrong !== null || registrar === null || transaction === null || type === null)
    return { ...known, ok: false, trouble: { ...ERRORS.syntax, text: wrong ?? 'a field is missing' } }
  return { ...known, ok: true, request: { registrar, transaction, type, fields, name: name ?? '' } }
}

const complaint = (
  keywords: readonly string[],
  { transaction, type, name }: { transaction: string | null; type: string | null; name: string | null },
  fields: ReadonlyMap<string, string>,
): string | null => {
  const missing = FIRST.find((keyword, index) => keywords[index] !== keyword)
  if (missing !== undefined) return `${missing} is not where it must be`
  if (fields.get('payload-version') !== '1.0') return 'this payload version is not spoken here'
  if (transaction === null || /\s/.test(transaction)) return 'the transaction-id is no word'
  if (type?.endsWith(' domain') === true && (name === null || !/^[a-z0-9-]+\.[a-z]{2,}$/.test(name)))
    return 'there is no such domain name'
  return null
}

/** Line by line: a backslash at the end goes on in the next, a quoted value ends with the next quote. */
const scan = (text: string): { fields: Map<string, string>; fault: string | null } => {
  const fields = new Map<string, string>()
  const lines = text.split(/\r?\n/)
  for (let index = 0; index < lines.length; index++) {
    let line = lines[index] ?? ''
    if (line.trim() === '') continue
    const colon = line.indexOf(':')
    const keyword = line.slice(0, colon).trimEnd().toLowerCase()
    if (colon < 1 || /[^!-~]/.test(keyword)) return { fields, fault: `line ${index + 1} is no field` }
    const begins = line.slice(colon + 1).trimStart()
    const quoted = begins.startsWith('"') && !begins.startsWith('""')
    const open = () =>
      quoted
        ? line
            .slice(colon + 1)
            .trimStart()
            .indexOf('"', 1) === -1
        : line.endsWith('\\')
    while (open() && index + 1 < lines.length) {
      index += 1
      line = quoted ? `${line}\n${lines[index]}` : `${line.slice(0, -1)}${lines[index]}`
    }
    if (fields.has(keyword)) return { fields, fault: `${keyword} is there twice` }
    const value = line.slice(colon + 1).trim()
    if (/[^\n\x20-\x7e]/.test(value)) return { fields, fault: `${keyword} is not in ASCII` }
    if (value.length > 255 && keyword !== 'auth-key') return { fields, fault: `${keyword} is too long` }
    fields.set(keyword, quoted ? value.slice(1, value.indexOf('"', 1)) : value.replace(/^""/, '"'))
  }
  return { fields, fault: null }
}
