import type { Problem } from '../../../core/errors.js'
import { type MailRule, RULE_OUTCOMES, type RuleMeaning } from '../../../core/mail-rule.js'
import type { RuleWords } from '../../../flows/manage-rules.js'
import { check } from '../../endpoint.js'
import { ruleBody } from '../../schemas/rules.js'
import type { Form } from '../frame/form.js'

/** A rule as it stands in its form, right or wrong. */
export type RuleDraft = {
  title: string
  words: readonly string[]
  without: readonly string[]
  outcome: string
  code: string
  note: string
}

export const NO_DRAFT: RuleDraft = { title: '', words: [], without: [], outcome: 'done', code: '', note: '' }

/** Phrases stand one a line; lines of the mail that were marked are phrases too. */
export const ruleDraftOf = (form: Form): RuleDraft => ({
  ...{ title: form.text('title').trim(), outcome: form.text('outcome') },
  words: [...new Set([...phrases(form.text('words')), ...form.all('line').flatMap(phrases)])],
  without: [...new Set(phrases(form.text('without')))],
  ...{ code: form.text('code').trim(), note: form.text('note').trim() },
})

/** The fields of the form that say the same. */
export const ruleFields = ({ words, without, ...draft }: RuleDraft): Record<keyof RuleDraft, string> => ({
  ...draft,
  ...{ words: words.join('\n'), without: without.join('\n') },
})

const phrases = (text: string): string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')

export const draftOfRule = ({ title, words, without, outcome, code, note }: MailRule): RuleDraft => ({
  ...{ title, words, without, outcome },
  ...{ code: code ?? '', note: note ?? '' },
})

/** Throws `Refusal` invalid (422) with every problem; a rule that is only tried needs no title. */
export const readRuleDraft = (draft: RuleDraft, { tried }: { tried: boolean }): Omit<RuleWords, 'enabled'> => {
  const {
    title,
    note = null,
    words,
    without = [],
    outcome,
    code = null,
  } = check(ruleBody, {
    ...{ title: tried && draft.title === '' ? 'tried' : draft.title, words: draft.words, without: draft.without },
    outcome: RULE_OUTCOMES.find((known) => known === draft.outcome) ?? draft.outcome,
    ...{ code: draft.code === '' ? null : draft.code, note: draft.note === '' ? null : draft.note },
  })
  return { title, note, words, without, outcome, code }
}

export const meaningOf = ({ words, without, outcome, code }: RuleMeaning): RuleMeaning => ({
  ...{ words, without },
  ...{ outcome, code },
})

/** Whether it is told beside a field of the form. */
export const isOfDraft = ({ pointer }: Problem): boolean => Object.hasOwn(NO_DRAFT, pointer.split('/')[1] ?? '')

/** What is wrong with a field, for the person before the form; null where nothing is. */
export const problemOf = (problems: readonly Problem[], field: keyof RuleDraft): string | null => {
  const said = problems.filter(({ pointer }) => pointer === `/${field}` || pointer.startsWith(`/${field}/`))
  return said.length === 0 ? null : said.map((problem) => problemWords(problem, field)).join('; ')
}

const problemWords = ({ pointer, detail }: Problem, field: string): string => {
  const index = pointer.slice(field.length + 2)
  return index === '' ? detail : `phrase ${Number(index) + 1} ${detail}`
}
