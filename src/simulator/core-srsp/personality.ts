/**
 * A registry that speaks SRSP (draft-crispin-srs-00): it acknowledges a request, and answers it by a reply that gives the signed
 * request back. A transaction that comes twice is answered as it was; one that is sent with another request fails. Mails whose
 * signature is not the gateway's are thrown away. Names mean what `memory.ts` says; `transfer` takes the AuthInfo as the key
 * of a contact.
 */
import type { RegistryMemory } from '../memory.js'
import type { Answer, Personality } from '../personality.js'
import { ERRORS } from './errors.js'
import { ledgerOf } from './ledger.js'
import { type Reading, type Request, readRequest } from './request.js'
import { RULES, type Ruling } from './rules.js'

const personality: Personality = {
  id: 'core-srsp',
  handle: ({ text }, memory) => {
    const reading = readRequest(text)
    if (!reading.ok) return reply(reading, { state: 'failed', trouble: reading.trouble, fields: [] }, 0)
    return carryOut(reading, reading.request, text, memory)
  },
  refuse: ({ text }) => reply(readRequest(text), { state: 'failed', trouble: ERRORS.refusal, fields: [] }, 0),
  // How the protocol tells of transfers is in the version of 2000, of which nothing but the contents is left: so, in prose.
  tell: (news, { text }, memory) => {
    const { name } = readRequest(text)
    const held = name === null ? null : memory.find(name)
    if (held?.provider !== 'gateway') return null
    if (news === 'moved') memory.save({ ...held, provider: 'another', authInfo: null, changedAt: memory.now() })
    if (news === 'deleted') memory.remove(held.name)
    const what = {
      moved: 'was transferred to another registrar',
      deleted: 'was removed',
      failing: 'will be removed in a week',
    }
    return `Dear registrar,\n\nthe domain ${held.name} ${what[news]}.`
  },
  unauthenticated: () => null,
}

export default personality

const carryOut = (reading: Reading, request: Request, text: string, memory: RegistryMemory): Answer => {
  const ledger = ledgerOf(memory)
  const before = ledger.find(request.transaction)
  const sequence = ledger.nextSequence()
  if (before !== null && before.request !== text.trim())
    return reply(reading, { state: 'failed', trouble: ERRORS.reused, fields: [] }, sequence)
  if (before !== null) return { ...facts(reading), text: before.reply, outcome: before.outcome, returnsOrder: true }
  const rule = Object.hasOwn(RULES, request.type) ? RULES[request.type] : undefined
  const ruling = rule?.(request, memory, ledger) ?? { state: 'failed', trouble: ERRORS.unknownType, fields: [] }
  const answer = reply(reading, ruling, sequence)
  ledger.settle(request.transaction, { request: text.trim(), reply: answer.text, outcome: answer.outcome })
  // Questions are answered at once.
  if (request.type === 'inquire domain') return answer
  return { ...answer, text: [...head(reading, 'ack', sequence)].join('\n'), later: [answer.text] }
}

const head = ({ registrar, transaction }: Reading, type: 'ack' | 'reply', sequence: number): string[] => [
  ...(registrar === null ? [] : [`Registrar-ID: ${registrar}`]),
  ...(transaction === null ? [] : [`Transaction-ID: ${transaction}`]),
  `Response-Type: ${type}`,
  `Resolver-Sequence: ${sequence}`,
]

const reply = (reading: Reading, { state, trouble, fields }: Ruling, sequence: number): Answer => ({
  ...facts(reading),
  text: [
    ...head(reading, 'reply', sequence),
    `Request-State: ${state}`,
    ...(trouble === null ? [] : [`Error-Code: ${trouble.code}`, `Error-Text: ${trouble.text}`]),
    ...fields,
  ].join('\n'),
  outcome: state === 'succeeded' ? 'success' : 'failed',
  returnsOrder: true,
})

const facts = ({ type, name, transaction }: Reading): Pick<Answer, 'action' | 'domain' | 'reference'> => ({
  ...{ action: type, domain: name, reference: transaction },
})
