import { type Connection, isWithin, type MailConnection, type OwnKey, type Pin } from '../core/connection.js'
import { Fault } from '../core/errors.js'
import { type KeyFinding, keyFindings } from '../core/key-state.js'
import { type KeyDescription, openKeyring } from '../signing/keyring.js'
import type { Deps } from './deps.js'
import { examineKeys } from './examine-keys.js'
import { passphraseOf } from './signer.js'

/** What a connection uses a file for: to sign with, to check replies with, to know its mail server by (`relay.ca`, `mx.ca`), or for DKIM. */
export type KeyUse = { connection: string; title: string; for: 'signing' | 'trust' | 'relay' | 'dkim' }

/** A file of the keys folder, or one that a connection names. Times are RFC 3339. */
export type ListedKey = {
  file: string
  /** Null where the file is no key that can be read. */
  key:
    | (Omit<KeyDescription, 'file' | 'notBefore' | 'expiresAt'> & {
        notBefore: string | null
        expiresAt: string | null
      })
    | null
  uses: KeyUse[]
  /** Why it is of no use now, in a sentence; null where nothing speaks against it. */
  problem: string | null
}

/** `error`: a connection cannot do its work with its keys as they are. `warning`: it will not be able to, or others are wrong. */
export type KeyNotice = { level: 'error' | 'warning' | 'info'; connection: string | null; file: string; text: string }

export type KeyReport = {
  keys: ListedKey[]
  notices: KeyNotice[]
  /** Why it is not known which connections use the keys; null where it is. */
  unknownUses: string | null
}

type KeyDeps = Pick<Deps, 'keyring' | 'env' | 'clock'>

/** Every key of the folder and of the connections as it is now. Our own are opened, as they would be to sign. */
export const listKeys = async (deps: KeyDeps & Pick<Deps, 'store'>): Promise<KeyReport> => {
  try {
    return await report(deps, await deps.store.connections.list(), null)
  } catch (error) {
    if (!(error instanceof Fault) || !error.temporary) throw error
    return report(deps, [], error.message)
  }
}

/** The keys of a folder while the database cannot be asked for `reason`. */
export const listKeysAlone = (keysDir: string, env: Deps['env'], reason: string): Promise<KeyReport> =>
  report({ keyring: openKeyring(keysDir), env, clock: { now: () => new Date() } }, [], reason)

const report = async (
  deps: KeyDeps,
  connections: readonly Connection[],
  unknownUses: string | null,
): Promise<KeyReport> => {
  const uses = connections.flatMap(usesOf)
  const files = [...new Set([...(await deps.keyring.files()), ...uses.map(({ file }) => file)])].sort()
  const found = await Promise.all(
    files.map((file) =>
      look(
        deps,
        file,
        uses.filter((use) => use.file === file),
      ),
    ),
  )
  const notices = (await Promise.all(connections.map((connection) => noticesOf(deps, connection)))).flat()
  const keys = found.map((key) => ({ ...key, problem: key.problem ?? hindrance(key, notices) }))
  return { keys, notices: [...notices, ...keys.flatMap(idleNotice)], unknownUses }
}

/** What only its use shows, such as a passphrase that does not open it. */
const hindrance = ({ file }: ListedKey, notices: readonly KeyNotice[]): string | null =>
  notices.find((notice) => notice.file === file && notice.level === 'error')?.text ?? null

type Use = KeyUse & { file: string; passphraseEnv: string | null }

const usesOf = (connection: Connection): Use[] => {
  if (connection.channel !== 'mail') return []
  const { id, title, signing, trust, relay, mx, dkim } = connection
  const by = { connection: id, title, passphraseEnv: null }
  return [
    ...signing.keys.map(({ file, passphraseEnv }) => ({ ...by, file, passphraseEnv, for: 'signing' as const })),
    ...trust.keys.map(({ file }) => ({ ...by, file, for: 'trust' as const })),
    ...[relay?.ca, mx?.ca].flatMap((ca) => (ca == null ? [] : [{ ...by, file: ca, for: 'relay' as const }])),
    ...(dkim === null ? [] : [{ ...by, file: dkim.key, for: 'dkim' as const }]),
  ]
}

