import type { Domain } from './domain.js'
import { isOpen, type Order } from './order.js'

/**
 * The account that a domain belongs to: that of the order which is open on it or was done last, else the one that it was
 * imported with. Where there is neither, the last order that came to nothing says whose it was to be; null for nobody's.
 *
 * @param owning what `orders.findOwning` finds for it
 */
export const ownerOf = (domain: Pick<Domain, 'accountId'> | null, owning: Order | null): string | null => {
  const ordered = owning?.terms.account.id ?? null
  const stands = owning !== null && (isOpen(owning.status) || owning.status === 'done')
  return stands ? ordered : (domain?.accountId ?? ordered)
}
