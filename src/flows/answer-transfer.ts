import { createHash } from 'node:crypto'
import type { TransferAnswer } from '../core/action.js'
import { canonicalJson } from '../core/action-log.js'
import type { Domain } from '../core/domain.js'
import { Refusal } from '../core/errors.js'
import type { Account } from '../core/order.js'
import { givenTo, ownerOf } from '../core/owner.js'
import type { Asked } from '../core/transfer-away.js'
import type { Tables } from '../ports.js'
import { askPeople } from './ask-people.js'
import type { Deps } from './deps.js'
import { type OrderBody, prepareOrder, refuseRivals } from './prepare-order.js'
import { recordOrder } from './record-order.js'

/** Where nobody is known whose a domain is, the gateway answers in its own name. */
const GATEWAY = 'gateway'

/**
 * Answers another provider that asks for a domain, as was decided, within the transaction in which the registry's mail takes
 * effect: so each request is answered once, and none is forgotten. The answer is an order like any other, and is sent by the ordinary
 * way; what people have to decide, and what cannot be ordered, is a ticket. The orders that were placed.
 */
export const answerTransfer = async (
  deps: Deps,
  tables: Tables,
  input: { asked: Asked; said: string; mailId: string },
): Promise<string[]> => {
  const { asked, said, mailId } = input
  const { answer, because } = asked.decision
  const ordered = answer === null ? { because } : await orderAnswer(deps, tables, { asked, answer, mailId })
  if ('orderId' in ordered) return [ordered.orderId]
  const { domain, request } = asked
  await askPeople(deps, tables, { domain, request, because: ordered.because, said, mailId, once: mailId })
  return []
}

/** The order, or why it could not be placed. Nothing is written before it is known to be good. */
const orderAnswer = async (
  deps: Deps,
  tables: Tables,
  { asked: { domain, decision }, answer, mailId }: { asked: Asked; answer: TransferAnswer; mailId: string },
): Promise<{ orderId: string } | { because: string }> => {
  const body = answerBody(domain, { answer, mailId, account: await answeringAccount(tables, domain) })
  const bodyHash = createHash('sha256').update(canonicalJson(body)).digest('hex')
  try {
    const prepared = await prepareOrder(deps, tables, body)
    await refuseRivals(deps, tables, prepared.terms, prepared.domain)
    const by = { actor: 'system', person: null }
    const started = await recordOrder(deps, tables, {
      body,
      bodyHash,
      prepared,
      warnings: [],
      by,
      form: null,
      begin: null,
    })
    return { orderId: started.subject.order.id }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { because: `${decision.because}, but ${answer} cannot be ordered: ${error.message}` }
  }
}

/** In whose name a domain's other provider is answered. */
export const answeringAccount = async (tables: Tables, domain: Domain): Promise<Account> => {
  const owning = await tables.orders.findOwning(domain.name)
  const given = givenTo(domain, owning)
  if (given !== null) return { ...given, type: 'provider' }
  const id = ownerOf(domain, owning)
  const email = owning?.terms.account.id === id ? (owning?.terms.account.email ?? null) : null
  return { id: id ?? GATEWAY, type: 'provider', email }
}

/** Made of the mail that asked, which nobody knows before it came. */
const answerBody = (
  { name, connectionId }: Domain,
  { answer, mailId, account }: { answer: TransferAnswer; mailId: string; account: Account },
): OrderBody => ({
  ...{ billingOrderId: `${answer}:${name.slice(0, 80)}:${mailId}`, account, origin: 'provider', action: answer },
  ...{ domain: name, period: null, paid: false, nameservers: [], contacts: {}, authInfo: null, dnssec: null },
  ...{ records: [], disconnect: null, notify: null, price: null, agreement: null, connection: connectionId },
})
