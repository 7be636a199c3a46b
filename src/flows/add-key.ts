import { Refusal } from '../core/errors.js'
import type { Deps } from './deps.js'
import { type GenerateKey, generateKey, type MadeKey } from './generate-key.js'
import { type ImportedKey, type ImportKey, importKey } from './import-key.js'
import { passphraseOf } from './signer.js'

type KeyDeps = Pick<Deps, 'keyring' | 'env' | 'clock' | 'store'>

/** `passphraseEnv`: the variable of the gateway that holds the passphrase; null for none. */
type By = { passphraseEnv: string | null; actor: string }

export type GenerateInput = Omit<GenerateKey, 'keysDir' | 'at' | 'passphrase'> & By
export type ImportInput = Omit<ImportKey, 'keysDir' | 'at' | 'passphrase'> & By

/** `generateKey` in the gateway's own folder, with a line in the action log once the files are there. Throws what it throws. */
export const generateOwnKey = async (
  deps: KeyDeps,
  { actor, passphraseEnv, ...input }: GenerateInput,
): Promise<MadeKey> => {
  const passphrase = findPassphrase(deps, passphraseEnv)
  const made = await generateKey({ ...input, passphrase, keysDir: deps.keyring.folder, at: deps.clock.now() })
  await note(deps, { actor, event: 'key.generated', file: made.file, fingerprint: made.fingerprint })
  return made
}

/** `importKey` into the gateway's own folder, likewise. A file that was there already is no news. */
export const importOwnKey = async (
  deps: KeyDeps,
  { actor, passphraseEnv, ...input }: ImportInput,
): Promise<ImportedKey> => {
  const passphrase = findPassphrase(deps, passphraseEnv)
  const imported = await importKey({ ...input, passphrase, keysDir: deps.keyring.folder, at: deps.clock.now() })
  const { file, fingerprint, written } = imported
  if (written) await note(deps, { actor, event: 'key.imported', file, fingerprint })
  return imported
}

const findPassphrase = (deps: KeyDeps, name: string | null): string | null => {
  const passphrase = passphraseOf(deps, name)
  if (name === null || (passphrase !== null && passphrase !== '')) return passphrase
  const detail = `${name} is not set where the gateway runs, and neither is ${name}_FILE: set one of them and start the gateway again, or take a key without a passphrase`
  throw new Refusal('invalid', detail, { problems: [{ pointer: '/passphraseEnv', detail }] })
}

type Noted = { actor: string; event: 'key.generated' | 'key.imported'; file: string; fingerprint: string }

const note = async ({ store, clock }: KeyDeps, { actor, event, file, fingerprint }: Noted): Promise<void> =>
  void (await store.actions.append([
    {
      ...{ at: clock.now(), actor, level: 'info', event, data: { file, fingerprint } },
      text: `the key file ${file} was ${event === 'key.generated' ? 'made' : 'imported'}, fingerprint ${fingerprint}`,
    },
  ]))
