import type { Domain } from '../../core/domain.js'
import type { Problem } from '../../core/errors.js'
import type { OrderTerms } from '../../core/order.js'

export const MOST_YEARS = 9
/** Registries that give no single year to a new name. */
const TWO_AT_LEAST = ['name', 'us']

const DAY = 24 * 60 * 60_000

/**
 * How long a name is registered: the years of a new one, one unless the order says otherwise. Of a renewal the year in which it
 * then ends, where we know when it ends now, because that the registrar carries out once, however often it is asked; the number of
 * years where we do not, or it ends so near to the turn of a year that it may be another year elsewhere.
 */
export const yearsOf = (
  { action, period }: Pick<OrderTerms, 'action' | 'period'>,
  tld: string,
  domain: Pick<Domain, 'expiresAt'> | null = null,
): { text: string; problems: Problem[] } => {
  const least = action === 'register' && TWO_AT_LEAST.includes(tld) ? 2 : 1
  const years = period?.years ?? least
  const detail = `The registrar sells ${least} to ${MOST_YEARS} years of a .${tld} name at once; the order says ${years}.`
  const problems = years < least || years > MOST_YEARS ? [{ pointer: '/period/years', detail }] : []
  const ends = domain?.expiresAt ?? null
  const around = ends === null ? [] : [-DAY, 0, DAY].map((off) => new Date(ends.getTime() + off).getUTCFullYear())
  const [year, other] = [...new Set(around)]
  return { text: String(year !== undefined && other === undefined ? year + years : years), problems }
}
