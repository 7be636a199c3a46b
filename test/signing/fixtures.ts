import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Scheme, Weakness } from '../../src/core/connection.js'
import { authenticate } from '../../src/signing/authenticate.js'
import type { Authenticated, PinnedKey } from '../../src/signing/scheme.js'

export const FIXTURES = join(import.meta.dirname, '../fixtures/openpgp')

/** When gpg signed the mails, and when our tests have them arrive. */
export const SIGNED_AT = new Date('2026-06-01T12:00:00Z')
export const RECEIVED_AT = new Date('2026-06-01T12:10:00Z')

const HOUR = 3_600_000
export const MAX_AGE = 7 * 24 * HOUR

export const later = (hours: number): Date => new Date(SIGNED_AT.getTime() + hours * HOUR)

export const mailFixture = (name: string): Buffer => readFileSync(join(FIXTURES, 'mails', `${name}.eml`))

export const pin = (name: string, window: Partial<PinnedKey> = {}): PinnedKey => ({
  file: `${name}.pub.asc`,
  bytes: readFileSync(join(FIXTURES, 'keys', `${name}.pub.asc`)),
  notBefore: null,
  notAfter: null,
  names: null,
  format: 'openpgp',
  ...window,
})

type Options = {
  keys?: PinnedKey[]
  schemes?: Scheme[]
  receivedAt?: Date
  maxAge?: number
  weak?: Weakness[]
  registryAddresses?: string[]
}

export const receive = (raw: Buffer | string, options: Options = {}): Promise<Authenticated> =>
  authenticate({
    raw: typeof raw === 'string' ? Buffer.from(raw, 'latin1') : raw,
    trust: {
      schemes: options.schemes ?? ['openpgp-clear', 'openpgp-mime'],
      maxAge: options.maxAge ?? MAX_AGE,
      weak: options.weak ?? [],
    },
    registryAddresses: options.registryAddresses ?? ['robot@registry.example'],
    keys: options.keys ?? [pin('rsa2048')],
    receivedAt: options.receivedAt ?? RECEIVED_AT,
  })

/** The stage, and the reason for it, on one line. */
export const verdictOf = async (raw: Buffer | string, options: Options = {}): Promise<string> => {
  const { stage, verdict } = await receive(raw, options)
  return `${stage} (${verdict.kind}): ${verdict.reason}`
}

export const toCrlf = (raw: Buffer): Buffer => Buffer.from(raw.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1')
export const toLf = (raw: Buffer): Buffer => Buffer.from(raw.toString('latin1').replace(/\r\n/g, '\n'), 'latin1')
