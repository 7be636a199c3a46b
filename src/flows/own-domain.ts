import { isRegistered } from '../core/domain.js'
import { parseOrderedName } from '../core/domain-name.js'
import { isOpen } from '../core/order.js'
import { ownerOf } from '../core/owner.js'
import type { Tables } from '../ports.js'
import type { OrderBody } from './prepare-order.js'

/** The id of no account: they are not empty. */
const NOBODY = ''

/** The account that alone may order on a domain; null where anybody may, because nobody has it. */
export const holderOf = async (
  tables: Tables,
  { domain: given, action }: Pick<OrderBody, 'domain' | 'action'>,
): Promise<string | null> => {
  const name = parseOrderedName(given)
  if (!name.ok) return null
  const owning = await tables.orders.findOwning(name.value.name)
  const domain = await tables.domains.get(name.value.name)
  const held =
    (owning !== null && isOpen(owning.status)) ||
    (domain !== null && isRegistered(domain.state)) ||
    action === 'restore'
  const owner = ownerOf(domain, owning)
  return held && (owner !== null || domain !== null) ? (owner ?? NOBODY) : null
}
