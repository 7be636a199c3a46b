import type { NewAction } from '../core/action-log.js'
import {
  addCounts,
  addressesOf,
  type ErasureCounts,
  type ErasureTarget,
  erasedMail,
  erasedOrder,
  NOTHING_ERASED,
  whyNotErased,
  withoutPeople,
} from '../core/erasure.js'
import { Refusal } from '../core/errors.js'
import type { Order } from '../core/order.js'
import { givenTo } from '../core/owner.js'
import type { ErasableMail, Tables } from '../ports.js'
import type { Deps } from './deps.js'
import { eraseDomain, isClearable } from './erase-domain-data.js'
import { rehearse } from './rehearse.js'
import { removeErasedFiles } from './remove-erased-files.js'

export type EraseData = {
  target: ErasureTarget
  /** Says what would be erased, and erases nothing. */
  dryRun: boolean
  actor: string
}

export type Erasure = {
  dryRun: boolean
  /** Ids of the orders that lost their personal data. */
  orders: string[]
  /** Names of domains that have left and lost what they told of people by themselves. */
  domains: string[]
  /** Orders that keep it for now, each with a sentence that says why and what to do. */
  kept: { order: string; reason: string }[]
  counts: ErasureCounts
}

const BATCH = 100

/**
 * Erases the personal data of orders, order by order, then of domains that have left: each is one transaction with its entry in
 * the log, so that whatever breaks off in between leaves each whole or erased, and the same call goes on from there. Octets in
 * the archive are removed after that; what is left of them the task `erase-data` finds. A dry run is the same, rolled back.
 *
 * Throws `Refusal`: not-found for an order that there is not, and conflict with the reason where one that was named keeps
 * its data. Of a domain, an account or a contact it erases what it can, and names the rest.
 */
export const erasePersonalData = async (deps: Deps, { target, dryRun, actor }: EraseData): Promise<Erasure> => {
  if ('order' in target && (await deps.store.orders.get(target.order)) === null)
    throw new Refusal('not-found', `there is no order ${target.order}`)
  const erasure: Erasure = { dryRun, orders: [], domains: [], kept: [], counts: NOTHING_ERASED }
  for (let after: string | null = null, more = true; more; ) {
    const ids = await deps.store.erasures.find(target, { after, limit: BATCH })
    for (const id of ids) take(erasure, id, await eraseOrder(deps, { id, by: kindOf(target), dryRun, actor }))
    more = ids.length === BATCH
    after = ids.at(-1) ?? after
  }
  await eraseDomains(deps, { target, dryRun, actor }, erasure)
  const [kept] = erasure.kept
  if ('order' in target && kept !== undefined) throw new Refusal('conflict', kept.reason)
  if (!dryRun) await removeErasedFiles(deps)
  return erasure
}

/** `domain`: the one that lost its people with it. `gone`: another was faster. */
export type Erased =
  | { kind: 'erased'; domain: string | null; counts: ErasureCounts }
  | { kind: 'kept'; reason: string }
  | { kind: 'gone' }

export type EraseOrder = {
  id: string
  by: 'order' | 'domain' | 'account' | 'contact' | 'policy'
  dryRun: boolean
  actor: string
}

const kindOf = (target: ErasureTarget): EraseOrder['by'] => {
  if ('order' in target) return 'order'
  if ('domain' in target) return 'domain'
  return 'account' in target ? 'account' : 'contact'
}

const take = (erasure: Erasure, order: string, erased: Erased): void => {
  if (erased.kind === 'kept') erasure.kept.push({ order, reason: erased.reason })
  if (erased.kind !== 'erased') return
  erasure.orders.push(order)
  if (erased.domain !== null && !erasure.domains.includes(erased.domain)) erasure.domains.push(erased.domain)
  erasure.counts = addCounts(erasure.counts, erased.counts)
}

/** Of those that went with an order the count is known; a rehearsal would find them once more. */
const eraseDomains = async (deps: Deps, { target, dryRun, actor }: EraseData, erasure: Erasure): Promise<void> => {
  const by = kindOf(target)
  if (by === 'order' || by === 'policy') return
  const done = new Set(erasure.domains)
  for (let after: string | null = null, more = true; more; ) {
    const names: string[] = await deps.store.erasures.findDomains(target, { after, limit: BATCH })
    for (const name of names) {
      const counts = done.has(name) ? null : await eraseDomain(deps, { name, by, dryRun, actor })
      if (counts === null) continue
      erasure.domains.push(name)
      erasure.counts = addCounts(erasure.counts, counts)
    }
    more = names.length === BATCH
    after = names.at(-1) ?? after
  }
}

