import type { Problem } from '../core/errors.js'
import type { Pair } from './key-value.js'

/**
 * Compares what a rendered request says with what its order says, key by key: what the template left out, added or changed is
 * a problem each. Keys are compared in any case, and repeated ones as sets. `secret`: keys, in lower case, whose values are
 * not repeated in a problem.
 */
export const confirmPairs = (
  written: readonly Pair[],
  wanted: readonly Pair[],
  { secret = NONE }: { secret?: ReadonlySet<string> } = {},
): Problem[] => {
  const [inRequest, inOrder] = [byKey(written), byKey(wanted)]
  const keys = new Set([...inOrder.keys(), ...inRequest.keys()])
  return [...keys].flatMap((key) => {
    const [has, wants] = [inRequest.get(key) ?? [], inOrder.get(key) ?? []]
    return sameSet(has, wants) ? [] : [at(difference(key, { has, wants, isSecret: secret.has(key) }))]
  })
}

/** The same of a subject that means something to the registry. */
export const confirmSubject = (written: string, wanted: string): Problem[] =>
  written === wanted
    ? []
    : [at(`The subject says "${written}", and the order needs "${wanted}"; print the fields as they are, and no more.`)]

const NONE: ReadonlySet<string> = new Set()

const byKey = (pairs: readonly Pair[]): Map<string, string[]> => {
  const values = new Map<string, string[]>()
  for (const [key, value] of pairs) values.set(key.toLowerCase(), [...(values.get(key.toLowerCase()) ?? []), value])
  return values
}

const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  [...a].sort().join('\n') === [...b].sort().join('\n')

const at = (detail: string): Problem => ({ pointer: '', detail })

type Difference = { has: readonly string[]; wants: readonly string[]; isSecret: boolean }

/** Names the key; values too, but never a password. */
const difference = (key: string, { has, wants, isSecret }: Difference): string => {
  if (wants.length === 0)
    return `The request has a line "${key}", which the order does not have; take it out of the template.`
  if (has.length === 0) return `The request has no line "${key}"; put it back into the template.`
  if (isSecret) return `The line "${key}" is not what the order says; print the field as it is.`
  return `The line "${key}" says ${has.join(', ')}, and the order says ${wants.join(', ')}; print the field as it is.`
}
