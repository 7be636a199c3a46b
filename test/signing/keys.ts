import { chmodSync, copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FIXTURES } from './fixtures.js'

/** A keys folder with all fixture keys, private ones with the mode that the keyring asks for. */
export const keysFolder = (): { path: string; remove: () => void } => {
  const path = mkdtempSync(join(tmpdir(), 'sealpost-keys-'))
  for (const file of readdirSync(join(FIXTURES, 'keys'))) {
    copyFileSync(join(FIXTURES, 'keys', file), join(path, file))
    chmodSync(join(path, file), file.includes('.sec.') ? 0o600 : 0o644)
  }
  return { path, remove: () => rmSync(path, { recursive: true }) }
}

export const PASSPHRASE = 'test passphrase'
