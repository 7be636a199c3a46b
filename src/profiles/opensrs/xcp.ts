/**
 * XCP, the XML of OpenSRS: an envelope around nested maps (`dt_assoc`), lists (`dt_array`) and texts. It is read without its DTD and
 * without any entity but the five of XML and character references; whatever else is odd makes the whole unreadable.
 */
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { type Checked, messageOf, ok, wrong } from '../../core/errors.js'

export type XcpMap = ReadonlyMap<string, XcpValue>
export type XcpValue = string | XcpMap

/** Text as it may stand in an element or between quotes. */
export const xmlText = (text: string): string => text.replace(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign)

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

/** Nesting of a real message is below ten. */
const DEEPEST = 32

/** The one that real messages have; it has no declarations of its own, and the file that it names is never read. */
const DOCTYPE = /^(\s*(?:<\?xml[^>]*\?>)?\s*)<!DOCTYPE\s+OPS_envelope\s+SYSTEM\s+(?:"ops\.dtd"|'ops\.dtd')\s*>/

/**
 * The outermost map of a message: `protocol`, `action`, `object`, `attributes` and the like. A list is a map with the keys 0, 1
 * and so on. Problems are sentences about the message.
 */
export const readXcp = (octets: Buffer): Checked<XcpMap> => {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(octets).replace(DOCTYPE, '$1')
    if (/<!(?!--)/.test(text.replace(/<!\[CDATA\[[\s\S]*?\]\]>/g, ''))) throw new Error('it declares something')
    const valid = XMLValidator.validate(text)
    if (valid !== true) throw new Error(`line ${valid.err.line}: ${valid.err.msg}`)
    const nodes: unknown = parser.parse(text)
    const envelope = only(elements(nodes), 'OPS_envelope')
    const block = only(only(envelope.children, 'body').children, 'data_block')
    return ok(mapOf(only(block.children, 'dt_assoc'), 0))
  } catch (error) {
    return wrong({ pointer: '', detail: `it is no message of XCP: ${messageOf(error)}` })
  }
}

/** The value at a path of keys; null where there is none, or another kind of value. */
export const textAt = (map: XcpMap, ...path: string[]): string | null => {
  const value = valueAt(map, path)
  return typeof value === 'string' ? value.trim() : null
}

export const mapAt = (map: XcpMap, ...path: string[]): XcpMap => {
  const value = valueAt(map, path)
  return value === null || typeof value === 'string' ? NOTHING : value
}

const NOTHING: XcpMap = new Map()

const valueAt = (map: XcpMap, path: readonly string[]): XcpValue | null => {
  let value: XcpValue = map
  for (const key of path) {
    const inner: XcpValue | undefined = typeof value === 'string' ? undefined : value.get(key)
    if (inner === undefined) return null
    value = inner
  }
  return value
}

const ATTRIBUTES = ':@'
const TEXT = '#text'
const CDATA = '#cdata'

const parser = new XMLParser({
  ...{
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    textNodeName: TEXT,
    cdataPropName: CDATA,
  },
  ...{ parseTagValue: false, parseAttributeValue: false, trimValues: false, processEntities: false },
  ...{ ignoreDeclaration: true, ignorePiTags: true, maxNestedTags: 2 * DEEPEST },
})

type Element = { name: string; key: string | null; text: string; children: Element[] }

/** What the parser gives of the children of an element, in their order. */
const elements = (nodes: unknown): Element[] =>
  (Array.isArray(nodes) ? nodes : []).flatMap((node: unknown) => {
    if (typeof node !== 'object' || node === null) return []
    const [name] = Object.keys(node).filter((one) => one !== ATTRIBUTES)
    if (name === undefined || name === TEXT || name === CDATA) return []
    const inner: unknown = Reflect.get(node, name)
    const attributes: unknown = Reflect.get(node, ATTRIBUTES)
    const key: unknown = typeof attributes === 'object' && attributes !== null ? Reflect.get(attributes, 'key') : null
    return [
      { name, key: typeof key === 'string' ? decoded(key) : null, text: textOf(inner), children: elements(inner) },
    ]
  })

const textOf = (nodes: unknown): string =>
  (Array.isArray(nodes) ? nodes : [])
    .map((node: unknown) => {
      if (typeof node !== 'object' || node === null) return ''
      if (CDATA in node) return literal(Reflect.get(node, CDATA))
      return TEXT in node ? decoded(String(Reflect.get(node, TEXT))) : ''
    })
    .join('')

const literal = (nodes: unknown): string =>
  (Array.isArray(nodes) ? nodes : []).map((node: unknown) => String(Reflect.get(Object(node), TEXT) ?? '')).join('')

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const decoded = (text: string): string =>
  text.replace(/&([^;]{0,20};?)/g, (whole, name: string) => {
    const [, decimal, hexadecimal] = /^#(?:([0-9]{1,7})|x([0-9A-Fa-f]{1,6}));$/.exec(name) ?? []
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal))
    if (hexadecimal !== undefined) return String.fromCodePoint(Number.parseInt(hexadecimal, 16))
    const entity = name.endsWith(';') ? name.slice(0, -1) : ''
    if (!Object.hasOwn(ENTITIES, entity)) throw new Error(`it has an entity that XML does not know, ${whole}`)
    return ENTITIES[entity] ?? ''
  })

const only = (among: readonly Element[] | Element, name: string): Element => {
  const found = (Array.isArray(among) ? among : [among]).filter((one: Element) => one.name === name)
  const [element] = found
  if (element === undefined || found.length > 1) throw new Error(`it has ${found.length} of ${name} where one belongs`)
  return element
}

const mapOf = ({ children }: Element, depth: number): XcpMap => {
  if (depth > DEEPEST) throw new Error('it is nested too deep')
  const map = new Map<string, XcpValue>()
  for (const { name, key, ...item } of children) {
    if (name !== 'item' || key === null) throw new Error(`it has ${name} where an item with a key belongs`)
    if (map.has(key)) throw new Error(`it says ${JSON.stringify(key.slice(0, 40))} twice`)
    map.set(key, itemValue({ name, key, ...item }, depth))
  }
  return map
}

const itemValue = ({ text, children }: Element, depth: number): XcpValue => {
  const [inner, ...others] = children
  if (inner === undefined) return text
  if (others.length > 0) throw new Error('it has several values in one item')
  if (inner.name === 'dt_scalar') return inner.text
  if (inner.name === 'dt_assoc' || inner.name === 'dt_array') return mapOf(inner, depth + 1)
  throw new Error(`it has ${inner.name} where a value belongs`)
}
