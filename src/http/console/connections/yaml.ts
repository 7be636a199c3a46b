import { parse, stringify } from 'yaml'
import { type Checked, messageOf, ok, wrong } from '../../../core/errors.js'
import { isNestedDeeper } from '../../endpoint.js'

const DEEPEST = 64

/** A group of fields that somebody wrote as YAML or JSON. What is wrong with it is one problem, with line and column. */
export const readYaml = (text: string): Checked<Record<string, unknown>> => {
  const read = parseYaml(text)
  if (!read.ok) return read
  const { value } = read
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return wrong({ pointer: '', detail: 'is no group of fields: write one field a line, such as title: Our account' })
  return isNestedDeeper(DEEPEST, value)
    ? wrong({ pointer: '', detail: `is nested more than ${DEEPEST} levels deep; nothing that is taken here is` })
    : ok(Object.fromEntries(Object.entries(value)))
}

const parseYaml = (text: string): Checked<unknown> => {
  try {
    return ok(parse(text))
  } catch (error) {
    return wrong({ pointer: '', detail: `is no YAML that can be read: ${messageOf(error)}` })
  }
}

export const writeYaml = (value: unknown): string => stringify(value)
