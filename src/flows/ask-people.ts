import type { Domain, ForeignRequest } from '../core/domain.js'
import { askerOf, awayTicketText } from '../core/transfer-away.js'
import type { Tables } from '../ports.js'
import type { Deps } from './deps.js'
import { openTicket } from './open-ticket.js'

/** Opens the ticket by which people answer another provider. `once`: what it is about, so that it is there once. */
export const askPeople = async (
  deps: Deps,
  tables: Tables,
  input: {
    domain: Domain
    request: ForeignRequest | null
    because: string
    said: string | null
    mailId: string | null
    orderId?: string
    once: string
  },
): Promise<void> => {
  const { domain, request, because, said, mailId, orderId = null, once } = input
  const who = request === null ? 'another provider' : askerOf(request)
  await openTicket(deps, tables, {
    ...{ kind: 'transfer-away', connectionId: domain.connectionId, domain: domain.name, mailId, orderId },
    once: `transfer-away:${domain.name}:${once}`,
    subject: `${domain.unicodeName}: ${who} asks for it, and nobody answered yet`,
    body: awayTicketText(domain, { request, because, said }),
  })
}
