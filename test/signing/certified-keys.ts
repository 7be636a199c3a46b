import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const KEYS = join(import.meta.dirname, '../fixtures/smime/keys')

/** Of the locked files among the fixtures. */
export const CERTIFIED_PASSPHRASE = 'test'

export const certified = (file: string): Buffer => readFileSync(join(KEYS, file))

/** A private key of the fixtures as a keyring wants it: with its certificate in one PEM file. */
export const keyAndCertificate = (name: string): string =>
  [certified(`${name}.key.pem`), certified(`${name}.crt.pem`)].join('')

/** An empty keys folder. */
export const emptyFolder = () => {
  const path = mkdtempSync(join(tmpdir(), 'sealpost-keys-'))
  return {
    path,
    put: (file: string, content: string | Buffer, mode = 0o600): string => {
      writeFileSync(join(path, file), content, { mode })
      return file
    },
    remove: () => rmSync(path, { recursive: true }),
  }
}
