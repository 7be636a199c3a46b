import { transition } from '../../src/core/domain.js'
import { Refusal } from '../../src/core/errors.js'
import type { Delivery, Step } from './replay-schedule.js'
import { at } from './replay-words.js'
import type { ConnectionId, World } from './replay-world.js'

/** Where a schedule works, and the orders and mails that it made there, in their order. */
export type Place = { world: World; orders: string[]; mails: string[] }

/** Everything but a signed reply. A refusal to a caller is an outcome like any other. */
export const perform = async (run: Place, step: Exclude<Step, Delivery>): Promise<void> => {
  const { world, orders } = run
  if (step.kind === 'pass') return world.pass(step.ms)
  if (step.kind === 'place') return place(run, step)
  if (step.kind === 'deliver unsigned') return deliverUnsigned(run, step.to)
  if (step.kind === 'deadlines') {
    for (const id of orders) await world.checkDeadline((await world.requestOf(id)).id)
    return
  }
  const id = at(orders, step.order)
  if (id === undefined) return
  const request = await world.requestOf(id)
  switch (step.kind) {
    case 'hand over':
      return world.handOver(request.id)
    case 'server answers':
      await world.serverAnswers(request.id, { outcome: step.outcome, answer: `it said ${step.outcome}` })
      return
    case 'bounce':
      if (request.signedAt !== null) await judgeNew(run, await world.bounce(request))
      return
    case 'pay':
      await refusable(world.pay(id))
      return
    case 'cancel':
      return cancel(run, id)
  }
}

const refusable = async <T>(work: Promise<T>): Promise<T | null> => {
  try {
    return await work
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}

/** Not where an order is open: that the second is refused is shown elsewhere. */
const place = async ({ world, orders }: Place, step: Extract<Step, { kind: 'place' }>): Promise<void> => {
  const { domains, orders: table } = world.deps.store
  const name = world.domainName(step.domain)
  if ((await table.findOpen(name)) !== null) return
  const known = (await domains.get(name))?.state ?? 'none'
  orders.push(await world.place({ ...step, change: transition(known, 'change') !== null }))
}

export const judgeNew = async (run: Place, mailId: string): Promise<void> => {
  run.mails.push(mailId)
  await run.world.judge(mailId)
}

const deliverUnsigned = async (run: Place, to: ConnectionId): Promise<void> =>
  judgeNew(run, await run.world.arrive(null, { kind: 'reply', connectionId: to }, run.mails.length))

/** No flow cancels an order yet; its row is written as the table of orders and domains says. */
const cancel = ({ world: { deps, now } }: Place, id: string): Promise<void> =>
  deps.store.transaction(async (tables) => {
    const order = await tables.orders.get(id)
    const [request] = await tables.requests.findByOrder(id)
    const domain = order === null ? null : await tables.domains.lock(order.terms.domain)
    if (order === null || request === undefined || domain === null) return
    if ((await tables.orders.findOpen(domain.name))?.id !== id) return
    const state = transition(domain.state, 'cancelled') ?? domain.state
    await tables.orders.update({ ...order, status: 'cancelled', updatedAt: now() })
    await tables.requests.update({ ...request, state: 'closed', dueAt: null, deadline: null })
    await tables.domains.save({ ...domain, state })
  })
