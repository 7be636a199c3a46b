import type { TransferAnswer } from '../../core/action.js'
import type { DomainDetail } from '../../core/domain.js'
import type { Reply } from '../../core/reply.js'
import type { RobotAccount } from './account.js'

type Meaning = { means: string; reply: Pick<Reply, 'outcome'> & Partial<Reply> }

/** The fourteen words of a status, in what they mean. */
const MEANS = {
  init: 'the robot has recognised the form',
  error: 'the robot found an error in the form',
  filed: 'the order was passed on to the robot of the registrar',
  'REG-req': 'the robot of the registry confirms that the registration arrived',
  'REG-OK': 'the robot of the registry confirms the registration',
  'KK-req': 'the robot of the registry confirms the request for a transfer',
  'KK-ACK': 'the present provider agreed to the transfer',
  'KK-NACK': 'the present provider refused the transfer',
  delegated: 'the name is under our administration',
  connected: 'the new name servers are entered',
  closed: 'the name is closed',
  gone: 'the name moved away',
  update: 'the data are being changed',
  self: 'the name is set up and not ours',
} as const satisfies Record<DomainDetail, string>

const isWord = (word: string): word is DomainDetail => Object.hasOwn(MEANS, word)

type Said = { action: string | null; reference: string | null; account: RobotAccount }

/** What a word says of an order, or of a domain where nobody ordered it; null for one that is not known. */
export const readWord = (word: string, said: Said): Meaning | null => {
  if (!isWord(word)) return null
  const answer = answerNamed(said.action)
  if (answer !== null && word !== 'closed' && word !== 'gone' && word !== 'self')
    return answerOf(word, said.action === word, answer)
  return { means: MEANS[word], reply: replyOf(word, said) }
}

/** Of what we told another provider, the robots tell by the word of what was ordered (`TAKES`). */
const ANSWERS: Readonly<Record<string, TransferAnswer>> = {
  'KK-ACK': 'approve-transfer',
  'KK-NACK': 'reject-transfer',
}

const answerNamed = (action: string | null): TransferAnswer | null =>
  action !== null && Object.hasOwn(ANSWERS, action) ? (ANSWERS[action] ?? null) : null

const answerOf = (step: DomainDetail, isDone: boolean, action: TransferAnswer): Meaning => {
  const means = isDone ? 'the other provider was answered' : MEANS[step]
  if (step === 'error') return { means, reply: { outcome: 'refused', code: 'error', action, step } }
  return { means, reply: { outcome: isDone ? 'done' : 'accepted', action, step } }
}

/** A name is ours once the registry confirmed it, or it is delegated to us: the consent to a transfer alone does not make it so. */
const replyOf = (step: DomainDetail, { action, reference, account }: Said): Meaning['reply'] => {
  const isOrdered = reference !== null && answerNamed(action) === null
  switch (step) {
    case 'error':
      return { outcome: 'refused', code: 'error', step }
    case 'REG-OK':
    case 'delegated':
    case 'connected':
      return { outcome: 'done', step }
    case 'closed':
      if (action === 'close' || isOrdered) return { outcome: 'done', step }
      return { outcome: 'notice', code: step, tidings: { at: null, kind: 'deleted' } }
    case 'gone':
      if (action === 'transit' || isOrdered) return { outcome: 'done', step }
      return { outcome: 'notice', code: step, tidings: { at: null, kind: 'moved', from: account.admin, to: null } }
    case 'self':
      return { outcome: 'notice', code: step, tidings: { at: null, kind: 'news', urgent: true } }
    default:
      return { outcome: 'accepted', step }
  }
}
