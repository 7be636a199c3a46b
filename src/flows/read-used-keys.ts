import type { ActionEntry } from '../core/action-log.js'
import type { Mail } from '../core/mail.js'
import type { UsedKey } from '../evidence/records.js'
import type { PublicKey } from '../signing/keyring.js'
import type { Deps } from './deps.js'
import { passphraseOf } from './signer.js'

/**
 * The public halves of the keys that these mails were signed with, as far as the keys folder has them: by fingerprint,
 * whatever their connection names now, because keys change. Of a certificate that is not there by itself, the authorities
 * that its connection pins.
 */
export const readUsedKeys = async (
  deps: Deps,
  { mails, entries }: { mails: readonly Mail[]; entries: readonly ActionEntry[] },
): Promise<UsedKey[]> => {
  const known = await readPublicKeys(deps)
  const theirs = mails.flatMap(({ verdict }) => (verdict?.kind === 'trusted' ? [verdict.fingerprint] : []))
  const ours = entries.map(({ event, data }) => (event === 'request.signed' ? data['fingerprint'] : null))
  const found = (whose: UsedKey['whose'], fingerprints: readonly unknown[]): UsedKey[] =>
    known
      .filter(({ fingerprint, ca }) => fingerprints.includes(fingerprint) || (whose === 'registry' && ca))
      .map((key) => ({ ...key, whose }))
  const registry = found('registry', theirs)
  const isMissing = theirs.some((one) => !registry.some(({ fingerprint }) => fingerprint === one))
  return [
    ...registry.filter(({ ca, fingerprint }) => !ca || isMissing || theirs.includes(fingerprint)),
    ...found('ours', ours),
  ]
}

/** Each key once, in the order of their fingerprints; a file that is no key, or does not open, has none. */
const readPublicKeys = async (deps: Deps): Promise<PublicKey[]> => {
  const connections = await deps.store.connections.list()
  const own = connections.flatMap((one) => (one.channel === 'mail' ? one.signing.keys : []))
  const keys = new Map<string, PublicKey>()
  for (const file of await deps.keyring.files()) {
    const passphraseEnv = own.find((key) => key.file === file)?.passphraseEnv ?? null
    const key = await readPublicKey(deps, { file, passphraseEnv })
    if (key !== null && !keys.has(key.fingerprint)) keys.set(key.fingerprint, key)
  }
  return [...keys.values()].sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1))
}

const readPublicKey = async (
  deps: Deps,
  { file, passphraseEnv }: { file: string; passphraseEnv: string | null },
): Promise<PublicKey | null> => {
  try {
    return await deps.keyring.publicKey(file, passphraseOf(deps, passphraseEnv))
  } catch (error) {
    deps.log.debug({ file, err: error }, 'no public key for evidence')
    return null
  }
}
