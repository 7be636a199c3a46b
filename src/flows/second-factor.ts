import { randomBytes } from 'node:crypto'
import { Refusal } from '../core/errors.js'
import { hashSecret } from '../core/secret-hash.js'
import { stepOfCode, toBase32 } from '../core/totp.js'
import type { Tables, User } from '../ports.js'
import type { Deps } from './deps.js'
import { lockUser } from './manage-users.js'

type FactorDeps = Pick<Deps, 'store' | 'clock'>

/** 160 bits, as RFC 4226, 4 (R6) advises. */
const SECRET_OCTETS = 20
const RECOVERY_CODES = 10
/** 80 bits each: nobody guesses one however fast its hash is. */
const RECOVERY_OCTETS = 10

/**
 * Gives a user a fresh secret for an app that makes codes; it is told this once. Nothing is asked for at sign-in before a
 * code of it was right. Throws `Refusal` conflict where a second factor is in use.
 */
export const startSecondFactor = (deps: FactorDeps, { name }: Pick<User, 'name'>): Promise<string> =>
  deps.store.transaction(async (tables) => {
    const user = await lockUser(tables, name)
    if (user.totpSince !== null)
      throw new Refusal('conflict', 'a second factor is in use: remove it first, then set up another')
    const totpSecret = toBase32(randomBytes(SECRET_OCTETS))
    await tables.users.update({ ...user, totpSecret, totpStep: null })
    return totpSecret
  })

/**
 * Puts the second factor into use by a first code of it, and gives codes that may stand for it, each once; they are told
 * this once. Other sessions of the user end. Throws `Refusal`: invalid for a wrong code, conflict where none was begun.
 */
export const confirmSecondFactor = (
  deps: FactorDeps,
  { name, code, session, actor }: { name: string; code: string; session: string; actor: string },
): Promise<string[]> =>
  deps.store.transaction(async (tables) => {
    const user = await lockUser(tables, name)
    if (user.totpSecret === null || user.totpSince !== null)
      throw new Refusal('conflict', 'no second factor waits for its first code: begin again')
    const at = deps.clock.now()
    const step = stepOfCode({ secret: user.totpSecret, code: digitsOf(code), at, after: null })
    if (step === null)
      throw new Refusal('invalid', 'the code is wrong: give the one that the app shows now, and look at its clock')
    const codes = Array.from({ length: RECOVERY_CODES }, () => toBase32(randomBytes(RECOVERY_OCTETS)).toLowerCase())
    await tables.users.update({ ...user, totpSince: at, totpStep: step, recovery: codes.map(hashSecret) })
    await tables.sessions.removeOf(user.id, session)
    const text = `${name} signs in with a second factor from now on`
    await tables.actions.append([{ at, actor, level: 'info', event: 'user.second-factor', text }])
    return codes
  })

/** Takes the second factor of a user away. Throws `Refusal`: not-found, or conflict where there is none. */
export const removeSecondFactor = (deps: FactorDeps, { name, actor }: { name: string; actor: string }): Promise<void> =>
  deps.store.transaction(async (tables) => {
    const user = await lockUser(tables, name)
    if (user.totpSecret === null) throw new Refusal('conflict', `${name} has no second factor`)
    const none = { totpSecret: null, totpSince: null, totpStep: null, recovery: [] }
    await tables.users.update({ ...user, ...none })
    const text = `the second factor of ${name} was removed: no code is asked for`
    await tables.actions.append([
      { at: deps.clock.now(), actor, level: 'warning', event: 'user.second-factor-removed', text },
    ])
  })

/**
 * Takes a code of the second factor, or one that stands for it, once: two who give the same one at the same moment are not
 * both let in. What came of it is in the action log where it is of note.
 */
export const takeSecondFactor = async (deps: FactorDeps, user: User, given: string): Promise<boolean> => {
  const digits = digitsOf(given)
  return /^\d{6}$/.test(digits) ? takeCode(deps, user, digits) : takeRecovery(deps, user, given)
}

const takeCode = async (deps: FactorDeps, user: User, code: string): Promise<boolean> => {
  if (user.totpSecret === null) return false
  const step = stepOfCode({ secret: user.totpSecret, code, at: deps.clock.now(), after: user.totpStep })
  return step !== null && deps.store.users.takeStep(user.id, step)
}

const takeRecovery = (deps: FactorDeps, { id, name }: User, given: string): Promise<boolean> =>
  deps.store.transaction(async (tables: Tables) => {
    const left = await tables.users.takeRecovery(id, hashSecret(given.replaceAll(/[\s-]/g, '').toLowerCase()))
    if (left === null) return false
    const text = `${name} signed in with a recovery code; ${left} are left`
    await tables.actions.append([
      { at: deps.clock.now(), actor: `user:${name}`, level: 'warning', event: 'user.recovery-code', text },
    ])
    return true
  })

/** As apps show it, in groups. */
const digitsOf = (code: string): string => code.replaceAll(/\s/g, '')
