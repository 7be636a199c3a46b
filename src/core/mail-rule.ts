import type { Problem } from './errors.js'
import { codeProblem } from './order.js'
import { blankReply, type Outcome, type Reply, type Tidings, unrecognised } from './reply.js'

/**
 * What a rule can say that a mail means: an outcome of a reply, but never that it is not understood. `urgent-notice`: a notice that a
 * person has to act on.
 */
export const RULE_OUTCOMES = ['accepted', 'done', 'refused', 'notice', 'urgent-notice'] as const
export type RuleOutcome = (typeof RULE_OUTCOMES)[number]

const outcomeOf = (outcome: RuleOutcome): Outcome => (outcome === 'urgent-notice' ? 'notice' : outcome)

/** What a rule looks for, and what it takes a text for that has it. */
export type RuleMeaning = {
  /** Each must be in the signed text: letter for letter, but for case and the width of gaps. */
  words: string[]
  /** None of these may be. */
  without: string[]
  outcome: RuleOutcome
  /** Of a refusal: the code that the order shows. */
  code: string | null
}

/**
 * What an operator taught us about mails of one connection that its profile cannot read. It speaks only of what the
 * registry signed, and only where the profile had nothing to say. Each change is a version of its own, and all are kept.
 */
export type MailRule = RuleMeaning & {
  id: string
  version: number
  connectionId: string
  title: string
  /** Switched off, it is kept and reads nothing. */
  enabled: boolean
  note: string | null
  /** Who wrote this version, and when. */
  by: string
  at: Date
}

/** Of one rule and of one connection. */
export const MOST_PHRASES = 10
export const LONGEST_PHRASE = 200
export const MOST_RULES = 200

/** A shorter phrase is in every other mail. Characters, without its gaps. */
const SHORTEST_PHRASE = 3
const LONGEST_CODE = 60

/** What is wrong with a rule, by pointers into it. */
export const ruleProblems = ({ words, without, outcome, code }: RuleMeaning): Problem[] => [
  ...(words.length === 0
    ? [{ pointer: '/words', detail: 'must have at least one phrase that the mail has to contain' }]
    : []),
  ...phraseProblems('/words', words),
  ...phraseProblems('/without', without),
  ...codeProblems(code, outcome),
  ...(code !== null && code.length > LONGEST_CODE
    ? [{ pointer: '/code', detail: `is longer than ${LONGEST_CODE} characters` }]
    : []),
]

const codeProblems = (code: string | null, outcome: RuleOutcome): Problem[] => {
  const detail = codeProblem(code, { refuses: outcome === 'refused' })
  return detail === null ? [] : [{ pointer: '/code', detail }]
}

const phraseProblems = (pointer: string, phrases: readonly string[]): Problem[] => [
  ...(phrases.length > MOST_PHRASES ? [{ pointer, detail: `has more than ${MOST_PHRASES} phrases` }] : []),
  ...phrases.flatMap((phrase, index) => {
    const { length } = foldText(phrase).replaceAll(' ', '')
    if (length >= SHORTEST_PHRASE && phrase.length <= LONGEST_PHRASE) return []
    return [{ pointer: `${pointer}/${index}`, detail: `must have ${SHORTEST_PHRASE} to ${LONGEST_PHRASE} characters` }]
  }),
]

/** What goes to the thread that reads mails, and comes back from it. */
export type ActiveRule = RuleMeaning & { id: string; version: number; title: string; note: string | null }
export type AppliedRule = { id: string; version: number; title: string }

/** What a signed text names that may be ours: which of it is, only the store can say. */
export type Mentions = { references: string[]; domains: string[] }

/** What rules made of a text that its profile could not read. */
export type RuleReading = { rule: AppliedRule; mentions: Mentions; reply: Reply }

/**
 * Reads a signed text by the rules of its connection. Null where no rule fits; where several fit and do not mean the same,
 * the reply is `unrecognised` and names them.
 */
export const readByRules = (text: string, rules: readonly ActiveRule[]): RuleReading | null => {
  const plain = foldText(text)
  const fitting = rules.filter((rule) => fits(rule, plain))
  const [rule, ...others] = fitting
  if (rule === undefined) return null
  const applied = { id: rule.id, version: rule.version, title: rule.title }
  const rival = others.find((other) => other.outcome !== rule.outcome || other.code !== rule.code)
  if (rival !== undefined)
    return {
      rule: applied,
      mentions: NO_MENTIONS,
      reply: unrecognised(`The rules "${rule.title}" and "${rival.title}" both fit and disagree.`),
    }
  return {
    rule: applied,
    mentions: mentionsOf(text),
    reply: {
      ...{ ...blankReply(), outcome: outcomeOf(rule.outcome), code: rule.code, text: lineWith(text, rule) },
      tidings: tidingsOf(rule),
    },
  }
}

/** It changes nothing by itself: what a registry did of itself, only its profile can tell. What to do may be in the rule's note. */
const tidingsOf = ({ outcome, note }: ActiveRule): Tidings | null => {
  if (outcomeOf(outcome) !== 'notice') return null
  const news = { kind: 'news', at: null, urgent: outcome === 'urgent-notice' } as const
  return note === null ? news : { ...news, todo: note }
}

const fits = ({ words, without }: RuleMeaning, plain: string): boolean =>
  words.length > 0 &&
  words.every((phrase) => plain.includes(foldText(phrase))) &&
  !without.some((phrase) => plain.includes(foldText(phrase)))

/** As a person reads it: a phrase that goes over the end of a line is the same phrase. */
const foldText = (text: string): string => text.normalize('NFC').toLowerCase().replaceAll(/\s+/gu, ' ').trim()

const LONGEST_TEXT = 500

/** The registry's own words: the first line that has the rule's first phrase, or what of it there is on one line. */
const lineWith = (text: string, { words }: RuleMeaning): string => {
  const [phrase = ''] = words.map(foldText)
  const lines = text.split('\n').map((line) => line.trim())
  const line = lines.find((one) => foldText(one).includes(phrase)) ?? phrase
  return line.slice(0, LONGEST_TEXT)
}

/** More than a mail about one order names; of one that names more, nothing is taken for ours. */
const MOST_MENTIONS = 20

const REFERENCE = /(?<![\w-])sp-[a-z0-9]{26}(?![\w-])/gi
const NAME = /(?<![\w.@-])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,10}[a-z](?:[a-z0-9-]{0,61}[a-z0-9])(?![\w@-])/gi

/** A name behind an @ is a mailbox's, and one in a longer word belongs to that; A-labels only, as registries send them. */
export const mentionsOf = (text: string): Mentions => {
  const references = distinct(text.match(REFERENCE) ?? [])
  const domains = distinct(text.match(NAME) ?? [])
  return references.length > MOST_MENTIONS || domains.length > MOST_MENTIONS ? NO_MENTIONS : { references, domains }
}

const distinct = (found: readonly string[]): string[] => [...new Set(found.map((one) => one.toLowerCase()))]

const NO_MENTIONS: Mentions = { references: [], domains: [] }
