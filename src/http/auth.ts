import { timingSafeEqual } from 'node:crypto'
import type { Context } from 'hono'
import { Refusal } from '../core/errors.js'
import { hashSecret } from '../core/secret-hash.js'
import type { ApiToken, Clock, Store } from '../ports.js'
import type { Caller } from './caller.js'

export { hashSecret } from '../core/secret-hash.js'

export type Authenticate = (c: Context) => Promise<Caller>

/** Longer values are no token of ours and are not looked up. */
export const LONGEST_TOKEN = 512

/**
 * Tells by the `Authorization: Bearer` header (RFC 6750, 2.1) who calls: the token of the settings, or one of the store.
 * Throws `Refusal` unauthorized (401).
 */
export const bearerAuth =
  (options: { store: Store; clock: Clock; token: string | null }): Authenticate =>
  async (c) => {
    const token = bearerToken(c.req.header('authorization'))
    if (options.token !== null && equalSecrets(token, options.token)) return SETTINGS_CALLER
    return callerOf(options, token)
  }

/** Who has that token of the store. Throws `Refusal` unauthorized (401). */
export const callerOf = async (deps: { store: Store; clock: Clock }, token: string): Promise<Caller> => {
  const known = await deps.store.tokens.findByHash(hashSecret(token))
  if (known === null)
    throw new Refusal('unauthorized', 'this token is not known here; `sealpost token create` makes one')
  await noteUse(deps, known)
  const { id, name, scope, accountId, ownerId, ownerName, personal } = known
  const person = ownerId === null || ownerName === null ? null : { id: ownerId, name: ownerName }
  return { actor: `token:${name}`, scope, accountId, owner: id, person, personal }
}

const HOUR_MS = 3_600_000

/** To the hour, and never in the way of a call: a database that can only be read still answers. */
const noteUse = async ({ store, clock }: { store: Store; clock: Clock }, { id, usedAt }: ApiToken): Promise<void> => {
  const now = clock.now()
  if (usedAt !== null && now.getTime() - usedAt.getTime() < HOUR_MS) return
  await store.tokens.noteUse(id, now).catch(() => {})
}

/** Whoever can open the local socket owns the gateway's files: no token is asked. */
export const localAuth: Authenticate = async () => LOCAL_CALLER

const NOBODY = { accountId: null, person: null, personal: false } as const
const SETTINGS_CALLER: Caller = { ...NOBODY, actor: 'token:SEALPOST_TOKEN', scope: 'admin', owner: 'settings' }
const LOCAL_CALLER: Caller = { ...NOBODY, actor: 'cli', scope: 'admin', owner: 'cli' }

const bearerToken = (header: string | undefined): string => {
  const token = /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1]
  if (token === undefined || token.length > LONGEST_TOKEN)
    throw new Refusal('unauthorized', 'give a token in the header: `Authorization: Bearer TOKEN`')
  return token
}

/** In a time that tells nothing of how much of the secret is right. */
const equalSecrets = (given: string, secret: string): boolean =>
  timingSafeEqual(Buffer.from(hashSecret(given), 'hex'), Buffer.from(hashSecret(secret), 'hex'))
