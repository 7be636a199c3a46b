import { Redis, type RedisOptions } from 'ioredis'
import { messageOf } from '../core/errors.js'
import type { Log } from '../ports.js'
import { createOutage, type Outage } from './outage.js'

/** What Bull calls its three kinds of connections. */
export type RedisUse = 'client' | 'subscriber' | 'bclient'

/** The connections of this process to one Redis, which are made again for as long as it takes. */
export type RedisLink = {
  /** The one that all share for commands, the one for messages, or for a wait within Redis one more. */
  connection(use: RedisUse): Redis
  outage: Outage
  /** Whether a command has a chance now. */
  up(): boolean
  /** Resolves when it is known whether Redis is there. */
  tried: Promise<void>
  /** Ends connections that wait within Redis. */
  endWaits(): void
  /** Lets Redis take what was sent, and ends all connections. */
  close(): Promise<void>
}

const COMMON: RedisOptions = {
  connectTimeout: 5_000,
  keepAlive: 10_000,
  disconnectTimeout: 250,
  retryStrategy: (times) => Math.min(100 * times, 2_000),
  connectionName: 'sealpost',
}

/** Nothing is kept for a Redis that is away, and what has no answer yet is given up: the database knows it all. */
const COMMANDS: RedisOptions = { ...COMMON, enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: 5_000 }

/** As Bull asks for them; they hold no more than one command for each thing that this process does at a time. */
const WAITS: RedisOptions = { ...COMMON, enableReadyCheck: false, maxRetriesPerRequest: null }

/** How long Redis may take to take what was sent before a close. Milliseconds. */
const GOODBYE_MS = 500

export const openRedis = ({ url, log }: { url: string; log: Log }): RedisLink => {
  const outage = createOutage(log)
  const client = watched(new Redis(url, COMMANDS))
  const waits: Redis[] = []
  let subscriber: Redis | null = null
  let reason = 'the connection was lost'
  let closing = false
  const tried = new Promise<void>((resolve) => {
    client.once('ready', resolve).once('close', resolve)
  })
  client
    .on('error', (error) => {
      reason = reasonOf(error)
    })
    .on('close', () => {
      if (!closing) outage.lost(reason)
      reason = 'the connection was lost'
    })
    .on('ready', outage.back)

  return {
    connection: (use) => {
      if (use === 'client') return client
      if (use === 'subscriber') {
        subscriber ??= watched(new Redis(url, WAITS))
        return subscriber
      }
      const wait = watched(new Redis(url, WAITS))
      waits.push(wait)
      return wait
    },
    outage,
    up: () => client.status === 'ready',
    tried,
    endWaits: () => {
      for (const wait of waits) wait.disconnect()
    },
    close: async () => {
      closing = true
      for (const one of [...waits, ...(subscriber === null ? [] : [subscriber])]) one.disconnect()
      if (client.status === 'ready') await within(GOODBYE_MS, client.quit())
      client.disconnect()
    },
  }
}

/** Without a listener of its own a connection writes its errors to the terminal; several queues listen to one. */
const watched = (redis: Redis): Redis => redis.setMaxListeners(0).on('error', () => {})

/** Where several addresses were tried, the error has no words of its own. */
const reasonOf = (error: unknown): string => {
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0])
  return messageOf(error)
}

/** Waits so long at most, and for nothing that fails. */
export const within = async (ms: number, work: Promise<unknown>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work.catch(() => undefined), late])
  clearTimeout(timer)
}
