import type { RegistryMemory } from '../memory.js'
import { canonical, complaints, type RpslObject, readUpdate, valuesOf } from './objects.js'

/** What became of one object. */
export type Result = {
  object: RpslObject
  lines: readonly string[]
  verb: 'Create' | 'Modify' | 'Delete' | 'No operation'
  errors: string[]
}

/** Of a mail: its objects, and how many paragraphs were none. */
export type Update = { results: Result[]; strange: string[][] }

/** Zones below this belong to another maintainer: those of the second network for documentation (RFC 5737). */
const ANOTHERS = '.51.198.in-addr.arpa'

/** Objects as they were sent, by their keys, beside what each registry's memory has of zones. */
const stored = new WeakMap<RegistryMemory, Map<string, RpslObject>>()

const objectsOf = (memory: RegistryMemory): Map<string, RpslObject> => {
  const known = stored.get(memory) ?? new Map<string, RpslObject>()
  stored.set(memory, known)
  return known
}

/** Carries out an update, object by object. `isNew`: it may create alone. */
export const carryOut = (text: string, memory: RegistryMemory, { isNew }: { isNew: boolean }): Update => {
  const paragraphs = readUpdate(text)
  return {
    results: paragraphs.flatMap(({ object, lines }) => (object === null ? [] : [put(object, lines, memory, isNew)])),
    strange: paragraphs.filter(({ object }) => object === null).map(({ lines }) => lines),
  }
}

/** The same for a registry that refuses everything. */
export const refuseAll = (text: string): Update => {
  const paragraphs = readUpdate(text)
  return {
    results: paragraphs.flatMap(({ object, lines }) =>
      object === null ? [] : [{ object, lines, verb: verbOf(object, false), errors: [unauthorised(object)] }],
    ),
    strange: paragraphs.filter(({ object }) => object === null).map(({ lines }) => lines),
  }
}

const put = (object: RpslObject, lines: readonly string[], memory: RegistryMemory, isNew: boolean): Result => {
  const objects = objectsOf(memory)
  const present = objects.get(object.key) ?? null
  const verb = verbOf(object, present !== null)
  const errors = [...complaints(object), ...refusals(object, memory, { present, isNew })]
  if (errors.length > 0) return { object, lines, verb, errors }
  if (object.reason !== null) {
    objects.delete(object.key)
    memory.remove(object.key)
    return { object, lines, verb, errors }
  }
  if (present !== null && canonical(present) === canonical(object))
    return { object, lines, verb: 'No operation', errors }
  objects.set(object.key, object)
  memory.save({
    ...{ name: object.key, provider: 'gateway', holders: valuesOf(object, 'mnt-by'), delegated: true, authInfo: null },
    nameservers: valuesOf(object, 'nserver').map((value) => {
      const [host = '', ...addresses] = value.split(' ')
      return { host, addresses }
    }),
    changedAt: memory.now(),
  })
  return { object, lines, verb, errors }
}

const verbOf = ({ reason }: RpslObject, isPresent: boolean): Result['verb'] =>
  reason !== null ? 'Delete' : isPresent ? 'Modify' : 'Create'

const refusals = (
  object: RpslObject,
  memory: RegistryMemory,
  { present, isNew }: { present: RpslObject | null; isNew: boolean },
): string[] => {
  if (object.key.endsWith(ANOTHERS)) return [unauthorised(object)]
  const unknown = ['admin-c', 'tech-c', 'zone-c', 'org', 'mnt-by']
    .flatMap((name) => valuesOf(object, name))
    .filter((name) => !memory.knowsHandle(name))
  const found = [...new Set(unknown)].map((name) => `Unknown object referenced ${name}`)
  if (object.reason === null && isNew && present !== null)
    found.push('Enforced new keyword specified, but the object already exists in the database')
  if (object.reason !== null && present === null)
    found.push(`Object [domain] ${object.key} does not exist in the database`)
  if (object.reason !== null && present !== null && canonical(present) !== canonical(object))
    found.push(`Object [domain] ${object.key} doesn't match version in database`)
  return found
}

const unauthorised = ({ type, key }: RpslObject): string =>
  `Authorisation for [${type}] ${key} failed\n            using "mnt-by:"\n            not authenticated by: OTHER-MNT`
