import { createHash } from 'node:crypto'
import { verifyLog } from '../../src/flows/verify-log.js'
import type { OpenedStore } from '../../src/store/open.js'

/** What callers were promised: orders with what they have come to, and the octets of mails that were answered 250. */
export type Promised = { orders: { id: string; status: string }[]; mails: Buffer[] }

/** What the database has of it at the end. */
export type Findings = { whole: boolean; lost: string[]; doubled: string[]; wrong: string[] }

export const findingsOf = async (store: OpenedStore, { orders, mails }: Promised): Promise<Findings> => {
  const findings: Findings = { whole: (await verifyLog({ store })).whole, lost: [], doubled: [], wrong: [] }
  const stored = await inboundMails(store)
  for (const raw of mails) {
    const copies = stored.filter(({ sha256 }) => sha256 === digestOf(raw))
    const octets = await Promise.all(copies.map(({ id }) => store.mails.raw(id)))
    if (!octets.some((some) => some?.equals(raw))) findings.lost.push(`mail ${digestOf(raw)}`)
  }
  const promised = new Set(mails.map(digestOf))
  for (const { id, sha256, stage } of stored) {
    if (stage !== 'settled' && stage !== 'duplicate') findings.wrong.push(`mail ${id} is ${stage}`)
    if (!promised.has(sha256)) findings.wrong.push(`mail ${id} was acknowledged to nobody`)
  }
  for (const { id, status } of orders) {
    const order = await store.orders.get(id)
    if (order === null) findings.lost.push(`order ${id}`)
    else if (order.status !== status) findings.wrong.push(`order ${id} was ${status} and is ${order.status}`)
    const told = await toldOf(store, id)
    findings.doubled.push(...told.filter((text, index) => told.indexOf(text) !== index).map((text) => `${id}: ${text}`))
    const settled = stored.filter((mail) => mail.stage === 'settled' && mail.orders.includes(id)).length
    const done = status === 'done' ? 1 : 0
    if (settled !== done) findings.wrong.push(`order ${id} is ${status} by ${settled} replies`)
    for (const type of ['order.done', 'domain.registered'])
      if (told.includes(`event ${type}`) !== (done === 1))
        findings.wrong.push(`order ${id} is ${status} against ${type}`)
  }
  return findings
}

/** What billing systems and the administrator hear of an order, each once. */
const toldOf = async (store: OpenedStore, orderId: string): Promise<string[]> => {
  const events = await store.events.list({ orderId })
  const { items } = await store.actions.list({ orderId }, { limit: 200, cursor: null })
  return [...events.map(({ type }) => `event ${type}`), ...items.map(({ event, text }) => `${event} ${text}`)]
}

const inboundMails = async (store: OpenedStore) => {
  const all = []
  for (let cursor: string | null = null; ; ) {
    const page: Awaited<ReturnType<OpenedStore['mails']['list']>> = await store.mails.list(
      { direction: 'in' },
      { limit: 200, cursor },
    )
    all.push(...page.items)
    if (page.next === null) return all
    cursor = page.next
  }
}

export const digestOf = (raw: Buffer): string => createHash('sha256').update(raw).digest('hex')
