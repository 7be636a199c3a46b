import { printable } from './action-log.js'

/**
 * What a ticket asks a person for.
 *
 * - `order`: to carry out an order at a registrar that has no robot; how it is closed settles the order
 * - `unrecognised-mail`, `ambiguous-mail`, `conflict`: to look at a signed mail of a registry that changed nothing
 * - `notice`: to act on what a registry told unasked
 * - `approval`: to approve or reject an order that takes a second person
 * - `transfer-away`: to answer another provider that asks for a domain of ours
 * - `late-ack`: to have the present provider of a domain consent to its transfer after all
 * - `uncertain`: to find out whether a registry has a request that may have left
 * - `dns`: to see to the DNS of a name that nobody said is prepared
 */
export const TICKET_KINDS = [
  'order',
  'approval',
  'unrecognised-mail',
  'ambiguous-mail',
  'conflict',
  'notice',
  'transfer-away',
  'late-ack',
  'uncertain',
  'dns',
] as const
export type TicketKind = (typeof TICKET_KINDS)[number]

/** `dismissed`: there is nothing to do any more, or nothing to be done about it. */
export const TICKET_STATES = ['open', 'done', 'failed', 'dismissed'] as const
export type TicketState = (typeof TICKET_STATES)[number]

/** How a ticket is closed. */
export const TICKET_OUTCOMES = ['done', 'failed', 'dismissed'] as const satisfies readonly TicketState[]
export type TicketOutcome = (typeof TICKET_OUTCOMES)[number]

/** Work for a person, tracked until somebody closes it or what it is about was settled otherwise. */
export type Ticket = {
  id: string
  /** For people: 1, 2, 3, with gaps. */
  number: number
  kind: TicketKind
  state: TicketState
  connectionId: string | null
  /** A-label; null where it is about no domain that we know. */
  domain: string | null
  orderId: string | null
  requestId: string | null
  mailId: string | null
  /** One line, and what there is to do in full. Strangers may have written parts of both. */
  subject: string
  body: string
  openedAt: Date
  closedAt: Date | null
  /** Who closed it, as the action log names them; `system` where it closed itself. */
  closedBy: string | null
  /** What they said. */
  note: string | null
  /** When its people are reminded next; null once it is closed. */
  remindAt: Date | null
  reminders: number
  /** The cause that it stands for: the same again opens no second one. */
  once: string
}

export type NewTicket = Omit<Ticket, 'number' | 'state' | 'closedAt' | 'closedBy' | 'note' | 'reminders'> & {
  remindAt: Date
}

const DAY = 86_400_000

/** How often people are reminded where the connection says nothing. Milliseconds. */
export const REMIND_EVERY_MS = DAY

/** For lines of the log and of terminals: `ticket 7`. */
export const ticketName = ({ number }: Pick<Ticket, 'number'>): string => `ticket ${number}`

/** What stands on a ticket about a registry's reply. Its own words are in lines that begin with `> `: they can be anything. */
export const ticketText = (about: {
  reply: { outcome: string; domain: string | null; reference: string | null; code: string | null; text: string }
  mailId: string
  reason: string
  /** What to do, where that is known. */
  todo?: string | undefined
}): string => {
  const { reply, mailId, reason, todo } = about
  return [
    `Why a person has to look: ${flat(reason)}`,
    `Mail: ${mailId}`,
    `Outcome as read: ${reply.outcome}`,
    ...(reply.domain === null ? [] : [`Domain: ${flat(reply.domain)}`]),
    ...(reply.reference === null ? [] : [`Reference: ${flat(reply.reference)}`]),
    '',
    'What the registry says:',
    ...[reply.code, reply.text].flatMap((part) => part?.split('\n') ?? []).map((line) => `> ${line}`),
    '',
    ...(todo === undefined ? [] : [`What to do: ${flat(todo)}`, '']),
    'Assign the mail to its domain (POST /v1/mails/{id}/assign, or sealpost mail assign), or close this ticket with a note.',
  ].join('\n')
}

/** The password of a domain was needed to do the work, and is nobody's business once the ticket is closed. */
export const withoutPassword = (body: string, password: string | null): string =>
  password === null || password === '' ? body : body.replaceAll(printable(password), '***')

const flat = (text: string): string => text.replace(/\s+/g, ' ').trim()

/** How a ticket looks from outside. */
export const ticketView = (ticket: Ticket) => ({
  id: ticket.id,
  number: ticket.number,
  kind: ticket.kind,
  state: ticket.state,
  connection: ticket.connectionId,
  domain: ticket.domain,
  order: ticket.orderId,
  request: ticket.requestId,
  mail: ticket.mailId,
  subject: ticket.subject,
  text: ticket.body,
  openedAt: ticket.openedAt.toISOString(),
  closedAt: ticket.closedAt?.toISOString() ?? null,
  closedBy: ticket.closedBy,
  note: ticket.note,
  remindAt: ticket.remindAt?.toISOString() ?? null,
  reminders: ticket.reminders,
})

export type TicketView = ReturnType<typeof ticketView>
