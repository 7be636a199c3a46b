/**
 * LiquidJS, cut down: a template can print the fields that its profile gives, choose and repeat lines, and nothing else:
 * no files, no other templates, no unescaped output.
 */
import { Liquid, type Template } from 'liquidjs'
import { type Checked, messageOf, ok, type Problem, wrong } from '../core/errors.js'
import type { Draft, TemplateValue, TemplateValues } from './profile.js'

/** One template: its text, and the file to name when something is wrong with it. */
export type TemplateSource = { file: string; source: string }

/** A template that was parsed. */
export type CompiledTemplate = { file: string; parts: Template[] }

const LIMITS = { source: 64_000, renderMs: 1_000, objects: 1_000_000, subject: 200, body: 64_000 }

/** All that chooses and repeats; whatever prints around the escape or reaches for other templates is gone. */
const TAGS = new Set(['if', 'unless', 'case', 'for', 'break', 'continue', 'assign', 'capture', 'comment', '#'])

/** What changes text and lists. Left out: `raw`, which prints around the escape, and all that knows time or chance. */
const FILTERS = new Set(
  'append capitalize compact concat default downcase first join last map minus plus prepend remove replace reverse size slice split strip uniq upcase'.split(
    ' ',
  ),
)

/**
 * C0, DEL, C1 and Unicode's line ends: with one of these a value could begin a line of its own. And half a surrogate pair,
 * as a filter may cut it, which no mail can carry.
 */
const CONTROL = /[\p{Cc}\p{Cs}\u2028\u2029]/u

/** Parses a template; problems name the file, and the line where there is one. */
export const compileTemplate = ({ file, source }: TemplateSource): Checked<CompiledTemplate> => {
  if (source.length > LIMITS.source)
    return wrong(inFile(file, `has ${source.length} characters; at most ${LIMITS.source} are allowed.`))
  try {
    return ok({ file, parts: engine.parse(withoutTagLines(source)) })
  } catch (error) {
    return wrong(inFile(file, `${messageOf(error)}. Correct the template.`))
  }
}

/** Renders a parsed template; a control character in a value, or a field that is not there, is a problem. */
export const renderTemplate = ({ file, parts }: CompiledTemplate, values: TemplateValues): Checked<Draft> => {
  const bad = controlProblems(values, [])
  if (bad.length > 0) return wrong(...bad.map((detail) => inFile(file, detail)))
  try {
    const text: unknown = engine.renderSync(parts, values)
    return toDraft(file, String(text))
  } catch (error) {
    return wrong(inFile(file, `${messageOf(error)}. Correct the template.`))
  }
}

export const inFile = (file: string, detail: string): Problem => ({ pointer: '', detail: `${file}: ${detail}` })

/** The last gate before the text: whatever is printed is text or a number, on one line. */
const escapeOutput = (value: unknown): string => {
  if (typeof value === 'number') return String(value)
  if (value === null || value === undefined)
    throw new Error('a field that has no value is printed; put the line into {% if FIELD %} ... {% endif %}')
  if (typeof value !== 'string') throw new Error('a list or a group is printed; print its entries with {% for %}')
  if (CONTROL.test(value)) throw new Error('a value with a line end or another control character is printed')
  return value
}

const createEngine = (): Liquid => {
  const liquid = new Liquid({
    strictVariables: true,
    strictFilters: true,
    lenientIf: false,
    ownPropertyOnly: true,
    greedy: false,
    templates: {},
    dynamicPartials: false,
    outputEscape: escapeOutput,
    parseLimit: LIMITS.source,
    renderLimit: LIMITS.renderMs,
    memoryLimit: LIMITS.objects,
    timezoneOffset: 0,
    locale: 'en',
  })
  for (const tag of Object.keys(liquid.tags)) if (!TAGS.has(tag)) delete liquid.tags[tag]
  for (const filter of Object.keys(liquid.filters)) if (!FILTERS.has(filter)) delete liquid.filters[filter]
  return liquid
}

const engine = createEngine()

/** The parsed template language, for those who analyse templates. */
export const analyse = (template: CompiledTemplate) => engine.analyzeSync(template.parts, { partials: false })

/**
 * Lines that hold tags alone leave nothing behind: their tags swallow the line's end (`-%}`), so that every line keeps
 * its number for messages.
 */
const withoutTagLines = (source: string): string =>
  source
    .replace(/^\ufeff/, '')
    .replace(/\r\n/g, '\n')
    .replace(TAG_LINE, (line) => line.trim().replace(/-?%\}$/, '-%}'))

const TAG = String.raw`\{%(?:(?!%\}).)*%\}`
const COMMENT = String.raw`\{%-?\s*comment\s*-?%\}(?:(?!%\}).)*\{%-?\s*endcomment\s*-?%\}`
const TAG_LINE = new RegExp(`^[ \\t]*(?:(?:${COMMENT}|${TAG})[ \\t]*)+$`, 'gm')

const toDraft = (file: string, text: string): Checked<Draft> => {
  const lines = text.split('\n').map((line) => line.trimEnd())
  const subject = /^Subject: (.+)$/.exec(lines[0] ?? '')?.[1]
  if (subject === undefined || lines[1] !== '')
    return wrong(inFile(file, 'must begin with a line "Subject: ..." and an empty line.'))
  const body = `${lines.slice(2).join('\n').replace(/\n+$/, '')}\n`
  const problems = [
    subject.length > LIMITS.subject
      ? `has a subject of ${subject.length} characters; at most ${LIMITS.subject} are allowed.`
      : null,
    body.trim() === '' ? 'has no body.' : null,
    body.length > LIMITS.body ? `has a body of ${body.length} characters; at most ${LIMITS.body} are allowed.` : null,
    CONTROL.test(subject) || CONTROL.test(body.replaceAll('\n', ' '))
      ? 'has a tab, another control character or broken Unicode in its text; use blanks.'
      : null,
  ].filter((detail) => detail !== null)
  return problems.length > 0 ? wrong(...problems.map((detail) => inFile(file, detail))) : ok({ subject, body })
}

const controlProblems = (value: TemplateValue, path: readonly string[]): string[] => {
  if (typeof value === 'string')
    return CONTROL.test(value)
      ? [`the field ${path.join('.')} has a line end or another control character in it; the order must not.`]
      : []
  if (value === null) return []
  return Object.entries(value).flatMap(([name, item]) => controlProblems(item, [...path, name]))
}
