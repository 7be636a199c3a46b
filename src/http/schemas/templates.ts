import { z } from '@hono/zod-openapi'
import { ACTIONS } from '../../core/action.js'

/** As long as a template may be (profiles/template-engine.ts). */
const LONGEST = 64_000

export const comparisonBody = z
  .strictObject({
    action: z.enum(ACTIONS),
    template: z
      .string()
      .min(1)
      .max(LONGEST)
      .nullish()
      .openapi({ description: 'Its source; without one that of today is tried.' }),
  })
  .openapi('TemplateTrial')

const problems = z.array(z.object({ pointer: z.string(), detail: z.string() }))
const time = () => z.string().openapi({ format: 'date-time' })

export const comparisonSchema = z
  .object({
    problems: problems.openapi({
      description: 'What is wrong with the template itself, by file and line; then nothing is compared.',
    }),
    compared: z.array(
      z.object({
        request: z.string(),
        order: z.string(),
        domain: z.string(),
        mail: z.string().nullable(),
        sentAt: time().nullable(),
        kind: z.enum(['same', 'changed', 'failed', 'unreadable']),
        problems: problems.openapi({ description: 'Why the template makes no request of it.' }),
        lines: z
          .array(z.object({ kind: z.enum(['same', 'gone', 'new']), text: z.string() }))
          .openapi({ description: 'Where they differ: subject, an empty line and body.' }),
      }),
    ),
  })
  .openapi('TemplateReport')
