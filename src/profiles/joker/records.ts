import { isInside, parseAddress, parseHostName } from '../../core/domain-name.js'
import type { Problem } from '../../core/errors.js'
import type { Pair } from '../key-value.js'

const MOST_RECORDS = 100
const FORMS =
  'write "NAME IN A 192.0.2.1", "NAME IN CNAME host.example.net" or "NAME IN MX 10 mail.example.net" with single blanks.'

/** The records of a zone: a key for each type, and in the value the host, `@` for the domain itself, and what it has. */
export const readRecords = (records: readonly string[], domain: string): { pairs: Pair[]; problems: Problem[] } => {
  const read = records.map((record) => readRecord(record, domain))
  const problems = read.flatMap((one, index) =>
    typeof one === 'string' ? [{ pointer: `/records/${index}`, detail: one }] : [],
  )
  const pairs = read.filter((one) => typeof one !== 'string')
  if (records.length === 0) problems.push({ pointer: '/records', detail: `There is no record; ${FORMS}` })
  if (records.length > MOST_RECORDS)
    problems.push({ pointer: '/records', detail: `There are ${records.length} records; give at most ${MOST_RECORDS}.` })
  return { pairs, problems }
}

const readRecord = (record: string, domain: string): Pair | string => {
  const [name = '', klass, type = '', ...data] = record.length > 600 ? [] : record.split(' ')
  const host = hostOf(name, domain)
  if (klass?.toUpperCase() !== 'IN') return `This is no record that the registrar keeps; ${FORMS}`
  if (host === null) return `The record is not for a name inside ${domain}.`
  const value = dataOf(type.toUpperCase(), data)
  return value === null
    ? `This is no record that the registrar keeps; ${FORMS}`
    : [type.toUpperCase(), `${host}:${value}`]
}

/** Below the domain, without it. */
const hostOf = (name: string, domain: string): string | null => {
  if (name === `*.${domain}`) return '*'
  const parsed = parseHostName(name)
  if (!parsed.ok || !isInside(parsed.value.name, domain)) return null
  return parsed.value.name === domain ? '@' : parsed.value.name.slice(0, -domain.length - 1)
}

const dataOf = (type: string, data: readonly string[]): string | null => {
  const [first = '', second] = data
  if (type === 'A') {
    const address = parseAddress(first)
    return data.length === 1 && address.ok && address.value.family === 4 ? address.value.address : null
  }
  if (type !== 'CNAME' && type !== 'MX') return null
  const target = parseHostName((type === 'MX' ? second : first) ?? '')
  if (!target.ok || data.length !== (type === 'MX' ? 2 : 1)) return null
  if (type === 'CNAME') return target.value.name
  return /^(0|[1-9][0-9]{0,4})$/.test(first) && Number(first) < 65_536 ? `${first}:${target.value.name}` : null
}
