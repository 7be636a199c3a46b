import { isDeepStrictEqual } from 'node:util'
import { type Connection, destinationOf, MAIL_FIELDS } from '../core/connection.js'
import { describeProblems, type Problem, Refusal } from '../core/errors.js'
import { connectionView } from '../core/views.js'
import { type Tables, UniqueViolation } from '../ports.js'
import { refuseModeChange } from './change-mode.js'
import { checkConnection } from './check-connection.js'
import type { Deps } from './deps.js'
import { weakTrust } from './manage-connections.js'

/**
 * Changes a connection in use: `patch` is merged into what it is, in the words of a connection file (RFC 7396), and all of
 * it is checked like a new one. So a new key is pinned beside the old one while both are in use. What orders and mails on
 * their way lean on cannot change. Throws `Refusal`.
 */
export const changeConnection = async (
  deps: Deps,
  id: string,
  patch: Readonly<Record<string, unknown>>,
  actor: string,
): Promise<Connection> => {
  const current = await deps.store.connections.get(id)
  if (current === null) throw new Refusal('not-found', `there is no connection ${id}`)
  const { changed, fields } = await planChange(deps, current, patch)
  if (fields.length === 0) return changed
  await deps.store
    .transaction((tables) => writeChange(deps, tables, { current, changed, fields, actor }))
    .catch((error: unknown) => Promise.reject(rivalOfChange(changed)(error)))
  return changed
}

/** What a connection becomes by a patch, and in which fields it differs then. Nothing is written. Throws `Refusal`. */
export const planChange = async (
  deps: Deps,
  current: Connection,
  patch: Readonly<Record<string, unknown>>,
): Promise<{ changed: Connection; fields: readonly string[] }> => {
  const { createdAt, paused, id, channel, ...file } = connectionView(current)
  const input = mergePatch(
    'signing' in file ? { ...file, signing: signingFor(file.signing, patch['signing']) } : file,
    patch,
  )
  const changed = await checkConnection(deps, input, { id, paused: current.paused, createdAt: current.createdAt })
  const fixed = fixedProblems(current, changed)
  if (fixed.length > 0)
    throw new Refusal('invalid', `the connection cannot be changed: ${describeProblems(fixed)}`, { problems: fixed })
  return { changed, fields: differing(current, changed) }
}

/** RFC 7396: objects are merged, null removes, everything else takes the place of what was there. */
const mergePatch = (target: unknown, patch: unknown): unknown => {
  if (!isObject(patch)) return patch
  const merged = new Map(isObject(target) ? Object.entries(target) : [])
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name)
    else merged.set(name, mergePatch(merged.get(name), value))
  }
  return Object.fromEntries(merged)
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A list of keys takes the place of the one key, and the other way round: a connection says it in one way. */
const signingFor = (signing: object, patch: unknown): object => {
  const other = isObject(patch) ? ('keys' in patch ? ['key', 'passphraseEnv'] : 'key' in patch ? ['keys'] : []) : []
  return Object.fromEntries(Object.entries(signing).filter(([name]) => !other.includes(name)))
}

const FIXED_WHY = 'cannot be changed: orders and replies on their way lean on it; add another connection instead'

const fixedProblems = (current: Connection, changed: Connection): Problem[] => {
  const pairs: [string, unknown, unknown][] = [
    ['/profile', current.profile, changed.profile],
    ['/registry/replyTo', replyToOf(current), replyToOf(changed)],
  ]
  return pairs.flatMap(([pointer, was, is]) => (isDeepStrictEqual(was, is) ? [] : [{ pointer, detail: FIXED_WHY }]))
}

const replyToOf = (connection: Connection): string | null =>
  connection.channel === 'mail' ? connection.registry.replyTo : null

/** The profile does not change, and with it neither does what fields there are. */
const differing = (current: Connection, changed: Connection): string[] => [
  ...COMMON_FIELDS.filter((field) => !isDeepStrictEqual(current[field], changed[field])),
  ...(current.channel === 'mail' && changed.channel === 'mail'
    ? MAIL_FIELDS.filter((field) => !isDeepStrictEqual(current[field], changed[field]))
    : []),
]

const COMMON_FIELDS = [
  ...(['title', 'tlds', 'mode', 'checkEvery', 'reconcile', 'rate', 'replyTimeout'] as const),
  ...(['account', 'defaults', 'agreement', 'expiry', 'lookup', 'watch', 'support'] as const),
  ...(['transferChecklist', 'setup', 'dnsPrepare', 'transferAway', 'belowRegistrable'] as const),
]

const wordsOfMode = (current: Connection, changed: Connection): string =>
  current.mode === changed.mode ? '' : `; it is in mode ${changed.mode} now: requests go to ${destinationOf(changed)}`

/** Writes a change that was checked, within the caller's transaction. Throws `Refusal` where it may not be made now. */
export const writeChange = async (
  deps: Deps,
  tables: Tables,
  input: { current: Connection; changed: Connection; fields: readonly string[]; actor: string },
): Promise<void> => {
  const { current, changed, fields, actor } = input
  const at = deps.clock.now()
  const trust = changed.channel === 'mail' ? changed.trust : null
  const present = await tables.connections.lockForChange(current.id)
  if (!isDeepStrictEqual(present, current))
    throw new Refusal('conflict', `the connection "${current.title}" was changed just now; read it and try again`)
  await refuseModeChange(deps, tables, { current, changed })
  await tables.connections.update(changed, at)
  await tables.actions.append([
    {
      ...{ at, level: 'info', actor, event: 'connection.changed' },
      text: `the connection "${changed.title}" was changed: ${fields.join(', ')}${wordsOfMode(current, changed)}`,
      data: { connection: changed.id, fields: [...fields], keys: trust?.keys.map(({ file }) => file) ?? [] },
    },
    ...(fields.includes('trust') ? weakTrust(changed, at, actor) : []),
  ])
}

/** What is said where another connection was faster; any other error as it came. */
export const rivalOfChange =
  ({ title }: Connection) =>
  (error: unknown): unknown =>
    error instanceof UniqueViolation
      ? new Refusal(
          'conflict',
          error.rule === 'tld'
            ? 'another connection got one of the TLDs just now; list the TLDs'
            : `another connection has the title "${title}"; choose another`,
        )
      : error
