import { Fault, type Problem } from '../../core/errors.js'
import { confirmPairs } from '../confirm-pairs.js'
import type { Pair } from '../key-value.js'
import type { Draft, EncodeInput, TemplateValues } from '../profile.js'
import { requireSound } from '../sound-order.js'
import { pairsOf, readOrder, type SrspOrder } from './order.js'
import { linesOf, readPayload } from './payload.js'
import { transactionOf, VERSION } from './words.js'

/** Everything that would keep an order from becoming a valid request. */
export const check = (input: Omit<EncodeInput, 'reference'>): Problem[] => readOrder(input).problems

/** What the templates see. Throws `Fault` for an order that `check` would have stopped: that is a defect of ours. */
export const encode = (input: EncodeInput): TemplateValues => {
  const order = sound(input)
  const lines = (pairs: readonly Pair[]): string[] => pairs.flatMap(linesOf)
  return {
    reference: input.reference,
    version: VERSION,
    registrar: order.registrar,
    transaction: transactionOf(order.registrar, input.reference),
    requestType: order.requestType,
    signerHandle: order.signer?.handle ?? null,
    // Lines, because it may be too long for one.
    authenticatingKey: lines(order.signer === null ? [] : [['Authenticating-Key', order.signer.key]]),
    domain: input.terms.domain,
    tld: order.domain?.tld ?? null,
    sld: order.domain?.sld ?? null,
    organization: lines(order.organization),
    status: order.status,
    nameservers: lines(order.nameservers),
    contacts: lines(order.contacts),
  }
}

/**
 * Reads a rendered payload back and compares it with the order, keyword by keyword. The fields that every request has must
 * stand first, in their order.
 */
export const confirm = ({ body }: Draft, input: EncodeInput): Problem[] => {
  const written = readPayload(body)
  if (!written.ok) return written.problems
  const order = sound(input)
  const wanted = pairsOf(order, { version: VERSION, transaction: transactionOf(order.registrar, input.reference) })
  const first = wanted.slice(0, order.signer === null ? 4 : 6)
  const misplaced = first.filter(
    ([keyword], index) => written.value[index]?.[0].toLowerCase() !== keyword.toLowerCase(),
  )
  return [
    ...confirmPairs(written.value, wanted, { secret: SECRET }),
    ...misplaced.map(([keyword]) => ({
      pointer: '',
      detail: `The line "${keyword}" has to be among the first, in the order ${first.map(([name]) => name).join(', ')}.`,
    })),
  ]
}

const SECRET: ReadonlySet<string> = new Set(['authenticating-key'])

const sound = (input: EncodeInput): SrspOrder => {
  const { order, problems } = readOrder(input)
  requireSound(problems)
  if (!/^[!-~]{3,64}$/.test(input.reference))
    throw new Fault('reference-invalid', 'a reference must have 3 to 64 visible ASCII characters', { temporary: false })
  return order
}
