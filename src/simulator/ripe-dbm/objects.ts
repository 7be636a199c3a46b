/** An attribute as it was read: its name in lower case, its lines joined. */
export type Attribute = { name: string; value: string }

/** An object of an update, or a paragraph that is none. */
export type Paragraph = { lines: string[]; object: RpslObject | null }

/** `type` and `key` are its first attribute; `reason` is that of its deletion, null where it is not to be deleted. */
export type RpslObject = { type: string; key: string; attributes: Attribute[]; reason: string | null }

/** The attributes of a zone, and how often each may be there; those that it needs are marked. */
const DOMAIN: Record<string, { most: number; needed?: true }> = {
  domain: { most: 1, needed: true },
  descr: { most: 20 },
  org: { most: 1 },
  'admin-c': { most: 20, needed: true },
  'tech-c': { most: 20, needed: true },
  'zone-c': { most: 20, needed: true },
  nserver: { most: 40, needed: true },
  'ds-rdata': { most: 20 },
  remarks: { most: 20 },
  notify: { most: 20 },
  'mnt-by': { most: 20, needed: true },
  source: { most: 1, needed: true },
}

/**
 * The paragraphs of an update. An attribute goes on in lines that begin with a blank, a tab or a plus, `#` begins a comment, and
 * lines that begin with `%` are comments (RFC 2622, 2).
 */
export const readUpdate = (text: string): Paragraph[] =>
  text
    .split(/\r?\n/)
    .filter((line) => !line.startsWith('%'))
    .join('\n')
    .split(/\n(?:[ \t]*\n)+/)
    .map((paragraph) => paragraph.split('\n').filter((line) => line.trim() !== ''))
    .filter((lines) => lines.length > 0)
    .map((lines) => ({ lines, object: readObject(lines) }))

const readObject = (lines: readonly string[]): RpslObject | null => {
  const attributes: Attribute[] = []
  for (const raw of lines) {
    const line = raw.replace(/#.*$/, '')
    const last = attributes.at(-1)
    if (/^[ \t+]/.test(line)) {
      if (last === undefined) return null
      last.value = `${last.value} ${line.slice(1).trim()}`.trim()
      continue
    }
    const [, name, value] = /^([a-z][a-z0-9-]*):(.*)$/i.exec(line) ?? []
    if (name === undefined || value === undefined) return null
    attributes.push({ name: name.toLowerCase(), value: value.trim().replace(/\s+/g, ' ') })
  }
  const [first] = attributes
  const deletion = attributes.find(({ name }) => name === 'delete')
  const rest = attributes.filter(({ name }) => name !== 'delete')
  return first === undefined
    ? null
    : { type: first.name, key: first.value.toLowerCase(), attributes: rest, reason: deletion?.value ?? null }
}

export const valuesOf = ({ attributes }: RpslObject, name: string): string[] =>
  attributes.filter((attribute) => attribute.name === name).map(({ value }) => value)

/** What keeps an object from being one, whatever the database has. */
export const complaints = (object: RpslObject): string[] => {
  if (object.type !== 'domain') return [`"${object.type}" is not a known RPSL class here`]
  const found = object.attributes.flatMap(({ name, value }) =>
    DOMAIN[name] === undefined
      ? [`"${name}" is not a known RPSL attribute`]
      : value === ''
        ? [`Mandatory value of "${name}" is missing`]
        : [],
  )
  for (const [name, { most, needed }] of Object.entries(DOMAIN)) {
    const count = valuesOf(object, name).length
    if (count === 0 && needed) found.push(`Mandatory attribute "${name}" is missing`)
    if (count > most) found.push(`Attribute "${name}" appears more than ${most === 1 ? 'once' : `${most} times`}`)
  }
  if (!isZone(object.key)) found.push(`Syntax error in ${object.key}`)
  for (const value of valuesOf(object, 'ds-rdata'))
    if (!/^\d{1,5} \d{1,3} [1-4] [0-9A-F]{40,96}$/i.test(value)) found.push(`Syntax error in ${value}`)
  for (const value of valuesOf(object, 'nserver')) {
    const [host = '', address, ...more] = value.split(' ')
    if (more.length > 0 || (address !== undefined && !host.endsWith(`.${object.key}`)))
      found.push(`Glue records only allowed if hostname ends with ${object.key}`)
  }
  return found
}

const isZone = (name: string): boolean =>
  /^(?:(?:\d{1,3}-)?\d{1,3}\.)(?:\d{1,3}\.){0,3}in-addr\.arpa$/.test(name) ||
  /^(?:[0-9a-f]\.){1,32}ip6\.arpa$/.test(name)

/** An object as the database keeps it, to compare with another. */
export const canonical = ({ attributes }: RpslObject): string =>
  attributes.map(({ name, value }) => `${name}: ${value.toLowerCase()}`).join('\n')
