import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { SenderEvidence } from '../core/mail.js'
import { claimsSignature } from '../signing/shape.js'
import { createCrew } from './crew.js'
import type { MailReader, Reading, ReadingTask, SenderTask, ShownMail, ShowTask } from './reader.js'
import type { Loss, Warn } from './threads.js'

/** Of one try, each apart from waiting for a worker: milliseconds, and megabytes of V8's heap. */
export type ReaderLimits = {
  readMs: number
  /** Longer than the DNS may take (`check-sender.ts`). */
  checkSenderMs: number
  heapMb: number
  /** How long a thread may take to load its code. */
  readyMs: number
}

export const READER_LIMITS: ReaderLimits = { readMs: 2_000, checkSenderMs: 20_000, heapMb: 128, readyMs: 30_000 }

const MAX_THREADS = 4

/**
 * Reads mails in worker threads, each try with its limits. Where a mail takes more, twice, it is quarantined with that as
 * its reason; the threads are replaced and other mails go on.
 *
 * @throws Fault from `read`, `checkSender` and `show`, where no worker can be had: `reader-closed`, `reader-broken`
 */
export const createMailReader = (options: {
  /** The built modules that the threads run. */
  files: { read: URL; checkSender: URL; show: URL }
  log: Warn
  threads?: number
  limits?: Partial<ReaderLimits>
}): MailReader => {
  const { files, log, threads = Math.min(MAX_THREADS, availableParallelism()) } = options
  const { readMs, checkSenderMs, heapMb, readyMs } = { ...READER_LIMITS, ...options.limits }
  const crew = <Task, Result>(file: URL, count: number, workMs: number) =>
    createCrew<Task, Result>({ file: fileURLToPath(file), count, limits: { workMs, heapMb, readyMs }, log })
  const readers = crew<ReadingTask, Reading>(files.read, threads, readMs)
  // These wait for the DNS most of their time, whatever number of processors there is.
  const checkers = crew<SenderTask, SenderEvidence>(files.checkSender, MAX_THREADS, checkSenderMs)
  // People look at one mail at a time.
  const showers = crew<ShowTask, ShownMail | null>(files.show, 1, readMs)
  return {
    read: async (task) => {
      const { raw, envelopeFrom, receivedAt } = task
      const done = await readers.run(() => packReading(task), { from: envelopeFrom, receivedAt, octets: raw.length })
      return done.kind === 'done' ? done.result : unread(raw, done.losses)
    },
    checkSender: async (task) => {
      const { raw, envelope, receivedAt } = task
      const about = { from: envelope.from, receivedAt, octets: raw.length, work: 'checkSender' }
      const done = await checkers.run(() => packSender(task), about)
      return done.kind === 'done' ? done.result : UNCHECKED
    },
    show: async ({ raw, schemes }) => {
      const pack = () => {
        const octets = copyOf(raw)
        return { task: { raw: octets, schemes: [...schemes] }, transfer: [octets.buffer] }
      }
      const done = await showers.run(pack, { octets: raw.length, work: 'show' })
      return done.kind === 'done' ? done.result : null
    },
    close: async () => {
      await Promise.all([readers.close(), checkers.close(), showers.close()])
    },
  }
}

/** A mail that cannot be checked has nobody's word. It is not the DNS that failed, so this is no `temperror`. */
const UNCHECKED: SenderEvidence = {
  ...{ spf: 'permerror', dkim: 'permerror', dmarc: 'permerror' },
  domains: { spf: null, dkim: [], from: null },
}

/** Kept without being looked into any further; nothing but what its octets claim is told. */
const unread = (octets: Uint8Array, losses: readonly Loss[]): Reading => {
  const raw = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength)
  const reason = `${lossWords(losses)}; it is kept unread - "sealpost mail replay" reads it again`
  return {
    stage: 'quarantined',
    verdict: { kind: claimsSignature(raw) ? 'untrusted' : 'unsigned', reason, fingerprint: null, signedAt: null },
    reason,
    deliveryStatus: null,
  }
}

const lossWords = (losses: readonly Loss[]): string => {
  const told = losses.map(({ cause, detail }) =>
    cause === 'failure' ? `reading it failed (${detail})` : `reading it took ${detail}`,
  )
  return new Set(told).size === 1 ? `${told[0]}, twice` : told.join(', and then ')
}

/** Exactly what the task needs: the octets move to the thread as a copy, and are nobody else's. */
const packReading = ({ raw, trust, registryAddresses, keys, ...rest }: ReadingTask) => {
  const { envelopeFrom, profile, account, receivedAt, handedOver, rules } = rest
  const octets = copyOf(raw)
  const task: ReadingTask = {
    ...{ raw: octets, envelopeFrom, profile, account, receivedAt, handedOver },
    registryAddresses: [...registryAddresses],
    trust: { schemes: trust.schemes, maxAge: trust.maxAge, weak: trust.weak },
    keys: keys.map((key) => ({ ...key, bytes: copyOf(key.bytes) })),
    rules: [...rules],
  }
  return { task, transfer: [octets.buffer] }
}

const packSender = ({ raw, envelope, receivedAt, mtaHostname }: SenderTask) => {
  const octets = copyOf(raw)
  const task: SenderTask = { raw: octets, envelope, receivedAt, mtaHostname }
  return { task, transfer: [octets.buffer] }
}

/** A buffer of its own: cloning a view would clone everything that it is a view on. */
const copyOf = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes)