const look = async (deps: KeyDeps, file: string, uses: readonly Use[]): Promise<ListedKey> => {
  const listed = {
    file,
    uses: uses.map(({ connection, title, for: purpose }) => ({ connection, title, for: purpose })),
  }
  const passphraseEnv = uses.find((use) => use.passphraseEnv !== null)?.passphraseEnv ?? null
  try {
    const {
      file: _,
      notBefore,
      expiresAt,
      ...key
    } = await deps.keyring.describe(file, passphraseOf(deps, passphraseEnv))
    const times = { notBefore: notBefore?.toISOString() ?? null, expiresAt: expiresAt?.toISOString() ?? null }
    return { ...listed, key: { ...key, ...times }, problem: problemOf(key.usable, { notBefore, expiresAt }, deps) }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    // A mail server is known by any number of authorities in one file, and DKIM has a bare private key: no keys of ours
    // to sign or to check replies with, and nothing is wrong with them.
    if (uses.some((use) => use.for === 'dkim')) return { ...listed, key: null, problem: await dkimProblem(deps, file) }
    const isRelays = uses.length > 0 && uses.every((use) => use.for === 'relay')
    return { ...listed, key: null, problem: isRelays && error.code === 'key-unusable' ? null : error.message }
  }
}

const dkimProblem = ({ keyring }: KeyDeps, file: string): Promise<string | null> =>
  keyring.dkimKey(file).then(
    () => null,
    (error: unknown) => {
      if (error instanceof Fault) return error.message
      throw error
    },
  )

type Times = Pick<KeyDescription, 'notBefore' | 'expiresAt'>

const problemOf = (usable: boolean, { notBefore, expiresAt }: Times, { clock }: KeyDeps): string | null => {
  const now = clock.now()
  if (!usable) return 'It is revoked, or of a kind that cannot be used.'
  if (expiresAt !== null && expiresAt <= now) return `It expired at ${expiresAt.toISOString()}.`
  return notBefore !== null && notBefore > now ? `It is valid only from ${notBefore.toISOString()}.` : null
}

const noticesOf = async (deps: KeyDeps, connection: Connection): Promise<KeyNotice[]> => {
  if (connection.channel !== 'mail') return []
  const now = deps.clock.now()
  const findings = keyFindings(connection, await examineKeys(deps, connection), now)
  const told = findings.map((finding) => ({
    ...{ level: levelOf(finding), connection: connection.id, file: finding.file, text: finding.text },
  }))
  const { signing, trust } = connection
  return [...told, ...[signing, trust].flatMap(({ keys }) => gap(connection, keys, now))]
}

/** Time that runs out is a warning until it has run out. */
const levelOf = ({ alarm, level }: KeyFinding): KeyNotice['level'] =>
  level === 'error' && alarm !== 'unusable' && alarm !== 'expired' ? 'warning' : level

/** Keys that are all to be used later: until then there is none. That all have ended is told of each. */
const gap = (
  { id, title, signing }: MailConnection,
  keys: readonly OwnKey[] | readonly Pin[],
  now: Date,
): KeyNotice[] => {
  const [first] = keys
  if (first === undefined || keys.some((key) => isWithin(key, now) || (key.notBefore ?? now) <= now)) return []
  const text =
    keys === signing.keys
      ? `the connection "${title}" has no key to sign with now: each of signing.keys begins later (notBefore)`
      : `the connection "${title}" believes no signature now: each of trust.keys begins later (notBefore)`
  return [{ level: 'error', connection: id, file: first.file, text }]
}

/** What is wrong with a file that no connection uses harms none. */
const idleNotice = ({ file, uses, problem }: ListedKey): KeyNotice[] =>
  uses.length > 0 || problem === null
    ? []
    : [{ level: 'warning', connection: null, file, text: `no connection uses ${file}: ${problem}` }]
