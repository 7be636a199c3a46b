import { deepStrictEqual } from 'node:assert'
import type { DomainState } from '../../src/core/domain.js'
import { must } from './must.js'
import { DOMAIN_STATES, type Seen, WAYS } from './replay-oracle.js'
import type { Step } from './replay-schedule.js'
import type { Place } from './replay-steps.js'

export const same = (found: unknown, expected: unknown, say: string): void => {
  try {
    deepStrictEqual(found, expected)
  } catch (cause) {
    throw new Error(`${say}: the orders are not as they must be`, { cause })
  }
}

export const describe = (step: Step): string => JSON.stringify(step)

/** Where orders went in one step; answers how many changed. */
export const checkPhases = (before: readonly Seen[], after: readonly Seen[], step: Step): number => {
  const changed = before.filter(({ phase }, index) => after[index] !== undefined && after[index].phase !== phase)
  for (const { id, phase } of changed) {
    const now = after.find((one) => one.id === id)?.phase ?? phase
    must(WAYS[phase].includes(now), () => `${describe(step)}: an order went from ${phase} to ${now}`)
  }
  return changed.length
}

/** Each domain is as its last order says. */
export const checkDomains = async ({ world }: Place, seen: readonly Seen[], after: string): Promise<void> => {
  for (const { domain, phase, action } of seen.filter(({ latest }) => latest)) {
    const state: DomainState = (await world.deps.store.domains.get(domain))?.state ?? 'none'
    const fitting = DOMAIN_STATES[phase][action === 'register' ? 'register' : 'change']
    must(fitting.includes(state), () => `after ${after}: ${domain} is ${state}, and its order is ${phase}`)
  }
}

const ONCE = ['order.filed', 'billing.charge', 'billing.refund', 'order.done', 'billing.charge-again-suggested']

/** What must hold when all is over. */
export const checkEnd = async (place: Place): Promise<void> => {
  const { store } = place.world.deps
  for (const id of place.orders) {
    const types = (await store.events.list({ orderId: id })).map(({ type }) => type)
    const times = (type: string) => types.filter((one) => one === type).length
    for (const once of ONCE) must(times(once) <= 1, () => `${once} of ${id} came ${times(once)} times`)
    // Out of the open states once, and once more where the registry's word came after we had given up.
    const ends = times('order.done') + times('order.refused') + times('order.timed-out')
    must(ends <= 1 || (ends === 2 && times('billing.refund') === 1), () => `${id} ended as ${types.join(', ')}`)
  }
  for (const id of place.mails) {
    const mail = await store.mails.get(id)
    must(mail !== null && mail.stage !== 'received', () => `mail ${id} was not judged`)
    must(/\w{4,}/.test(mail?.reason ?? ''), () => `mail ${id} is ${mail?.stage} without a reason`)
  }
}
