import { onOneLine } from '../core/notice-text.js'
import type { TemplateValue, TemplateValues } from '../profiles/profile.js'

/**
 * The values of a notice as templates take them, whoever wrote them: every text on one line, a number as text, and `true` as
 * a text, so that what is false, empty or absent is no value at all.
 */
export const toTemplateValues = (values: Readonly<Record<string, unknown>>): TemplateValues =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [onOneLine(name), toTemplateValue(value)]))

const toTemplateValue = (value: unknown): TemplateValue => {
  if (Array.isArray(value)) return value.map(toTemplateValue).filter((item) => item !== null) as TemplateValues[]
  if (typeof value === 'object' && value !== null) return toTemplateValues({ ...value })
  if (typeof value === 'string') return value === '' ? null : onOneLine(value)
  return value === null || value === undefined || value === false ? null : onOneLine(String(value))
}
