import { Fault, messageOf, Refusal } from '../core/errors.js'
import { type UniqueRule, UniqueViolation } from '../ports.js'

/** The rules by the name of the index that enforces each (prisma/schema.prisma). */
const RULES: ReadonlyMap<string, UniqueRule> = new Map([
  ['idempotency_keys_pkey', 'idempotency-key'],
  ['orders_billing_key', 'billing-order'],
  ['orders_open_domain_key', 'open-order'],
  ['connection_tlds_pkey', 'tld'],
  ['connections_title_key', 'connection-title'],
  ['connections_reply_to_key', 'reply-address'],
  ['verified_contents_pkey', 'content'],
  ['events_once_key', 'event-once'],
  ['mail_rules_pkey', 'rule-version'],
  ['users_name_key', 'user-name'],
  ['users_oidc_key', 'user-identity'],
  ['api_tokens_name_key', 'token-name'],
])

/**
 * What callers get for an error of Prisma, its adapter, node-postgres or PGlite: `UniqueViolation` for a rule of the
 * database, a temporary Fault `store-unavailable` where the database is away, full or busy, anything else as it came.
 */
export const translate = (error: unknown): unknown => {
  if (error instanceof Refusal || error instanceof Fault || error instanceof UniqueViolation) return error
  const driver = driverErrorOf(error)
  const rule = RULES.get(String(field(error, 'constraint') ?? field(field(driver, 'constraint'), 'index')))
  if (rule !== undefined) return new UniqueViolation(rule, { cause: error })
  if (isRefused(error, driver)) return refused(error)
  return isAway(error, driver) ? unavailable(error) : error
}

/**
 * Two transactions waited for each other and this one was given up, or a statement has to be prepared anew: nothing of it
 * was kept, and the same can be done at once.
 */
export const mayBeDoneAgain = (error: unknown): boolean =>
  [error, field(error, 'cause'), driverErrorOf(error)].some(
    (one) => isUnprepared(one) || [field(one, 'code'), field(one, 'originalCode')].includes('40P01'),
  )

/**
 * The server forgot a statement that has a name (DISCARD ALL, a pooler that changes the connection), knows another by that
 * name, or planned it for a table whose columns are of other types since. Nothing of it was done.
 */
export const isUnprepared = (error: unknown): boolean =>
  ['26000', '42P05'].includes(String(field(error, 'code'))) ||
  (field(error, 'code') === '0A000' && error instanceof Error && error.message.startsWith('cached plan'))

/** The database was waited for as long as anybody waits for it; whoever asks next waits as long. */
export const isSilence = (error: unknown): boolean =>
  error instanceof Fault &&
  error.code === 'store-unavailable' &&
  (field(error.cause, 'code') === 'ETIMEDOUT' || /timeout/.test(messageOf(error.cause)))

export const unavailable = (cause: unknown): Fault =>
  new Fault('store-unavailable', `the database does not answer; try again later (${lastWords(cause)})`, {
    temporary: true,
    cause,
  })

/** Temporary too: while it is mended senders and callers try again. */
const refused = (cause: unknown): Fault =>
  new Fault(
    'store-unavailable',
    `the database server refuses the gateway; mend DATABASE_URL, or what the server has and allows (${lastWords(cause)})`,
    { temporary: true, cause },
  )

/** Prisma writes the lines of our program that asked before the reason, which is for nobody who reads this. */
const lastWords = (error: unknown): string =>
  messageOf(error instanceof Error ? (error.message.trim().split('\n').at(-1) ?? '') : error)

/**
 * Every function of a table, with its errors handed to `onError` and what that answers thrown, and with its arguments in
 * the form that PostgreSQL can take.
 */
export const guarded = <T extends object>(
  table: T,
  onError: (error: unknown) => unknown,
  onCall: (name: string) => void = () => {},
): T =>
  new Proxy(table, {
    get: (target, key) => {
      const member: unknown = Reflect.get(target, key)
      if (typeof member !== 'function') return member
      return async (...args: unknown[]) => {
        onCall(String(key))
        try {
          return await member(...args.map(storable))
        } catch (error) {
          throw onError(error)
        }
      }
    },
  })

/**
 * PostgreSQL's text has neither NUL nor half a surrogate pair, and a query that asks for one fails. Names, tickets and
 * tokens come from strangers, so such a character becomes U+FFFD at every depth, here for all; octets stay as they are.
 */
const storable = (value: unknown): unknown => {
  if (typeof value === 'string')
    return value.isWellFormed() && !value.includes('\0') ? value : value.toWellFormed().replaceAll('\0', '\ufffd')
  if (Array.isArray(value)) return value.map(storable)
  if (typeof value !== 'object' || value === null || value instanceof Date || ArrayBuffer.isView(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, storable(item)]))
}

/** Prisma keeps the adapter's finding in `meta`; node-postgres says it itself. */
const driverErrorOf = (error: unknown): unknown =>
  field(field(field(error, 'meta'), 'driverAdapterError'), 'cause') ?? field(error, 'cause')

const AWAY_KINDS = new Set([
  'DatabaseNotReachable',
  'ConnectionClosed',
  'SocketTimeout',
  'TlsConnectionError',
  'TooManyConnections',
  'TransactionWriteConflict',
])
const REFUSED_KINDS = new Set(['DatabaseDoesNotExist', 'DatabaseAccessDenied', 'AuthenticationFailed'])

/**
 * SQLSTATE: connection, rollback for concurrency, resources, operator's hand, system error, read-only standby, a
 * transaction that was given up for its time, a lock that was not had in time, database that takes no connections.
 */
const AWAY_SQLSTATES = /^(08|40|53|57|58|25006|25P03|25P04|55000|55P03)/

/** SQLSTATE: wrong user or password, or none that may come in; no such database. */
const REFUSED_SQLSTATES = /^(28|3D000)/

/** Prisma: not reachable, timed out, closed, pool or transaction waited too long, conflict. Then Node's network errors. */
const AWAY_CODES =
  /^(P1001|P1002|P1008|P1017|P2024|P2028|P2034|ECONN[A-Z]+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/

/** Words of node-postgres and PGlite, which have no codes; a PGlite that gave up is a WebAssembly `RuntimeError`. */
const AWAY_WORDS =
  /connection terminated|not queryable|pool after calling end|exceeded when trying to connect|query read timeout|pglite is clos|_PostgresSend|^RuntimeError/i

const isRefused = (error: unknown, driver: unknown): boolean =>
  REFUSED_KINDS.has(String(field(driver, 'kind'))) ||
  REFUSED_SQLSTATES.test(String(field(driver, 'originalCode') ?? '')) ||
  REFUSED_SQLSTATES.test(String(field(error, 'code') ?? ''))

const isAway = (error: unknown, driver: unknown): boolean =>
  isUnprepared(error) ||
  AWAY_KINDS.has(String(field(driver, 'kind'))) ||
  AWAY_SQLSTATES.test(String(field(driver, 'originalCode') ?? '')) ||
  AWAY_SQLSTATES.test(String(field(error, 'code') ?? '')) ||
  AWAY_CODES.test(String(field(error, 'code') ?? '')) ||
  (error instanceof Error && AWAY_WORDS.test(`${error.name} ${error.message}`))

const field = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
