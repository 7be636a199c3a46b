import type { Problem } from '../../core/errors.js'
import type { Pair } from '../key-value.js'
import type { EncodeInput, TemplateValues } from '../profile.js'
import { QUESTION_VERBS, type Question, VERSION } from './codes.js'
import { readDomain } from './domain.js'
import { surplus } from './surplus.js'

type DenicQuestion = { ace: string; unicode: string }

/** A question about a domain. The registry refuses one with a CTID. */
export const readQuestion = (
  { terms }: Omit<EncodeInput, 'reference'>,
  action: Question,
): { question: DenicQuestion; problems: Problem[] } => {
  const { ace, unicode, problems } = readDomain(terms.domain)
  return { question: { ace, unicode }, problems: [...problems, ...surplus(terms, action)] }
}

/** The request as the registry must read it. */
export const questionPairs = ({ ace, unicode }: DenicQuestion, action: Question): Pair[] => [
  ['Version', VERSION],
  ['Action', QUESTION_VERBS[action]],
  ['Domain', unicode],
  ['Domain-Ace', ace],
]

/** The reference is for the subject alone. */
export const questionValues = (
  { ace, unicode }: DenicQuestion,
  action: Question,
  reference: string,
): TemplateValues => ({
  reference,
  version: VERSION,
  action: QUESTION_VERBS[action],
  domain: unicode,
  domainAce: ace,
})
