import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import type { KeyEnd } from '../flows/examine-keys.js'
import type { Clock, Disk, HandOver, Meter, Store } from '../ports.js'
import { addDiskGauges, addKeyGauge, addStoreGauges } from './store-gauges.js'

/** What the gateway counts, and all of it as Prometheus reads it. */
export type Metrics = Meter & {
  contentType: string
  render(): Promise<string>
  mailReceived(): void
  mailSent(outcome: HandOver['outcome']): void
  httpRequest(request: { route: string; method: string; status: number }): void
}

/** Counters of this process and gauges of the store; the latter are absent while the store is away. */
export const createMetrics = (options: {
  store: Store
  clock?: Clock
  /** Of every connection, when each of its keys stops to be of use. */
  keyEnds?: () => Promise<readonly KeyEnd[]>
  disk?: Disk | null
  processMetrics?: boolean
}): Metrics => {
  const registry = new Registry()
  const registers = [registry]
  if (options.processMetrics !== false) collectDefaultMetrics({ register: registry })
  addStoreGauges(registers, { store: options.store, clock: options.clock ?? { now: () => new Date() } })
  if (options.keyEnds !== undefined) addKeyGauge(registers, options.keyEnds)
  if (options.disk !== undefined && options.disk !== null) addDiskGauges(registers, options.disk)
  const received = new Counter({
    name: 'sealpost_mails_received_total',
    help: 'Mails stored by the listener',
    registers,
  })
  const sent = new Counter({
    name: 'sealpost_mails_sent_total',
    help: 'Hand-overs of request mails, by what the server said',
    labelNames: ['outcome'],
    registers,
  })
  const requests = new Counter({
    name: 'sealpost_http_requests_total',
    help: 'HTTP requests, by route and status',
    labelNames: ['route', 'method', 'status'],
    registers,
  })
  return {
    ...createMeter(registers),
    contentType: registry.contentType,
    render: () => registry.metrics(),
    mailReceived: () => received.inc(),
    mailSent: (outcome) => sent.inc({ outcome }),
    httpRequest: ({ route, method, status }) => requests.inc({ route, method, status: String(status) }),
  }
}

const SECOND = 1
const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const createMeter = (registers: Registry[]): Meter => {
  const judged = new Counter({
    name: 'sealpost_mails_judged_total',
    help: 'Inbound mails that were judged, by the stage that they came to',
    labelNames: ['stage'],
    registers,
  })
  const processing = new Histogram({
    name: 'sealpost_mail_processing_seconds',
    help: 'From the receipt of a mail until it took effect',
    buckets: [0.05, 0.1, 0.25, 0.5, SECOND, 2.5, 5, 10, 30, MINUTE, 10 * MINUTE, HOUR],
    registers,
  })
  const replies = new Histogram({
    name: 'sealpost_reply_seconds',
    help: 'From the hand-over of a request until its registry decided',
    buckets: [10, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR, DAY, 2 * DAY, 3 * DAY, 5 * DAY],
    registers,
  })
  const calls = new Counter({
    name: 'sealpost_webhook_calls_total',
    help: 'Calls of webhooks, by outcome',
    labelNames: ['outcome'],
    registers,
  })
  const callTime = new Histogram({
    name: 'sealpost_webhook_call_seconds',
    help: 'How long a call of a webhook took',
    buckets: [0.05, 0.1, 0.25, 0.5, SECOND, 2.5, 5, 10, 30],
    registers,
  })
  const unsigned = new Counter({
    name: 'sealpost_unsigned_mails_believed_total',
    help: 'Mails that nobody signed and that took effect, by trust.allowUnsigned of their connections',
    registers,
  })
  return {
    mailJudged: (stage, ms) => {
      judged.inc({ stage })
      processing.observe(ms / 1_000)
    },
    replied: (ms) => replies.observe(ms / 1_000),
    webhookCalled: (outcome, ms) => {
      calls.inc({ outcome })
      callTime.observe(ms / 1_000)
    },
    unsignedBelieved: () => unsigned.inc(),
  }
}
