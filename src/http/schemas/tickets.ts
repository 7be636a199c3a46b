import { z } from '@hono/zod-openapi'
import { ASSIGNED_OUTCOMES } from '../../core/mail.js'
import { TICKET_KINDS, TICKET_OUTCOMES, TICKET_STATES } from '../../core/ticket.js'

const time = () => z.string().openapi({ format: 'date-time' })

export const ticketSchema = z
  .object({
    id: z.string(),
    number: z.number().int().openapi({ description: 'For people; it is taken wherever the id is.' }),
    kind: z.enum(TICKET_KINDS),
    state: z.enum(TICKET_STATES),
    connection: z.string().nullable(),
    domain: z.string().nullable(),
    order: z.string().nullable(),
    request: z.string().nullable(),
    mail: z.string().nullable(),
    subject: z.string(),
    text: z.string().openapi({ description: 'What there is to do. Strangers may have written parts of it.' }),
    openedAt: time(),
    closedAt: time().nullable(),
    closedBy: z.string().nullable(),
    note: z.string().nullable(),
    remindAt: time().nullable(),
    reminders: z.number().int(),
  })
  .openapi('Ticket')

const note = z
  .string()
  .trim()
  .min(1, 'is missing: say in a sentence what was done, or why not')
  .max(2_000)
  .regex(/^(?:[\t\n\r]|[^\p{Cc}\p{Cs}])*$/u, 'has control characters or broken Unicode')

const code = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}\p{Cs}\u2028\u2029]*$/u, 'has line breaks, control characters or broken Unicode')
  .nullish()

export const closeBody = z
  .strictObject({
    outcome: z.enum(TICKET_OUTCOMES),
    note: note.openapi({ description: 'What was done, or why not: the reason of an order that failed.' }),
    code: code.openapi({ description: 'Of an order that failed, as the registrar gives it.' }),
    expiresAt: z.iso
      .datetime({ offset: true })
      .transform((text) => new Date(text))
      .nullish()
      .openapi({ description: 'Of an order that was done: until when the domain is registered now.' }),
  })
  .openapi('TicketClosing')

export const assignBody = z
  .strictObject({
    domain: z.string().min(1).max(255),
    outcome: z.enum(ASSIGNED_OUTCOMES).openapi({ description: '`informational` changes no order.' }),
    note: note.openapi({ description: 'What the mail says: the reason of an order that it refuses.' }),
    code: code.openapi({ description: 'Of a refusal, as the registry gives it.' }),
  })
  .openapi('MailAssignment')
