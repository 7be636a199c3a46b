import { CHECKLIST } from '../core/checklist.js'
import type { Connection } from '../core/connection.js'
import { describeProblems, Refusal } from '../core/errors.js'
import type { Tables } from '../ports.js'
import { readChecklist } from './checklist.js'
import type { Deps } from './deps.js'

/**
 * Throws `Refusal` conflict where a connection may not change its mode. Call it under `lockForChange`: whoever places an
 * order holds the connection, so that none is placed meanwhile.
 *
 * Open orders were placed for the mode that was, and must neither become real nor cease to be. Domains that a live
 * connection holds would be changed at the test system only.
 */
export const refuseModeChange = async (
  deps: Deps,
  tables: Tables,
  { current, changed }: { current: Connection; changed: Connection },
): Promise<void> => {
  if (current.mode === changed.mode) return
  const { openOrders, liveDomains } = await tables.connections.inUse(current.id)
  if (openOrders > 0)
    throw refusal(
      `the connection "${current.title}" has ${openOrders} open orders, which were placed in mode ${current.mode}; wait for their end or cancel them`,
    )
  if (changed.mode === 'test') {
    if (liveDomains === 0) return
    throw refusal(
      `the connection "${current.title}" holds ${liveDomains} domains, whose changes would reach the test system alone; add another connection for tests`,
    )
  }
  const missing = (await readChecklist(deps, tables, changed)).filter(({ done }) => !done)
  if (missing.length === 0) return
  const problems = missing.map(({ item, detail }) => ({
    pointer: '/mode',
    detail: `${item}: ${CHECKLIST[item]}? ${detail}`,
  }))
  throw new Refusal(
    'conflict',
    `the connection "${current.title}" cannot go live before its checklist is done: ${describeProblems(problems.map(({ detail }) => ({ pointer: '', detail })))}`,
    { problems },
  )
}

const refusal = (detail: string): Refusal =>
  new Refusal('conflict', detail, { problems: [{ pointer: '/mode', detail }] })
