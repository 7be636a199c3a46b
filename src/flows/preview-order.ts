import { messageIdOf } from '../core/request.js'
import type { Deps } from './deps.js'
import { type OrderBody, prepareOrder } from './prepare-order.js'
import { writeMail } from './write-mail.js'

/**
 * The exact signed mail that an order would send. Nothing is stored and nothing is sent; its reference is as long as a
 * real one and belongs to no request. Throws what `placeOrder` throws, and `Fault` where a key or template is unusable.
 */
export const previewOrder = async (
  deps: Deps,
  body: OrderBody,
): Promise<{ envelope: { from: string; to: string[] }; raw: Buffer }> => {
  const prepared = await deps.store.transaction((tables) => prepareOrder(deps, tables, body))
  const reference = `preview-${deps.newSecret()}`
  const { envelope, raw } = await writeMail(deps, {
    ...prepared,
    reference,
    messageId: messageIdOf(reference, prepared.connection.registry.from),
    bounceToken: 'preview',
  })
  return { envelope, raw }
}
