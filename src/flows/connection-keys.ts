import type { MailParts } from '../connection-file/parse.js'
import { isOver, type OwnKey, type Pin, type Scheme, type Window } from '../core/connection.js'
import { Fault, type Problem } from '../core/errors.js'
import type { KeyFormat } from '../signing/scheme.js'
import { weakKeyRefused } from '../signing/weakness.js'
import type { Deps } from './deps.js'
import { passphraseOf } from './signer.js'

type KeyDeps = Pick<Deps, 'keyring' | 'env' | 'clock'>

/**
 * What is wrong with the keys that a connection names, each with its place in the connection's file: files, passphrases,
 * ends, and whether keys and schemes belong together. A key whose time has passed stands in nobody's way.
 */
export const keyProblems = async (deps: KeyDeps, { signing, trust, dkim }: MailParts): Promise<Problem[]> => {
  const now = deps.clock.now()
  const own = (signing.keys ?? []).map(async (key, index) => {
    const isOnly = signing.keys?.length === 1
    const at = isOnly ? '/signing/key' : `/signing/keys/${index}`
    if (isOver(key, now)) return []
    return ownKeyProblems(deps, { key, at, under: isOnly ? '/signing' : at, scheme: signing.scheme })
  })
  const pins = (trust.keys ?? []).map(async (pin, index) =>
    isOver(pin, now) ? [] : pinProblems(deps, pin, `/trust/keys/${index}`, trust),
  )
  const over = [overProblem('/signing/keys', signing.keys, now), overProblem('/trust/keys', trust.keys, now)]
  const dkimKey = dkimProblems(deps, dkim?.key)
  return [...(await Promise.all([...own, ...pins, dkimKey])).flat(), ...over.flat()]
}

const overProblem = (pointer: string, keys: readonly Window[] | undefined, now: Date): Problem[] =>
  keys !== undefined && keys.length > 0 && keys.every((key) => isOver(key, now))
    ? [
        {
          pointer,
          detail: 'has no key to be used any more: notAfter of each has passed; name the key that is used now',
        },
      ]
    : []

/** `at` points to the key, `under` to what its passphrase is named beside. */
type OwnKeyAt = { key: OwnKey; at: string; under: string; scheme: Scheme | undefined }

const ownKeyProblems = async (deps: KeyDeps, { key, at, under, scheme }: OwnKeyAt): Promise<Problem[]> => {
  const { file, passphraseEnv, notBefore } = key
  const { passphrase, missing } = findPassphrase(deps, passphraseEnv)
  const from = new Date(Math.max(deps.clock.now().getTime(), notBefore?.getTime() ?? 0))
  const fault = await faultOf(async () => {
    const { format } = await deps.keyring.describe(file, passphrase)
    if (scheme !== undefined && !fits(format, scheme))
      throw unusable(`${file} ${MISFITS[format]} signing.scheme ${scheme}`)
    if (missing === null) await deps.keyring.signingKey(file, passphrase, from)
  })
  // Where a passphrase is missing it is no news that the file does not open.
  const isNews = fault !== null && !(missing !== null && fault.code === 'key-locked')
  return [
    ...(missing === null ? [] : [{ pointer: `${under}/passphraseEnv`, detail: missing }]),
    ...(isNews ? [{ pointer: at, detail: fault.message }] : []),
  ]
}

/** The passphrase that a connection names, or why it is not to be had. */
const findPassphrase = (deps: KeyDeps, name: string | null): { passphrase: string | null; missing: string | null } => {
  try {
    const passphrase = passphraseOf(deps, name)
    return { passphrase, missing: name === null || passphrase !== null ? null : unsetWords(name) }
  } catch (error) {
    if (error instanceof Fault) return { passphrase: null, missing: `names ${name}: ${error.message}` }
    throw error
  }
}

const unsetWords = (name: string): string =>
  `names ${name}, which is not set in the gateway's environment, and neither is ${name}_FILE: set one of them, and start the gateway again if one runs`

const pinProblems = async (
  deps: KeyDeps,
  pin: Pin,
  pointer: string,
  { schemes, weak: allowed }: MailParts['trust'],
): Promise<Problem[]> => {
  const fault = await faultOf(async () => {
    await deps.keyring.pinnedKeys([pin])
    const { format, usable, expiresAt, weak } = await deps.keyring.describe(pin.file)
    const expired = expiresAt !== null && expiresAt.getTime() <= deps.clock.now().getTime()
    if (!usable || expired)
      throw unusable(
        `${pin.file} is expired, revoked or cannot sign; get the registry's present key, or take this one out of trust.keys`,
      )
    const refused = weak.find((one) => allowed?.includes(one) === false)
    if (refused !== undefined) throw unusable(`${pin.file} ${weakKeyRefused(refused)}`)
    if (schemes !== undefined && !schemes.some((scheme) => fits(format, scheme)))
      throw unusable(`${pin.file} ${MISFITS[format]} any of trust.schemes (${schemes.join(', ')})`)
  })
  return fault === null ? [] : [{ pointer, detail: fault.message }]
}

/** Certificates are for S/MIME, and OpenPGP keys for the other schemes. */
export const fits = (format: KeyFormat, scheme: Scheme): boolean => (format === 'x509') === (scheme === 'smime')

export const MISFITS: Record<KeyFormat, string> = {
  x509: 'is a certificate, which is for smime and not for',
  openpgp: 'is an OpenPGP key, which is for openpgp-clear and openpgp-mime and not for',
}

const dkimProblems = async ({ keyring }: KeyDeps, file: string | undefined): Promise<Problem[]> => {
  const fault = file === undefined ? null : await faultOf(() => keyring.dkimKey(file))
  return fault === null ? [] : [{ pointer: '/dkim/key', detail: fault.message }]
}

const unusable = (message: string): Fault => new Fault('key-unusable', message, { temporary: false })

const faultOf = async (work: () => Promise<unknown>): Promise<Fault | null> => {
  try {
    await work()
    return null
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
}