/** Erases one order with all that belongs to it, as one transaction. */
export const eraseOrder = async (deps: Deps, input: EraseOrder): Promise<Erased> => {
  for (let tries = 0; tries < 3; tries++) {
    const erased = await rehearse(deps.store, async (tables) => ({
      keep: !input.dryRun,
      outcome: await erase(deps, tables, input),
    }))
    if (erased !== null) return erased
  }
  return { kind: 'kept', reason: `mails about order ${input.id} come in just now; try again in a minute` }
}

/** Null where a mail came in before its domain was held: mails are held first, so all of it begins anew. */
const erase = async (deps: Deps, tables: Tables, input: EraseOrder): Promise<Erased | null> => {
  const mails = await tables.erasures.lockMails(input.id)
  const found = await tables.orders.get(input.id)
  if (found === null) return { kind: 'gone' }
  const domain = await tables.domains.lock(found.terms.domain)
  const order = await tables.orders.get(input.id)
  if (order === null || (order.erasedAt !== null && !mails.some(isLeft))) return { kind: 'gone' }
  if ((await tables.erasures.countMails(order.id)) > mails.length) return null
  const owning = await tables.orders.findOwning(order.terms.domain)
  const reason = whyNotErased({
    ...{
      order,
      domain,
      owns: owning?.id === order.id && (domain === null || givenTo(domain, owning) === null),
      openTicket: await tables.erasures.openTicket(order.id),
    },
    waitingMail: mails.find(({ stage }) => stage === 'received')?.id ?? null,
  })
  if (reason !== null) return { kind: 'kept', reason }
  const at = deps.clock.now()
  const clears = domain !== null && (await isClearable(tables, domain))
  if (clears) await tables.domains.save(withoutPeople(domain))
  await tables.erasures.saveOrder(erasedOrder(order, order.erasedAt ?? at))
  const addresses = addressesOf(order)
  const { erased, shared } = await eraseMails(tables, { mails, addresses, at })
  const counts = {
    ...{ orders: order.erasedAt === null ? 1 : 0, domains: clears ? 1 : 0, mails: erased.length, shared },
    ...(await tables.erasures.scrub(order.id, addresses, at)),
  }
  await tables.actions.append([erasedAction({ order, erased, counts, at }, input)])
  return { kind: 'erased', domain: clears ? domain.name : null, counts }
}

/** It has its octets, and nothing keeps them. */
const isLeft = ({ erasedAt, shared }: ErasableMail): boolean => erasedAt === null && !shared

type Ending = { mails: readonly ErasableMail[]; addresses: readonly string[]; at: Date }

/** The same octets go everywhere or nowhere: one of them is enough to read them. */
const eraseMails = async (tables: Tables, { mails, addresses, at }: Ending) => {
  const needed = new Set(mails.flatMap(({ shared, sha256 }) => (shared ? [sha256] : [])))
  const left = mails.filter(({ erasedAt }) => erasedAt === null)
  const erased = left.filter(({ sha256 }) => !needed.has(sha256))
  for (const mail of erased) await tables.erasures.saveMail({ id: mail.id, ...erasedMail(mail, addresses) }, at)
  return { erased, shared: left.length - erased.length }
}

type Done = { order: Order; erased: readonly ErasableMail[]; counts: ErasureCounts; at: Date }

/** What was erased, by ids and digests alone. With it the log's verification takes mails without octets. */
const erasedAction = ({ order, erased, counts, at }: Done, { by, actor }: EraseOrder): NewAction => ({
  ...{ at, level: 'info', actor, event: 'data.erased', domain: order.terms.domain, orderId: order.id },
  text: `${order.terms.action} ${order.terms.unicodeName}: its personal data was erased, ${REASONS[by]}: ${erased.length} mails lost their octets${counts.shared === 0 ? '' : `, and ${counts.shared} keep them because they speak of other orders too`}`,
  data: { by, counts, mails: erased.map(({ id, sha256, size }) => ({ id, sha256, size })) },
})

const REASONS: Record<EraseOrder['by'], string> = {
  order: 'as was asked for this order',
  domain: 'as was asked for its domain',
  account: 'as was asked for its account',
  contact: 'as was asked for one of its contacts',
  policy: 'because it has been over for long enough (SEALPOST_ERASE_AFTER)',
}
