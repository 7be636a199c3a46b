import { messageOf, Refusal } from '../core/errors.js'
import { formNotice } from '../core/form-notice.js'
import type { Deps } from './deps.js'
import { type PlaceOrder, placeOrder } from './place-order.js'

/**
 * `placeOrder` for a billing system: where the order is refused for what stands in it, the administrators have a notice with
 * all reasons beside the answer. Throws what `placeOrder` throws.
 */
export const takeOrder = async (deps: Deps, input: PlaceOrder): ReturnType<typeof placeOrder> => {
  try {
    return await placeOrder(deps, input)
  } catch (error) {
    const isForm = error instanceof Refusal && (error.code === 'invalid' || error.code === 'unsupported')
    if (isForm) await tell(deps, input, error)
    throw error
  }
}

/** Whoever ordered has to hear why, whether or not this can be written. */
const tell = async ({ store, clock, log }: Deps, { body }: PlaceOrder, refusal: Refusal): Promise<void> => {
  const problems = refusal.problems.length > 0 ? refusal.problems : [{ pointer: '', detail: refusal.message }]
  try {
    await store.together((tables) => tables.notices.insert([formNotice(body, problems, clock.now())]))
  } catch (error) {
    log.warn({ err: error }, `the notice of an order that was refused could not be written: ${messageOf(error)}`)
  }
}
