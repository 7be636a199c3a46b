import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PinnedKey } from '../../src/signing/scheme.js'
import { receive } from './fixtures.js'

export const SMIME = join(import.meta.dirname, '../fixtures/smime')

/** When openssl signed the mails, and when our tests have them arrive. */
export const SIGNED_AT = new Date(readFileSync(join(SMIME, 'SIGNED-AT'), 'latin1').trim())

const MINUTE = 60_000

/** A time in minutes after the mails were signed. */
export const minutesLater = (minutes: number): Date => new Date(SIGNED_AT.getTime() + minutes * MINUTE)

export const smimeMail = (name: string): Buffer => readFileSync(join(SMIME, 'mails', `${name}.eml`))

export const certificateOf = (name: string): X509Certificate =>
  new X509Certificate(readFileSync(join(SMIME, 'keys', `${name}.crt.pem`)))

/** A certificate, pinned as the keyring gives it. */
export const pinned = (name: string, window: Partial<PinnedKey> = {}): PinnedKey => ({
  file: `${name}.crt.pem`,
  bytes: new Uint8Array(certificateOf(name).raw),
  notBefore: null,
  notAfter: null,
  names: null,
  format: 'x509',
  ...window,
})

type Options = Parameters<typeof receive>[1]

/** Has a mail arrive ten minutes after it was signed, on a connection that takes S/MIME and pins `rsa2048`. */
export const receiveSmime = (raw: Buffer | string, options: Options = {}) =>
  receive(raw, {
    schemes: ['smime'],
    receivedAt: minutesLater(10),
    ...options,
    keys: options.keys ?? [pinned('rsa2048')],
  })

export const smimeVerdict = async (raw: Buffer | string, options: Options = {}): Promise<string> => {
  const { stage, verdict } = await receiveSmime(raw, options)
  return `${stage} (${verdict.kind}): ${verdict.reason}`
}
