import BullQueue, { type Job, type JobOptions, type Queue } from 'bull'
import { messageOf } from '../core/errors.js'
import type { Log, Work } from '../ports.js'
import { type Concurrency, widthOf } from './lanes.js'
import { openRedis, within } from './redis.js'

/** Rings that go through Redis to whatever process listens. */
export type Bell = {
  /** Never fails and never waits: with Redis away the ring is dropped, and so is one that nobody would hear. */
  ring(work: Work): void
  /** Hears rings, `concurrency` of a kind at a time; the next is taken when `run` resolves, which must not reject. */
  listen(concurrency: Concurrency, run: (work: Work) => Promise<void>): void
  /** Resolves when it is known whether Redis is there. */
  tried: Promise<void>
  /** Whether Redis does not answer, or takes no rings. */
  away(): boolean
  /** Hears no more; rings still go out, and Redis is still told of those that were heard. */
  deafen(): void
  close(): Promise<void>
}

/** Old mails and mails to people are nobody's hurry, and what comes due by time alone nobody rings for: the sweep finds these. */
type Unrung =
  | 'archive-mails'
  | 'check-request'
  | 'warn-expiry'
  | 'renew-domain'
  | 'send-notice'
  | 'remind-ticket'
  | 'watch-delegation'
  | 'warn-setup'
  | 'warn-undelegated'
  | 'send-digest'
  | 'send-heartbeat'
  | 'drop-deliveries'
  | 'send-self-test'
  | 'check-self-test'
  | 'erase-data'
type Rung = Exclude<Work['kind'], Unrung>

/** A Bull queue each, so that work which hangs holds back no other kind. */
const HEARD = {
  'send-request': true,
  'process-mail': true,
  'check-deadline': true,
  'check-keys': true,
  'deliver-webhook': true,
} satisfies Record<Rung, true>

/** Bull would keep every other ring in Redis for ever; the sweep finds that work. */
const isHeard = (kind: Work['kind']): kind is Rung => Object.hasOwn(HEARD, kind)

/** A ring is worth one try; whatever becomes of it is forgotten. */
const RING: JobOptions = { attempts: 1, removeOnComplete: true, removeOnFail: true }

/** Rings that Redis has not answered: one that is slow gets no more of them. */
const MOST_PENDING = 1_000

/** How long Bull may take to end. Milliseconds. */
const CLOSE_MS = 1_000

/** `prefix` begins the name of every key, so that several installations can share one Redis. */
export const createBell = ({ url, prefix, log }: { url: string; prefix: string; log: Log }): Bell => {
  const redis = openRedis({ url, log })
  const queues = new Map<Work['kind'], Queue>()
  const tellError = createTeller(log)
  let closings: Promise<void>[] | null = null
  let pending = 0
  let closed = false

  const queueOf = (kind: Work['kind']): Queue => {
    const known = queues.get(kind)
    if (known !== undefined) return known
    const queue = new BullQueue(kind, {
      prefix,
      createClient: redis.connection,
      settings: { retryProcessDelay: 1_000 },
    })
    // Bull would name its connection, and does not catch what goes wrong with that.
    Object.assign(queue, { setWorkerName: async () => {} })
    queue.on('error', tellError)
    queues.set(kind, queue)
    return queue
  }

  const deafen = (): Promise<void>[] => {
    closings ??= [...queues.values()].map((queue) => queue.close(true))
    redis.endWaits()
    return closings
  }

  return {
    ring: (work) => {
      if (closed || !isHeard(work.kind) || !redis.up() || pending >= MOST_PENDING) return
      pending += 1
      queueOf(work.kind)
        .add(work, RING)
        .then(redis.outage.back, (error) => closed || redis.outage.lost(messageOf(error)))
        .finally(() => {
          pending -= 1
        })
    },
    listen: (concurrency, run) => {
      for (const kind of Object.keys(HEARD) as Rung[])
        queueOf(kind)
          .process(widthOf(concurrency, kind), async ({ data }: Job) => {
            const work = workOf(kind, data)
            if (work !== null) await run(work)
          })
          .catch((error) => closings !== null || tellError(error))
    },
    tried: redis.tried,
    away: redis.outage.away,
    deafen: () => void deafen(),
    close: async () => {
      closed = true
      await within(CLOSE_MS, Promise.all(deafen()))
      await redis.close()
    },
  }
}

/** Whoever may write to Redis can ring for anything: the row alone decides, and what is no ring is none. */
const workOf = (kind: Rung, data: unknown): Work | null => {
  if (typeof data !== 'object' || data === null || !('id' in data) || typeof data.id !== 'string') return null
  return { kind, id: data.id }
}

/**
 * What Redis itself answers is for the operator, once: it may not take some command. A connection that is lost is told
 * elsewhere, and jobs that Redis forgot while they ran are nothing to tell.
 */
const createTeller = (log: Log) => {
  let told = ''
  return (error: unknown): void => {
    const text = messageOf(error)
    const answered = error instanceof Error && error.name === 'ReplyError'
    if (!answered || text === told) return
    told = text
    log.warn({ err: error }, `Bull cannot work with this Redis (${text}); work goes on at the pace of the sweep`)
  }
}
