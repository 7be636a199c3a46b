import type { Connection, MailConnection, OwnKey, Pin, Scheme, Trust, Window } from '../core/connection.js'
import { Fault } from '../core/errors.js'
import { endOfKey, type KeyState } from '../core/key-state.js'
import { weakKeyRefused } from '../signing/weakness.js'
import { fits, MISFITS } from './connection-keys.js'
import type { Deps } from './deps.js'
import { passphraseOf } from './signer.js'

type KeyDeps = Pick<Deps, 'keyring' | 'env' | 'clock'>

export type KeyEnd = { connection: string; file: string; end: Date }

/**
 * Every key of a connection as its file is now: ours are opened with their passphrases, as they would be to sign. What is
 * wrong with one is in its state; throws nothing for it. None where nothing is mailed.
 */
export const examineKeys = async (deps: KeyDeps, connection: Connection): Promise<KeyState[]> =>
  connection.channel === 'mail' ? examineAll(deps, connection) : []

const examineAll = async (deps: KeyDeps, { signing, trust, dkim }: MailConnection): Promise<KeyState[]> => [
  ...(await Promise.all(signing.keys.map((key) => examine('signing', key, () => openOwn(deps, signing.scheme, key))))),
  ...(await Promise.all(trust.keys.map((pin) => examine('trust', pin, () => readPin(deps, trust, pin))))),
  ...(dkim === null ? [] : [await examine('dkim', { ...ALWAYS, file: dkim.key }, () => openDkim(deps, dkim.key))]),
]

/** Of every connection, the keys that can be read and have an end. */
export const readKeyEnds = async (deps: KeyDeps & Pick<Deps, 'store'>): Promise<KeyEnd[]> => {
  const ends: KeyEnd[] = []
  for (const connection of await deps.store.connections.list())
    for (const state of await examineKeys(deps, connection)) {
      const end = endOfKey(state)
      if (state.fault === null && end !== null) ends.push({ connection: connection.id, file: state.file, end })
    }
  return ends
}

const ALWAYS: Window = { notBefore: null, notAfter: null }

const openDkim = async ({ keyring }: KeyDeps, file: string): Promise<Found> => {
  await keyring.dkimKey(file)
  return { fingerprint: null, expiresAt: null }
}

/** `notBefore`: from when the key itself is good. Not for ours: which of them signs is decided by their windows alone. */
type Found = Pick<KeyState, 'fingerprint' | 'expiresAt'> & { notBefore?: Date | null }

const examine = async (
  role: KeyState['role'],
  key: Pick<Pin, 'file' | keyof Window>,
  read: () => Promise<Found>,
): Promise<KeyState> => {
  const { file, notBefore, notAfter } = key
  const known = { role, file, notBefore, notAfter }
  try {
    const { fingerprint, expiresAt, notBefore: begin = null } = await read()
    const from = begin !== null && (notBefore === null || begin > notBefore) ? begin : notBefore
    return { ...known, notBefore: from, fingerprint, expiresAt, fault: null }
  } catch (error) {
    if (!(error instanceof Fault) || error.temporary) throw error
    const { code, message } = error
    return { ...known, fingerprint: null, expiresAt: null, fault: { code, message } }
  }
}

/** An expired key is not opened: that it has expired is all there is to say. */
const openOwn = async ({ keyring, env, clock }: KeyDeps, scheme: Scheme, key: OwnKey): Promise<Found> => {
  const passphrase = passphraseOf({ env }, key.passphraseEnv)
  const { fingerprint, expiresAt } = await keyring.describe(key.file, passphrase)
  const now = clock.now()
  if (expiresAt !== null && expiresAt <= now) return { fingerprint, expiresAt }
  const at = key.notBefore === null || key.notBefore < now ? now : key.notBefore
  const opened = await keyring.signingKey(key.file, passphrase, at)
  if (fits(opened.format, scheme)) return opened
  throw unusable(`Key file ${key.file} ${MISFITS[opened.format]} signing.scheme ${scheme}: put one of its kind there.`)
}

const readPin = async ({ keyring }: KeyDeps, { schemes, weak: allowed }: Trust, pin: Pin): Promise<Found> => {
  await keyring.pinnedKeys([pin])
  const found = await keyring.describe(pin.file)
  const refused = found.weak.find((one) => !allowed.includes(one))
  if (!found.usable)
    throw unusable(`Key file ${pin.file} holds a key that is revoked or not valid: get the registry's present key.`)
  if (refused !== undefined) throw unusable(`Key file ${pin.file} ${weakKeyRefused(refused)}`)
  if (schemes.some((scheme) => fits(found.format, scheme))) return found
  throw unusable(
    `Key file ${pin.file} ${MISFITS[found.format]} any of trust.schemes (${schemes.join(', ')}): put one of their kind there.`,
  )
}

const unusable = (message: string): Fault => new Fault('key-unusable', message, { temporary: false })
