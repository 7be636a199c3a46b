/**
 * The words by which order robots tell how far a request has come, in the order in which it comes to them. Several robots may
 * tell of one request, so an earlier word can arrive after a later one: it never takes anything back.
 */
import { type Action, acquires, isTransferAnswer } from './action.js'
import type { DomainDetail } from './domain.js'

/** A late consent (LateACK) follows the refusal, and outweighs it. */
const REGISTRATION = ['init', 'filed', 'REG-req', 'REG-OK', 'delegated', 'connected'] as const
const TRANSFER = ['init', 'filed', 'KK-req', 'KK-NACK', 'KK-ACK', 'delegated', 'connected'] as const

const chainOf = (action: Action): readonly DomainDetail[] => {
  if (isTransferAnswer(action)) return ['init', 'filed', action === 'approve-transfer' ? 'KK-ACK' : 'KK-NACK']
  if (acquires(action)) return action === 'transfer' ? TRANSFER : REGISTRATION
  const begin = ['init', 'filed', 'update'] as const
  if (action === 'close') return [...begin, 'closed']
  return action === 'transit' ? [...begin, 'gone'] : [...begin, 'delegated', 'connected']
}

/** Whether a request of that kind can come to that word at all. */
export const isStepOf = (action: Action, step: DomainDetail): boolean => chainOf(action).includes(step)

/** Whichever of the two a request has come to later; `now` may be a word of something else, which says nothing of this one. */
export const furthest = (action: Action, now: DomainDetail, step: DomainDetail): DomainDetail =>
  chainOf(action).indexOf(step) > chainOf(action).indexOf(now) ? step : now
