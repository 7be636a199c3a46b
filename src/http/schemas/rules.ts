import { z } from '@hono/zod-openapi'
import { LONGEST_PHRASE, MOST_PHRASES, RULE_OUTCOMES } from '../../core/mail-rule.js'
import { OUTCOMES } from '../../core/reply.js'
import { record, text } from './text.js'
import { mailSchema } from './views.js'

const phrases = () => z.array(text(LONGEST_PHRASE)).max(MOST_PHRASES)

const meaning = {
  words: phrases()
    .min(1)
    .openapi({ description: 'Each must be in the signed text, but for case and the width of gaps.' }),
  without: phrases().optional().openapi({ description: 'None of these may be in it.' }),
  outcome: z.enum(RULE_OUTCOMES).openapi({
    description:
      '`accepted`: the registry will decide; `done` and `refused`: it has decided; `notice`: it changes nothing; `urgent-notice`: neither, and a ticket asks a person to act on it.',
  }),
  code: text(60).optional().openapi({ description: 'Of a refusal: the code that the order shows.' }),
}

const about = {
  title: text(100),
  enabled: z.boolean().optional().openapi({ description: 'True unless said.' }),
  note: text(500).optional(),
}

export const ruleBody = record({ ...about, ...meaning }).openapi('NewRule')

export const ruleChange = z
  .strictObject({
    ...{ title: about.title.optional(), enabled: about.enabled, note: about.note.nullable() },
    ...{ words: meaning.words.optional(), without: meaning.without, outcome: meaning.outcome.optional() },
    code: meaning.code.nullable(),
    version: z.number().int().min(1).optional().openapi({
      description: 'The version that the change is made from; 409 where there is a later one.',
    }),
  })
  .openapi('RuleChange')

export const trialBody = record({
  rule: record(meaning).optional().openapi({ description: 'The rule to try beside those that are switched on.' }),
  instead: z.string().optional().openapi({ description: 'The id of the rule that the tried one would replace.' }),
  every: z.boolean().optional().openapi({ description: 'Read again what the profile understood as well.' }),
  cursor: z.string().max(500).optional().openapi({ description: '`next` of the answer before.' }),
}).openapi('RuleTrial')

export const ruleSchema = z
  .object({
    id: z.string(),
    version: z.number().int(),
    connection: z.string(),
    title: z.string(),
    words: z.array(z.string()),
    without: z.array(z.string()),
    outcome: z.enum(RULE_OUTCOMES),
    code: z.string().nullable(),
    enabled: z.boolean(),
    note: z.string().nullable(),
    by: z.string(),
    at: z.string().openapi({ format: 'date-time' }),
  })
  .openapi('Rule')

export const rulesSchema = z.object({ items: z.array(ruleSchema) }).openapi('Rules')

const meaningSchema = z
  .object({
    outcome: z.enum(OUTCOMES),
    reference: z.string().nullable(),
    domain: z.string().nullable(),
    code: z.string().nullable(),
    text: z.string(),
    rule: z.object({ id: z.string(), version: z.number().int(), title: z.string() }).nullable(),
    hindrance: z.string().nullable().openapi({ description: 'Why it would settle nothing although it is understood.' }),
  })
  .openapi('Meaning')

export const trialSchema = z
  .object({
    looked: z.number().int().openapi({ description: 'Trusted mails that were looked at, the newest first.' }),
    recognised: z.number().int().openapi({ description: 'A person had to look at them, and would not have to.' }),
    changed: z.number().int(),
    unchanged: z.number().int(),
    unreadable: z.number().int().openapi({ description: 'Their octets are gone, or their key is.' }),
    differences: z.array(
      z.object({
        kind: z.enum(['recognised', 'changed']),
        mail: mailSchema,
        was: z.array(meaningSchema),
        would: z.array(meaningSchema),
      }),
    ),
    next: z.string().nullable().openapi({ description: 'For the mails before these; null at the end.' }),
  })
  .openapi('TrialReport')
