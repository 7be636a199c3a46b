/**
 * The wording of requests, apart from their facts: templates that operators may edit. A template looks like a mail:
 * `Subject: ...`, an empty line, the body. `template-engine.ts` says what may be in it.
 */
import type { Action } from '../core/action.js'
import { type Problem, wrong } from '../core/errors.js'
import type { EncodeInput, MailProfile, Profile, Question, TemplateRenderer, TemplateValues } from './profile.js'
import { compileTemplate, inFile, renderTemplate, type TemplateSource } from './template-engine.js'
import { unknownFields } from './template-fields.js'

export type { TemplateSource } from './template-engine.js'
/** By `<profile>/<action>`. */
export type TemplateSources = ReadonlyMap<string, TemplateSource>

/** Mails to people have a folder beside those of the profiles (`src/notices`). */
export const isForPeople = (key: string): boolean => key.startsWith('mail/')

/** Renders what it was given at the start; templates are parsed once. The same values always render the same text. */
export const createTemplateRenderer = (sources: TemplateSources): TemplateRenderer => {
  const compiled = new Map([...sources].map(([key, source]) => [key, compileTemplate(source)]))
  return {
    render: (profile, name, values) => {
      const template = compiled.get(`${profile}/${name}`)
      if (template === undefined)
        return wrong({
          pointer: '',
          detail: `There is no template ${profile}/${name}.liquid; write one or restore it.`,
        })
      return template.ok ? renderTemplate(template.value, values) : template
    },
  }
}

/** A profile, as far as templates have to fit it. A sample that says what order it stands for is confirmed as well. */
export type TemplatedProfile = Pick<Profile, 'id' | 'capabilities'> & {
  /** Where nothing is read back, a template may say it as it likes. */
  confirm?: MailProfile['confirm']
  samples: readonly { action: Action; values: TemplateValues; input?: EncodeInput }[]
  /** Of those whose requests are calls of a server: what they ask beside orders. */
  questions?: readonly Question[]
}

/**
 * Everything that would keep a template from making requests, found before the first order: a template that is missing,
 * that nobody asks for, that cannot be parsed, that names a field which its profile does not give (in any branch), or
 * that renders a sample into something else than the sample's order. Problems name the file.
 */
export const checkTemplates = (sources: TemplateSources, profiles: Iterable<TemplatedProfile>): Problem[] => {
  const known = [...profiles]
  const wanted = known.flatMap((profile) => templatesOf(profile).map((action) => ({ profile, action })))
  const names = new Set(wanted.map(({ profile, action }) => `${profile.id}/${action}`))
  const idle = [...sources].filter(([key]) => !names.has(key) && !isForPeople(key))
  return [
    ...wanted.flatMap(({ profile, action }) => checkTemplate(sources.get(`${profile.id}/${action}`), profile, action)),
    ...idle.map(([key, { file }]) => inFile(file, `is for ${key}, which no profile has; remove it or rename it.`)),
  ]
}

/** Of the actions that a profile has, and of what it asks beside them. */
const templatesOf = ({ capabilities, questions = [] }: TemplatedProfile): string[] => {
  const actions = Object.entries(capabilities).filter(([, { supported }]) => supported)
  return [...new Set([...actions.map(([action]) => action), ...questions.map(({ template }) => template)])]
}

/** As `checkTemplates`, for one template. */
export const checkTemplate = (
  source: TemplateSource | undefined,
  profile: TemplatedProfile,
  action: string,
): Problem[] => {
  if (source === undefined)
    return [
      inFile(`${profile.id}/${action}.liquid`, 'is missing; every action that a profile supports needs its template.'),
    ]
  const compiled = compileTemplate(source)
  if (!compiled.ok) return compiled.problems
  const samples: { values: TemplateValues; input?: EncodeInput }[] = [
    ...profile.samples.filter((sample) => sample.action === action),
    ...(profile.questions ?? []).filter((question) => question.template === action),
  ]
  const unknown = unknownFields(
    compiled.value,
    source.source,
    samples.map(({ values }) => values),
  )
  if (unknown.length > 0) return unknown
  const problems = samples.flatMap(({ values, input }) => {
    const draft = renderTemplate(compiled.value, values)
    if (!draft.ok) return draft.problems
    return input === undefined
      ? []
      : (profile.confirm?.(draft.value, input) ?? []).map(({ detail }) => inFile(source.file, detail))
  })
  return problems.filter(({ detail }, index) => problems.findIndex((other) => other.detail === detail) === index)
}
