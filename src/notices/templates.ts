/** The wording of mails to people: `mail/<kind>.liquid`, with the engine and the checks that requests have. */
import { type Checked, distinctProblems, type Problem, wrong } from '../core/errors.js'
import { NOTICE_KINDS, type NoticeKind } from '../core/notice.js'
import type { Draft } from '../profiles/profile.js'
import { isForPeople, type TemplateSource, type TemplateSources } from '../profiles/template.js'
import { compileTemplate, inFile, renderTemplate } from '../profiles/template-engine.js'
import { unknownFields } from '../profiles/template-fields.js'
import { NOTICE_SAMPLES } from './samples.js'
import { toTemplateValues } from './values.js'

export type NoticeTemplates = {
  /** Problems name the file. */
  render(kind: NoticeKind, values: Readonly<Record<string, unknown>>): Checked<Draft>
}

/** Renders what it was given at the start; templates are parsed once. */
export const createNoticeTemplates = (sources: TemplateSources): NoticeTemplates => {
  const compiled = new Map([...sources].map(([key, source]) => [key, compileTemplate(source)]))
  return {
    render: (kind, values) => {
      const template = compiled.get(keyOf(kind))
      if (template === undefined)
        return wrong({ pointer: '', detail: `There is no template ${keyOf(kind)}.liquid; restore it.` })
      return template.ok ? renderTemplate(template.value, toTemplateValues(values)) : template
    },
  }
}

/**
 * Everything that would keep a template from making mails, found at the start: one that is missing, is for no kind, cannot
 * be parsed, names a field that its kind does not have, or does not render a sample. Problems name the file.
 */
export const checkNoticeTemplates = (sources: TemplateSources): Problem[] => {
  const known = new Set(NOTICE_KINDS.map(keyOf))
  const idle = [...sources].filter(([key]) => isForPeople(key) && !known.has(key))
  return [
    ...NOTICE_KINDS.flatMap((kind) => checkTemplate(sources.get(keyOf(kind)), kind)),
    ...idle.map(([key, { file }]) =>
      inFile(file, `is for ${key}, and there are no such mails; remove it or rename it.`),
    ),
  ]
}

const checkTemplate = (source: TemplateSource | undefined, kind: NoticeKind): Problem[] => {
  if (source === undefined)
    return [inFile(`${keyOf(kind)}.liquid`, 'is missing; every kind of mail needs its template.')]
  const compiled = compileTemplate(source)
  if (!compiled.ok) return compiled.problems
  const samples = NOTICE_SAMPLES[kind].map(toTemplateValues)
  const unknown = unknownFields(compiled.value, source.source, samples)
  if (unknown.length > 0) return unknown
  const problems = samples.flatMap((values) => {
    const draft = renderTemplate(compiled.value, values)
    return draft.ok ? [] : draft.problems
  })
  return distinctProblems(problems)
}

const keyOf = (kind: NoticeKind): string => `mail/${kind}`
