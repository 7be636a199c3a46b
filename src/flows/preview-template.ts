import type { MailConnection } from '../core/connection.js'
import { Refusal } from '../core/errors.js'
import { COVERED_AUTH_INFO, type Order } from '../core/order.js'
import { messageIdOf } from '../core/request.js'
import { needsApproval } from '../core/two-persons.js'
import { type Deps, mailProfileOf } from './deps.js'
import { tooFew } from './preview-order.js'
import { type WriteMail, writeMail } from './write-mail.js'

export type PreviewTemplate = {
  connectionId: string
  action: string
  /** An order whose terms are written; null for a sample of the profile. */
  orderId: string | null
}

/**
 * The exact signed mail that a template makes, by the key of a connection: of a sample, or of an order that is there, whose
 * AuthInfo is covered. Nothing is stored and nothing is sent; its reference belongs to no request. Throws `Refusal`:
 * not-found, unsupported where nothing is mailed, conflict for an order that is another's, forbidden for one that takes a second
 * person and was not approved; and `Fault` as `writeMail` does.
 */
export const previewTemplate = async (deps: Deps, input: PreviewTemplate): Promise<Buffer> => {
  const connection = await deps.store.connections.get(input.connectionId)
  if (connection === null) throw new Refusal('not-found', 'there is no such connection: choose one of the list')
  if (connection.channel !== 'mail')
    throw new Refusal('unsupported', `the connection "${connection.title}" mails nothing, so there is no mail to show`)
  const subject = input.orderId === null ? sampleOf(deps, connection, input) : await orderOf(deps, connection, input)
  const reference = `preview-${deps.newSecret()}`
  const messageId = messageIdOf(reference, connection.registry.from)
  return (await writeMail(deps, { ...subject, connection, reference, messageId, bounceToken: 'preview' })).raw
}

type Subject = Pick<WriteMail, 'terms' | 'domain'>

const sampleOf = (deps: Deps, connection: MailConnection, { action }: PreviewTemplate): Subject => {
  const samples = mailProfileOf(deps, connection)?.samples ?? []
  const sample = samples.find((one) => one.action === action && one.input !== undefined)?.input
  if (sample === undefined) throw new Refusal('not-found', `there is no sample of ${action}: give the id of an order`)
  return { terms: sample.terms, domain: sample.domain }
}

const orderOf = async (
  deps: Deps,
  connection: MailConnection,
  { orderId, action }: PreviewTemplate,
): Promise<Subject> => {
  const order: Order | null = orderId === null ? null : await deps.store.orders.get(orderId)
  if (order === null) throw new Refusal('not-found', `there is no order ${orderId}: give the id as its page has it`)
  const { terms } = order
  if (order.connectionId !== connection.id || terms.action !== action)
    throw new Refusal(
      'conflict',
      `the order ${orderId} is for ${terms.action} on another connection or by another template`,
    )
  if (needsApproval(deps.twoPersons, order)) throw tooFew(terms.action)
  const domain = await deps.store.domains.get(terms.domain)
  return { terms: { ...terms, authInfo: terms.authInfo === null ? null : COVERED_AUTH_INFO }, domain }
}
