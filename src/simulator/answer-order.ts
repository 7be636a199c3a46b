import type { PrivateKey, PublicKey } from 'openpgp'
import type { Behaviour } from './behaviours.js'
import { isAnswering, type Outgoing, planAnswers } from './faults.js'
import type { Taken } from './intake.js'
import type { RegistryMemory } from './memory.js'
import type { Answer, Personality, SignedOrder } from './personality.js'
import { type ReadMail, readMail } from './read-mail.js'

/** A mail that the simulator took, and what it made of it. */
export type Received = Taken & {
  at: Date
  behave: Behaviour
  /** Null where it could not be read as a mail. */
  mail: ReadMail | null
  /** What the registry did with the order; null where it did nothing. */
  answer: Answer | null
}

export type Registry = {
  personality: Personality
  memory: RegistryMemory
  /** The robot's own address. */
  address: string
  trusted: PublicKey[]
  key: PrivateKey
  /** A key that the gateway cannot know. */
  foreignKey: PrivateKey
  delayMs: number
  lateMs: number
}

/**
 * Reads the mail, carries its order out as the behaviour says, and notes both in the record. The answers are still to
 * be delivered. A mail from the null sender, or without an address to answer to, has none (RFC 3834, section 2).
 */
export const answerOrder = async (record: Received, registry: Registry): Promise<Outgoing[]> => {
  const { personality, memory, trusted, ...rest } = registry
  const mail = await readMail(record.octets, trusted)
  record.mail = mail
  if (mail.replyTo === null || record.envelope.from === '' || !isAnswering(record.behave)) return []
  const judged = judge(mail, personality)
  if (judged === null) return []
  const order = 'order' in judged ? judged.order : null
  const note = (answer: Answer): Answer => {
    record.answer ??= answer
    return answer
  }
  const decide = (carryOut: (order: SignedOrder) => Answer): Answer =>
    note('order' in judged ? carryOut(judged.order) : judged.answer)
  return planAnswers(record.behave, {
    ...rest,
    mail,
    replyTo: mail.replyTo,
    taken: record,
    order: order?.text ?? '',
    now: record.at,
    quote: personality.quote ?? null,
    handle: () => decide((signed) => personality.handle(signed, memory)),
    ask: () => (order === null ? null : (personality.ask?.(order, memory) ?? null)),
    tell: (news) => (order === null ? null : personality.tell(news, order, memory)),
    refuse: () => decide((signed) => personality.refuse(signed)),
  })
}

/** The order of a mail that the gateway signed, or what any other mail is answered; null where those are ignored. */
const judge = (
  { order, subject }: ReadMail,
  personality: Personality,
): { order: SignedOrder } | { answer: Answer } | null => {
  if (order.ok) return { order: { text: order.text, subject } }
  const answer = personality.unauthenticated(order.reason)
  return answer === null ? null : { answer }
}
