import { type Action, isTransferAnswer } from '../core/action.js'
import { Refusal } from '../core/errors.js'
import type { Person, Who } from '../core/two-persons.js'

/** Who calls the API, and what that lets them do. */
export type Caller = {
  /** For the action log. */
  actor: string
  scope: 'billing' | 'admin'
  /** Set where the token belongs to one account: nothing of another account is shown or taken. */
  accountId: string | null
  /** Whose idempotency keys these are. */
  owner: string
  /** The console user who made the token, and so knows it; null where none did. */
  person: Person | null
  /** The token stands for that user. */
  personal: boolean
}

/**
 * What a call needs: `any` token; one of no particular account (`shared`), because what it shows belongs to all of them;
 * or an `admin`'s.
 */
export type Access = 'any' | 'shared' | 'admin'

/** Throws `Refusal` forbidden (403) with what would be needed. */
export const requireAccess = (caller: Caller, access: Access): void => {
  if (access === 'admin' && caller.scope !== 'admin')
    throw new Refusal('forbidden', 'this needs a token with the scope admin; `sealpost token create` makes one')
  if (access !== 'any' && caller.accountId !== null)
    throw new Refusal(
      'forbidden',
      `this token belongs to the account ${caller.accountId}, and what is asked for shows other accounts too; use a token without an account`,
    )
}

/** Throws `Refusal` forbidden (403) where the account is not the caller's. */
export const requireAccount = (caller: Caller, accountId: string): void => {
  if (caller.accountId !== null && caller.accountId !== accountId)
    throw new Refusal(
      'forbidden',
      `this token belongs to the account ${caller.accountId}; it sees and places no other's orders`,
    )
}

/**
 * Throws `Refusal` forbidden (403) for an answer to another provider, or a decision about one: it lets a domain go or keeps it,
 * which no billing system was asked.
 */
export const requireAction = (caller: Caller, action: Action): void => {
  if (isTransferAnswer(action) && caller.scope !== 'admin')
    throw new Refusal(
      'forbidden',
      `${action} answers another provider in the name of the gateway: it orders that by itself, or an administrator does, in the console or by a token with the scope admin`,
    )
}

/** In whose name a call approves: a person's, where its token stands for one. */
export const approverOf = ({ actor, person, personal }: Caller): Who => ({ actor, person: personal ? person : null })
