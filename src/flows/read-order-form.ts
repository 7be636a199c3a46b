import { Refusal } from '../core/errors.js'
import type { Order } from '../core/order.js'
import { hideAuthInfo } from '../order-form/hide-auth-info.js'
import type { Deps } from './deps.js'

/**
 * The form that an order was read from: as it was dropped where `whole`, else without the password of its domain
 * (AuthInfo), for readers who do not see mails either. `name` is a file name in ASCII.
 *
 * Throws `Refusal`: not-found where the order has none, gone where it was erased.
 */
export const readOrderForm = async (
  { store }: Pick<Deps, 'store'>,
  { id, terms }: Order,
  { whole }: { whole: boolean },
): Promise<{ name: string; octets: Buffer }> => {
  const form = await store.orderForms.get(id)
  if (form === null)
    throw new Refusal(
      'not-found',
      `no form is kept with order ${id}: it was placed by the API or in the console, or by a version that kept none; the order itself says all that was asked for`,
    )
  if (form.octets === null)
    throw new Refusal(
      'gone',
      `the form of order ${id} was erased with its personal data at ${form.erasedAt?.toISOString()}; its SHA-256 is ${form.sha256}`,
    )
  return {
    name: `dom-order.${terms.domain}.${id}`,
    octets: whole ? form.octets : hideAuthInfo(form.octets),
  }
}
