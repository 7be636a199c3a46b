import { asciiName } from '../memory.js'

/** A form as the robot reads it: the pairs of each section, keys in lower case. */
export type Form = {
  reference: string | null
  mode: string
  name: string
  sections: ReadonlyMap<number, ReadonlyMap<string, string>>
}

/** What is wrong with a form, and where. */
export type Fault = { code: string; msg: string; section: number | null; key: string | null; line: number }

export const FAULTS = {
  malformed: ['20201', 'malformed line'],
  sectionMissing: ['20202', 'section missing'],
  sectionUnknown: ['20203', 'invalid section identifier'],
  fieldMissing: ['20204', 'required field missing'],
  fieldMisplaced: ['20205', 'invalid or misplaced field'],
  content: ['20206', 'invalid field content'],
  duplicate: ['20207', 'duplicate field'],
  order: ['20208', 'misplaced section (sections must appear in ascending order)'],
  prohibited: ['20209', 'section prohibited in the given context'],
} as const

const MODES = ['', 'new', 'kk', 'ctsr', 'update', 'delete']

/** Line by line; comments and blank lines count for nothing, and every fault is told. */
export const readForm = (text: string): { form: Form; faults: Fault[] } => {
  const sections = new Map<number, Map<string, string>>()
  const faults: Fault[] = []
  let current: number | null = null
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(?:#.*)?$/.test(line)) continue
    const fault = ([code, msg]: readonly [string, string], key: string | null = null) =>
      faults.push({ code, msg, section: current, key, line: index + 1 })
    const colon = line.indexOf(':')
    const [key, value] = [line.slice(0, Math.max(0, colon)).trim().toLowerCase(), line.slice(colon + 1).trim()]
    if (!/^[a-z][a-z0-9.-]*$/.test(key)) fault(FAULTS.malformed)
    else if (key === 'section') {
      const next = Number(value)
      if (!/^[0-6]$/.test(value)) fault(FAULTS.sectionUnknown, key)
      else if (current !== null && next <= current) fault(FAULTS.order, key)
      current = next
      sections.set(next, new Map())
    } else if (current === null) fault(FAULTS.fieldMisplaced, key)
    else if (sections.get(current)?.has(key) === true) fault(FAULTS.duplicate, key)
    else sections.get(current)?.set(key, value)
  }
  const of = (section: number, key: string): string => sections.get(section)?.get(key) ?? ''
  const form = {
    reference: of(0, 'reference') || null,
    mode: of(1, 'mode') || 'new',
    name: asciiName(of(1, 'domain')),
    sections,
  }
  return { form, faults: faults.length > 0 ? faults : complaints(form, of) }
}

const complaints = ({ mode, name, sections }: Form, of: (section: number, key: string) => string): Fault[] => {
  const at = ([code, msg]: readonly [string, string], section: number, key: string | null): Fault => ({
    code,
    msg,
    section,
    key,
    line: 0,
  })
  const missing = (mode === 'delete' ? [0, 1] : [0, 1, 2, 6]).filter((section) => !sections.has(section))
  if (missing.length > 0) return missing.map((section) => at(FAULTS.sectionMissing, section, null))
  const found: Fault[] = []
  if (!/^appli-[a-z]{2}-[a-z]+\.txt$/.test(of(0, 'doc-id'))) found.push(at(FAULTS.content, 0, 'doc-id'))
  if (!/^\d+\.\d+\.\d+$/.test(of(0, 'version'))) found.push(at(FAULTS.content, 0, 'version'))
  if (!MODES.includes(mode)) found.push(at(FAULTS.content, 1, 'mode'))
  if (name === '') found.push(at(FAULTS.content, 1, 'domain'))
  if ((mode === 'kk' || mode === 'ctsr') && of(1, 'authinfo') === '') found.push(at(FAULTS.fieldMissing, 1, 'authinfo'))
  if (mode === 'delete')
    for (const section of sections.keys()) if (section > 1) found.push(at(FAULTS.prohibited, section, null))
  for (const section of [2, 3, 4, 5].filter((one) => sections.has(one)))
    if ([...(sections.get(section)?.values() ?? [])].every((value) => value === ''))
      found.push(at(FAULTS.fieldMissing, section, 'id'))
  return found
}
