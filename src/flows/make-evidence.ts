import { createHash } from 'node:crypto'
import type { ActionEntry } from '../core/action-log.js'
import { parseOrderedName } from '../core/domain-name.js'
import { Refusal } from '../core/errors.js'
import type { Mail } from '../core/mail.js'
import type { Order } from '../core/order.js'
import { bundleFiles, zipPieces } from '../evidence/bundle.js'
import { type Evidence, type HeldMail, ownEntries, type Subject } from '../evidence/records.js'
import { hideAuthInfo } from '../order-form/hide-auth-info.js'
import type { Deps } from './deps.js'
import { readOctets } from './read-octets.js'
import { readSegment } from './read-segment.js'
import { readUsedKeys } from './read-used-keys.js'

/** What a bundle is asked about: a domain, by A-label or U-label, or an order. */
export type EvidenceAsked = { domain: string } | { order: string }

/** `name` is a file name; `sha256` is of the octets, lower-case hexadecimal. */
export type EvidenceBundle = { name: string; zip: Buffer; sha256: string }

/** Of all mails together: it is put together in memory. Octets. */
const LARGEST = 256 * 1024 * 1024
const BATCH = 200

/**
 * Puts together what proves a matter to somebody outside, and records who asked. Throws `Refusal`: not-found, or conflict
 * where the log does not hold or there is too much.
 */
export const makeEvidence = async (deps: Deps, asked: EvidenceAsked, actor: string): Promise<EvidenceBundle> => {
  const evidence = await readEvidence(deps, asked)
  const { subject, segment } = evidence
  const zip = await zipOf(bundleFiles(evidence), segment.head?.at ?? new Date(0))
  const sha256 = createHash('sha256').update(zip).digest('hex')
  const name = `evidence-${subject.order ?? subject.domain}-${segment.head?.id ?? '0'}.zip`
  // Without the domain: what is told about it to others is no part of what happened to it.
  await deps.store.actions.append([
    {
      ...{ at: deps.clock.now(), level: 'info', actor, event: 'evidence.made' },
      text: `the evidence about ${subject.order === null ? subject.unicodeName : `order ${subject.order}`} was put together: ${evidence.mails.length} mails, ${ownEntries(segment).length} entries of the log`,
      data: { domain: subject.domain, order: subject.order, sha256, octets: zip.length },
    },
  ])
  return { name, zip, sha256 }
}

/** Compressing a quarter of a gigabyte takes long: between its files the gateway goes on with what waits. */
const zipOf = async (files: Parameters<typeof zipPieces>[0], at: Date): Promise<Buffer> => {
  const pieces: Uint8Array[] = []
  for (const made of zipPieces(files, at)) {
    pieces.push(...made)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return Buffer.concat(pieces)
}

const readEvidence = async (deps: Deps, asked: EvidenceAsked): Promise<Evidence> => {
  const { subject, orders } = await findSubject(deps, asked)
  const requests = await Promise.all(orders.map(({ id }) => deps.store.requests.findByOrder(id)))
  const forms = await Promise.all(orders.map(({ id }) => readForm(deps, id)))
  const told = await readTold(deps, subject, orders)
  const mails = await readMails(deps, { orders, told })
  const octets = mails.reduce((sum, { size }) => sum + size, 0)
  if (octets > LARGEST)
    throw new Refusal(
      'conflict',
      `the mails about ${subject.unicodeName} have ${octets} octets, and at most ${LARGEST} fit in a bundle; ask for its orders one by one`,
    )
  const ids = new Set(mails.map(({ id }) => id))
  const orderIds = new Set(orders.map(({ id }) => id))
  // Asked of each entry anew: some may have been written since.
  const isOwn = ({ domain, orderId, mailId }: ActionEntry): boolean =>
    (subject.order === null && domain === subject.domain) ||
    (orderId !== null && orderIds.has(orderId)) ||
    (mailId !== null && ids.has(mailId))
  const segment = await readSegment(deps, { isOwn, from: told[0]?.id ?? null })
  const held = await Promise.all(
    mails.map(async (mail): Promise<HeldMail> => ({ mail, octets: await readOctets(deps, mail) })),
  )
  return {
    ...{ subject, segment, mails: held, source: deps.webhooks.source, checkpoints: deps.checkpoints },
    orders: orders.map((order, index) => ({ order, requests: requests[index] ?? [], form: forms[index] ?? null })),
    keys: await readUsedKeys(deps, { mails, entries: ownEntries(segment) }),
  }
}

const readForm = async ({ store }: Deps, orderId: string): Promise<Buffer | null> => {
  const octets = (await store.orderForms.get(orderId))?.octets ?? null
  return octets === null ? null : hideAuthInfo(octets)
}

type Found = { subject: Subject; orders: Order[] }

const findSubject = async ({ store }: Deps, asked: EvidenceAsked): Promise<Found> => {
  if ('order' in asked) {
    const order = await store.orders.get(asked.order)
    if (order === null) throw new Refusal('not-found', `there is no order ${asked.order}`)
    const { domain, unicodeName } = order.terms
    return { subject: { domain, unicodeName, order: order.id }, orders: [order] }
  }
  const name = parseOrderedName(asked.domain)
  const domain = name.ok ? await store.domains.get(name.value.name) : null
  if (domain === null) throw new Refusal('not-found', `nothing is known of a domain ${asked.domain} here`)
  const orders: Order[] = []
  for (let cursor: string | null = null, more = true; more; more = cursor !== null) {
    const page: { items: Order[]; next: string | null } = await store.orders.list(
      { domain: domain.name },
      { limit: BATCH, cursor },
    )
    orders.push(...page.items)
    cursor = page.next
  }
  return { subject: { domain: domain.name, unicodeName: domain.unicodeName, order: null }, orders: orders.reverse() }
}

/** The entries that name the domain or one of the orders, in the order of the log. */
const readTold = async ({ store }: Deps, subject: Subject, orders: readonly Order[]): Promise<ActionEntry[]> => {
  const filters = [
    ...(subject.order === null ? [{ domain: subject.domain }] : []),
    ...orders.map(({ id }) => ({ orderId: id })),
  ]
  const found = new Map<string, ActionEntry>()
  for (const filter of filters) {
    for (let after = '0', more = true; more; ) {
      const { items } = await store.actions.list({ ...filter, after }, { limit: BATCH, cursor: null })
      for (const entry of items) found.set(entry.id, entry)
      more = items.length === BATCH
      after = items.at(-1)?.id ?? after
    }
  }
  return [...found.values()].sort((a, b) => Number(BigInt(a.id) - BigInt(b.id)))
}

/** The mails of the orders and those that the entries name, oldest first; of the same moment in the order of their ids. */
const readMails = async (
  { store }: Deps,
  { orders, told }: { orders: readonly Order[]; told: readonly ActionEntry[] },
): Promise<Mail[]> => {
  const mails = new Map<string, Mail>()
  for (const { id } of orders) {
    for (let cursor: string | null = null, more = true; more; more = cursor !== null) {
      const page: { items: Mail[]; next: string | null } = await store.mails.list(
        { order: id },
        { limit: BATCH, cursor },
      )
      for (const mail of page.items) mails.set(mail.id, mail)
      cursor = page.next
    }
  }
  for (const { mailId } of told) {
    const mail = mailId === null || mails.has(mailId) ? null : await store.mails.get(mailId)
    if (mail !== null) mails.set(mail.id, mail)
  }
  return [...mails.values()].sort((a, b) => a.receivedAt.getTime() - b.receivedAt.getTime() || (a.id < b.id ? -1 : 1))
}
