import { createHash } from 'node:crypto'
import { type Ticket, ticketName } from './ticket.js'

/** The file of a request that people have, in the folder of its account. */
export type RequestFile = { account: string; name: string }

/** Where the file of a request goes that nobody works on any more; a request that was called off leaves none. */
export type EndedRequest = 'done' | 'failed' | 'dismissed'

export const requestFileOf = (accountId: string, reference: string): RequestFile => ({
  account: accountFolder(accountId),
  name: `${reference}.txt`,
})

/** Null for a file that is none of ours. */
export const referenceOfFile = (name: string): string | null => /^([a-z0-9-]{3,64})\.txt$/.exec(name)?.[1] ?? null

const LONGEST_FOLDER = 100

/** The id of an account as the name of one folder: what cannot stand in a name is escaped as in addresses, and so is a dot in front. */
export const accountFolder = (accountId: string): string => {
  const name = encodeURIComponent(accountId.toWellFormed()).replace(/[*'()!~]|^\./g, escaped)
  if (name.length <= LONGEST_FOLDER) return name
  return `${name.slice(0, 60)}-${createHash('sha256').update(accountId).digest('hex').slice(0, 32)}`
}

const escaped = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`

/** What stands on a ticket, and once it is closed who closed it and what they said. */
export const requestFileText = (ticket: Ticket): string => {
  const { subject, body, state, closedBy, closedAt, note } = ticket
  const end =
    state === 'open'
      ? []
      : ['', `Closed as ${state} by ${closedBy ?? 'system'} at ${closedAt?.toISOString() ?? ''}: ${note ?? ''}`]
  return [`${ticketName(ticket)}: ${subject}`, '', body.trimEnd(), ...end, ''].join('\n')
}
