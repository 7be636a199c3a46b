/**
 * Which fields a template names, against those that its profile gives. Found from the parsed template, so that a name in
 * a branch that no sample takes is found as well.
 */
import type { Problem } from '../core/errors.js'
import type { TemplateValue, TemplateValues } from './profile.js'
import { analyse, type CompiledTemplate, inFile } from './template-engine.js'

/** What a field holds, as far as the samples show it; `null` where they show nothing but its name. */
type Shape =
  | { kind: 'text' }
  | { kind: 'list'; item: Shape | null }
  | { kind: 'group'; fields: Map<string, Shape | null> }
  | null

/** What LiquidJS gives inside a loop. */
const FORLOOP: Shape = {
  kind: 'group',
  fields: new Map(
    ['first', 'last', 'index', 'index0', 'rindex', 'rindex0', 'length'].map((name) => [name, { kind: 'text' }]),
  ),
}

/** Every name in the template that the samples do not have, with its line and the names that there are. */
export const unknownFields = (
  template: CompiledTemplate,
  source: string,
  samples: readonly TemplateValues[],
): Problem[] => {
  const fields = samples.map(shapeOf).reduce(merge, null)
  const { variables, globals } = analyse(template)
  const outside = Object.values(globals).flat()
  const loops = loopVariables(source, fields)
  const inLoops = Object.values(variables)
    .flat()
    .filter((variable) => !outside.includes(variable) && loops.has(String(variable.segments[0])))
  return [
    ...outside.map((variable) => ({ variable, path: variable.segments, scope: fields })),
    ...inLoops.map((variable) => {
      const [root, ...path] = variable.segments
      return { variable, path, scope: loops.get(String(root)) ?? null }
    }),
  ].flatMap(({ variable, path, scope }) => {
    const missing = missingName(path, scope)
    if (missing === null) return []
    const detail = `line ${variable.location.row} names the field "${variable}", which is not there${known(missing)}`
    return [inFile(template.file, detail)]
  })
}

const known = (names: readonly string[]): string =>
  names.length === 0 ? '; it has no fields of its own.' : `; known are: ${[...names].sort().join(', ')}.`

const shapeOf = (value: TemplateValue): Shape => {
  if (value === null) return null
  if (typeof value === 'string') return { kind: 'text' }
  if (isList(value)) return { kind: 'list', item: value.map(shapeOf).reduce(merge, null) }
  return { kind: 'group', fields: new Map(Object.entries(value).map(([name, item]) => [name, shapeOf(item)])) }
}

const isList = (value: TemplateValue): value is readonly string[] | readonly TemplateValues[] => Array.isArray(value)

const merge = (a: Shape, b: Shape): Shape => {
  if (a === null || b === null) return a ?? b
  if (a.kind === 'list' && b.kind === 'list') return { kind: 'list', item: merge(a.item, b.item) }
  if (a.kind !== 'group' || b.kind !== 'group') return a
  const names = new Set([...a.fields.keys(), ...b.fields.keys()])
  const fields = [...names].map(
    (name) => [name, merge(a.fields.get(name) ?? null, b.fields.get(name) ?? null)] as const,
  )
  return { kind: 'group', fields: new Map(fields) }
}

/** The names that stand where the first unknown segment is; null where every segment is known. */
const missingName = (segments: readonly unknown[], scope: Shape): readonly string[] | null => {
  let shape = scope
  for (const segment of segments) {
    if (shape === null || typeof segment === 'object') return null
    const name = String(segment)
    if (shape.kind === 'text') return name === 'size' ? null : []
    if (shape.kind === 'list') {
      if (name === 'size') return null
      if (name !== 'first' && name !== 'last' && !/^-?\d+$/.test(name)) return ['first', 'last', 'size']
      shape = shape.item
    } else {
      if (!shape.fields.has(name)) return [...shape.fields.keys()]
      shape = shape.fields.get(name) ?? null
    }
  }
  return null
}

/** The variable of each `for` and what one round of it holds; of two loops with the same variable, what either holds. */
const loopVariables = (source: string, fields: Shape): Map<string, Shape> => {
  const loops = new Map<string, Shape>([['forloop', FORLOOP]])
  for (const [, variable, path] of source.matchAll(/\{%-?\s*for\s+([\w-]+)\s+in\s+([\w.-]+)/g)) {
    if (variable === undefined || path === undefined) continue
    const list = follow(path.split('.'), fields, loops)
    const item = list?.kind === 'list' ? list.item : null
    loops.set(variable, loops.has(variable) ? merge(loops.get(variable) ?? null, item) : item)
  }
  return loops
}

const follow = (path: readonly string[], fields: Shape, loops: Map<string, Shape>): Shape => {
  const [head, ...rest] = path
  let shape = loops.has(head ?? '') ? (loops.get(head ?? '') ?? null) : group(fields, head ?? '')
  for (const name of rest) shape = group(shape, name)
  return shape
}

const group = (shape: Shape, name: string): Shape => (shape?.kind === 'group' ? (shape.fields.get(name) ?? null) : null)
