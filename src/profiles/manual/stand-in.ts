import type { Action } from '../../core/action.js'
import type { Connection } from '../../core/connection.js'
import type { Problem } from '../../core/errors.js'
import type { StandIn } from '../profile.js'

/**
 * What stands in for people while a billing system is tested:
 *
 * - `always-available`: every name is free: a transfer is refused, and all else done
 * - `always-taken`: every name is taken: a registration is refused, and all else done
 * - `suppress`: nobody is asked and nothing is answered, so that the order times out
 */
export const BEHAVIOURS = ['always-available', 'always-taken', 'suppress'] as const
export type Behaviour = (typeof BEHAVIOURS)[number]

export const standIn = (behave: Behaviour | undefined, action: Action): StandIn | null => {
  if (behave === undefined) return null
  if (behave === 'suppress') return { kind: 'silent' }
  if (behave === 'always-taken' && action === 'register')
    return { kind: 'refused', code: 'taken', text: 'the name is taken (test behaviour always-taken)' }
  if (behave === 'always-available' && action === 'transfer')
    return { kind: 'refused', code: 'available', text: 'nobody has the name (test behaviour always-available)' }
  return { kind: 'done', text: `done without a person (test behaviour ${behave})` }
}

/** Customers would pay for what nobody orders. */
export const refuseLive = (behave: Behaviour | undefined, mode: Connection['mode'] | undefined): Problem[] =>
  behave === undefined || mode !== 'live'
    ? []
    : [
        {
          pointer: '/behave',
          detail: `is for tests: with ${behave} customers would pay for orders that nobody carries out; set mode to test, or leave it out`,
        },
      ]
