import type { Action } from '../core/action.js'
import { Refusal } from '../core/errors.js'
import { messageIdOf } from '../core/request.js'
import { takesTwo } from '../core/two-persons.js'
import type { Deps } from './deps.js'
import { type OrderBody, prepareOrder } from './prepare-order.js'
import { writeCall } from './write-call.js'
import { writeMail } from './write-mail.js'

/**
 * The exact signed mail that an order would send, or the body of its call of a server. Nothing is stored and nothing is sent; its reference is as long as a
 * real one and belongs to no request. What takes two persons is written for none. Throws what `placeOrder` throws, `Refusal` (unsupported) where the order would be no mail,
 * and `Fault` where a key or template is unusable.
 */
export const previewOrder = async (
  deps: Deps,
  body: OrderBody,
): Promise<{ envelope: { from: string; to: string[] }; raw: Buffer }> => {
  const prepared = await deps.store.transaction((tables) => prepareOrder(deps, tables, body))
  if (prepared.terms.action === 'lookup')
    throw new Refusal(
      'unsupported',
      'a lookup sends no mail: place the order, it is answered by the lookup script at once',
    )
  if (prepared.own)
    throw new Refusal(
      'unsupported',
      `a ${prepared.terms.action} sends no mail: place the order, it is carried out at once`,
    )
  const { connection, terms } = prepared
  if (takesTwo(deps.twoPersons, terms.action)) throw tooFew(terms.action)
  const reference = `preview-${deps.newSecret()}`
  if (prepared.below !== null || connection.channel === 'people')
    throw new Refusal(
      'unsupported',
      `this order would become a ticket for people at "${connection.title}", so there is no mail to show`,
    )
  if (connection.channel === 'https') {
    const { envelope, raw } = writeCall(deps, { ...prepared, connection, reference })
    return { envelope: { from: envelope.from, to: envelope.to }, raw }
  }
  const { envelope, raw } = await writeMail(deps, {
    ...{ ...prepared, connection },
    reference,
    messageId: messageIdOf(reference, connection.registry.from),
    bounceToken: 'preview',
  })
  return { envelope, raw }
}

/** Whoever has the mail could send it: a preview of what takes two persons would let one of them do it alone. */
export const tooFew = (action: Action): Refusal =>
  new Refusal(
    'forbidden',
    `${action} takes two persons here (SEALPOST_TWO_PERSONS), and a preview is a signed mail that would be obeyed: place the order, and its mail is shown once it was approved and sent`,
  )
