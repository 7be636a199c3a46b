import type { Problem } from '../core/errors.js'
import { CONTACT_GROUPS, MOST_NAME_SERVERS } from './fields.js'
import { CONTACT_TEXTS, lineOf } from './form-order.js'
import { type FormValues, readForm } from './read-form.js'

/**
 * What is wrong with the order that a form is, at the lines of the form: `line N (FIELD)` in place of a pointer into the order's
 * body (RFC 6901), or of the name of a field. What is of no line is left as it is; what is of the domain, its file's name says.
 */
export const atLines = (octets: Buffer, problems: readonly Problem[]): Problem[] => {
  const form = readForm(octets)
  if (!form.ok) return [...problems]
  return problems.map(({ pointer, detail }) => {
    if (pointer === '/domain') return { pointer: 'file name', detail }
    const name = form.value.has(pointer) ? pointer : fieldOf(form.value, pointer.split('/').slice(1))
    return name === null ? { pointer, detail } : { pointer: `${lineOf(form.value, name)} (${name})`, detail }
  })
}

const FIELDS: Readonly<Record<string, string>> = {
  ...{ action: 'DOMAIN_ACTION', period: 'DOMAIN_PERIOD', authInfo: 'DOMAIN_AUTHINFO', agreement: 'AGREEMENT_VERSION' },
}

const fieldOf = (values: FormValues, [part = '', ...rest]: readonly string[]): string | null => {
  if (part === 'nameservers') return nameServerField(values, Number(rest[0] ?? 0))
  if (part === 'contacts') return contactField(values, rest)
  return Object.hasOwn(FIELDS, part) ? (FIELDS[part] ?? null) : null
}

/** An order has those that are filled in; of what is wrong with all of them, or with one that is not there, the first line says it. */
const nameServerField = (values: FormValues, index: number): string => {
  const names = Array.from({ length: MOST_NAME_SERVERS }, (_, at) => `NS_${at + 1}`)
  return names.filter((name) => values.get(name)?.value !== '')[index] ?? 'NS_1'
}

/** Of a contact as a whole: its handle where the form gives one, and its name where it gives none. */
const contactField = (values: FormValues, [role, , key]: readonly string[]): string | null => {
  const group = CONTACT_GROUPS.find((one) => one.role === role)
  if (group === undefined) return null
  const named = (suffix: string): string => `${group.prefix}_${suffix}`
  const suffix = key === undefined ? undefined : new Map(Object.entries(SUFFIXES)).get(key)
  if (suffix !== undefined) return named(suffix)
  return values.get(named('HANDLE'))?.value === '' ? named('NAME') : named('HANDLE')
}

const SUFFIXES: Readonly<Record<string, string>> = { ...CONTACT_TEXTS, street: 'STREET', type: 'TYPE' }
