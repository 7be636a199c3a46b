import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createMailReader, type ReaderLimits } from '../../src/reading/pool.js'
import type { MailReader, ReadingTask } from '../../src/reading/reader.js'
import { mailFixture, pin, RECEIVED_AT } from '../signing/fixtures.js'

const BUILT = join(import.meta.dirname, '../../dist/reading')

/** The files that threads run are built: `npm test` does it. */
export const FILES = {
  read: pathToFileURL(join(BUILT, 'worker.js')),
  checkSender: pathToFileURL(join(BUILT, 'sender-worker.js')),
  show: pathToFileURL(join(BUILT, 'show-worker.js')),
}

/** Reads honest mails as `FILES.read` does, and others as their envelope sender says. */
export const HOSTILE = pathToFileURL(join(import.meta.dirname, 'hostile-worker.mjs'))

export type Warning = { text: string; fields: Record<string, unknown> }

type Options = { read?: URL; checkSender?: URL; show?: URL; threads?: number; limits?: Partial<ReaderLimits> }

/** For tests of anything else than time: a busy machine takes long. */
const PATIENT = { readMs: 3_600_000, checkSenderMs: 3_600_000, readyMs: 3_600_000 }

/** A reader with threads, and what it warned of. */
export const openReader = (options: Options = {}): MailReader & { warnings: Warning[] } => {
  if (!existsSync(FILES.read)) throw new Error('dist/reading/worker.js is not there: run npm run build first')
  const { threads, limits = {}, ...files } = options
  const warnings: Warning[] = []
  const warn = (fields: object, text: string) => void warnings.push({ text, fields: { ...fields } })
  const reader = createMailReader({
    files: { ...FILES, ...files },
    log: { warn },
    limits: { ...PATIENT, ...limits },
    ...(threads === undefined ? {} : { threads }),
  })
  return { ...reader, warnings }
}

/** A mail that its registry signed, or what `change` makes of it. */
export const aTask = (change: Partial<ReadingTask> = {}): ReadingTask => ({
  raw: mailFixture('clear-utf8-rsa2048'),
  envelopeFrom: 'robot@registry.example',
  profile: 'denic',
  account: {},
  trust: { schemes: ['openpgp-clear', 'openpgp-mime'], maxAge: 7 * 86_400_000, weak: [] },
  registryAddresses: ['robot@registry.example'],
  handedOver: false,
  rules: [],
  keys: [pin('rsa2048')],
  receivedAt: RECEIVED_AT,
  ...change,
})
