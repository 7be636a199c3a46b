import type { Problem } from '../../../core/errors.js'
import { sentence } from '../frame/area.js'

/** What is wrong, by the name of the field that it stands beside; the rest stands above the form. */
export type PlacedProblems = { beside: Readonly<Partial<Record<string, string>>>; above: readonly Problem[] }

/** Finds for each problem with an order's body the field of the form that was meant, where these are shown. */
export const placeProblems = (problems: readonly Problem[], names: readonly string[]): PlacedProblems => {
  const placed = problems.map((problem) => ({ problem, name: nameOf(problem, names) }))
  const beside: Record<string, string> = {}
  for (const { problem, name } of placed) {
    if (name === null) continue
    const before = beside[name]
    beside[name] = before === undefined ? wordsOf(problem) : `${before} ${wordsOf(problem)}`
  }
  return { beside, above: placed.flatMap(({ problem, name }) => (name === null ? [problem] : [])) }
}

/** Whether a field of these was meant. */
export const isBeside = (problem: Problem, names: readonly string[]): boolean => nameOf(problem, names) !== null

/** The field itself, else the nearest one of the group that it belongs to. */
const nameOf = ({ pointer }: Problem, names: readonly string[]): string | null => {
  const parts = partsOf(pointer).filter((part) => !isIndex(part))
  for (let length = parts.length; length > 0; length--) {
    const place = parts.slice(0, length).join('.')
    const meant = [ASKED_AS[place], place].find((one) => one !== undefined && names.includes(one))
    const name = meant ?? names.find((one) => one.startsWith(`${place}.`))
    if (name !== undefined) return name
  }
  return null
}

/** Fields of the body that the form asks for by another name. */
const ASKED_AS: Partial<Record<string, string>> = {
  agreement: 'agreement.accepted',
  'agreement.version': 'agreement.accepted',
  'agreement.acceptedAt': 'agreement.accepted',
  authInfo: 'withAuthInfo',
}

/** Of a list the entry that is wrong is counted from one, as people do; of a role there is one contact as a rule. */
const wordsOf = ({ pointer, detail }: Problem): string => {
  const parts = partsOf(pointer)
  const index = parts.find(isIndex)
  const isOnly = index === undefined || (index === '0' && parts[0] === 'contacts')
  return isOnly ? sentence(detail) : `${Number(index) + 1}: ${sentence(detail)}`
}

/** RFC 6901, section 3. */
const partsOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))

const isIndex = (part: string): boolean => /^\d+$/.test(part)
