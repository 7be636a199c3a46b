import { setTimeout as sleep } from 'node:timers/promises'
import { oneLine, print, printStyled, table } from '../cli/output.js'
import { isOpen } from '../core/order.js'
import type { ActionView, DomainView, MailView, OrderView } from '../core/views.js'
import type { DemoStep, DemoStory } from '../profiles/demo.js'
import { createTeller, type Teller } from './teller.js'

export type Call = (method: string, path: string, body?: object) => Promise<unknown>

/** How long to watch that nothing is sent for an order that is not paid. */
const UNPAID_MS = 400
const POLL_MS = 50

type Ending = { step: DemoStep; good: boolean; order: string; domain: string; why: string | null }

/**
 * Plays the steps one after the other, tells what happens as it happens, and sums up. True if each ended as expected. An
 * order that is still open after `stepLimitMs` did not arrive.
 */
export const playStory = async (input: PlayStory): Promise<boolean> => {
  const { story, call, stepLimitMs, played } = input
  const connection = story.connection.title
  const teller = createTeller()
  const endings: Ending[] = []
  for (const step of story.steps) {
    const before = endings.find((ending) => ending.step.title === step.after)
    printStyled(`${teller.strong(step.title)}: ${step.order['action']} ${step.order.domain}`)
    const skipped = before !== undefined && !before.good
    const ending = skipped
      ? { step, good: false, order: 'not placed', domain: '-', why: `"${before.step.title}" did not end as it should` }
      : await playStep({ step, call, teller, number: played + endings.length + 1, stepLimitMs, connection })
    endings.push(ending)
    const why = `${teller.bad('not as it should be')}: ${oneLine(ending.why ?? '')}`
    printStyled(`  ${ending.good ? teller.good('as it should be') : why}\n`)
  }
  sumUp(endings, teller)
  return endings.every(({ good }) => good)
}

/** `played`: how many orders earlier stories placed. */
export type PlayStory = { story: DemoStory; call: Call; stepLimitMs: number; played: number }

type Scene = { step: DemoStep; call: Call; teller: Teller; number: number; stepLimitMs: number; connection: string }

const playStep = async (scene: Scene): Promise<Ending> => {
  const { step, call } = scene
  const order = (await call('POST', '/v1/orders', {
    ...step.order,
    connection: scene.connection,
    billingOrderId: `DEMO-${scene.number}`,
    account: { id: 'demo-customer', type: 'customer', email: 'customer@example.net' },
    paid: step.paysLater !== true,
    price: { amount: '9.90', currency: 'EUR' },
  })) as OrderView
  if (step.paysLater === true) {
    const early = await payAfterAWhile(scene, order)
    if (early !== null) return early
  }
  const ended = await watch(scene, order.id, scene.stepLimitMs, (now) => !isOpen(now.status))
  const domain = (await call('GET', `/v1/domains/${order.domain}`)) as DomainView
  const good = ended.status === step.expect.order && domain.status === step.expect.domain
  const why = good ? null : await explain(scene, ended, domain)
  return { step, good, order: ended.status, domain: domain.status ?? '-', why }
}

/** Nothing may leave before the payment; an ending is what went wrong. */
const payAfterAWhile = async (scene: Scene, placed: OrderView): Promise<Ending | null> => {
  const now = await watch(scene, placed.id, UNPAID_MS, () => false)
  if (now.status !== 'awaiting-payment')
    return { step: scene.step, good: false, order: now.status, domain: '-', why: 'it did not wait for its payment' }
  scene.teller.say('time passes, nothing is sent; then the customer pays')
  await scene.call('POST', `/v1/orders/${placed.id}/payment`, { reference: 'bank transfer' })
  return null
}

/** Tells the log entries of an order as they come, until it is as wanted or the time is up. */
const watch = async (
  scene: Scene,
  id: string,
  limit: number,
  wanted: (order: OrderView) => boolean,
): Promise<OrderView> => {
  const until = Date.now() + limit
  for (;;) {
    const order = (await scene.call('GET', `/v1/orders/${id}`)) as OrderView
    const { items } = (await scene.call('GET', `/v1/actions?order=${id}&limit=200`)) as { items: ActionView[] }
    for (const entry of items.reverse()) scene.teller.tell(entry)
    if (wanted(order) || Date.now() > until) return order
    await sleep(POLL_MS)
  }
}

const explain = async ({ step, call }: Scene, order: OrderView, domain: DomainView): Promise<string> => {
  const { items } = (await call('GET', '/v1/mails?direction=in&limit=200')) as { items: MailView[] }
  const odd = items.find(({ stage, receivedAt }) => receivedAt >= order.createdAt && !QUIET.includes(stage))
  return [
    `order ${order.billingOrderId} (${order.domain}) is ${order.status} and the domain ${domain.status}, expected were ${step.expect.order} and ${step.expect.domain}`,
    order.reason ?? (order.request?.answer == null ? null : `the last answer was: ${order.request.answer}`),
    odd === undefined ? null : `a mail came in that changes nothing, it is ${odd.stage}: ${odd.reason}`,
  ]
    .filter((part) => part !== null)
    .join('; ')
}

const QUIET: readonly string[] = ['settled', 'informational', 'received']

const sumUp = (endings: readonly Ending[], teller: Teller): void => {
  const rows = endings.map(({ step, good, order, domain }) => [
    ...[good ? 'ok' : 'no', step.order.domain],
    ...[String(step.order['action']), order, domain],
  ])
  const [head = '', ...lines] = table([['', 'DOMAIN', 'ACTION', 'ORDER', 'STATUS'], ...rows]).split('\n')
  print(head)
  for (const [index, line] of lines.entries()) printStyled(endings[index]?.good === true ? line : teller.bad(line))
  const bad = endings.filter(({ good }) => !good).length
  print(
    bad === 0
      ? `\nAll ${endings.length} ended as they should.`
      : `\n${bad} of ${endings.length} did not end as they should.`,
  )
}
