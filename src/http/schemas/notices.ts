/** Mails to people as the API answers them. */
import { z } from '@hono/zod-openapi'
import { NOTICE_KINDS, NOTICE_STATES } from '../../core/notice.js'
import { record } from './text.js'

const time = () => z.string().openapi({ format: 'date-time' })

export const noticeSchema = z
  .object({
    id: z.string(),
    kind: z.enum(NOTICE_KINDS),
    at: time(),
    to: z.string().openapi({ description: '`admin`, which is SEALPOST_ADMIN_MAIL, or an address.' }),
    domain: z.string().nullable(),
    order: z.string().nullable(),
    state: z.enum(NOTICE_STATES).openapi({ description: '`recorded`: mailed to nobody. `failed`: given up.' }),
    attempts: z.number().int().openapi({ description: 'Tries since it was last made to go.' }),
    nextAttemptAt: time().nullable(),
    answer: z.string().nullable().openapi({ description: "The relay's words, or why nobody is mailed." }),
    sentAt: time().nullable(),
  })
  .openapi('Notice')

export const shownNoticeSchema = noticeSchema
  .extend({
    mail: z
      .object({ subject: z.string(), text: z.string() })
      .nullable()
      .openapi({ description: 'As it would be written now.' }),
    problem: z.string().nullable().openapi({ description: 'Why it cannot be written; null where it can.' }),
  })
  .openapi('NoticeWithMail')

export const notificationsSchema = z
  .object({
    account: z.string(),
    mail: z.boolean().openapi({ description: 'Whether its customers are mailed what becomes of their domains.' }),
  })
  .openapi('Notifications')

export const notificationsBody = record({ mail: z.boolean() })
