import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { OPEN_ORDER_STATUSES } from '../core/order.js'
import type { KeyEnd } from '../flows/examine-keys.js'
import type { Disk, HandOver, Store } from '../ports.js'

/** What the gateway counts, and all of it as Prometheus reads it. */
export type Metrics = {
  contentType: string
  render(): Promise<string>
  mailReceived(): void
  mailSent(outcome: HandOver['outcome']): void
  httpRequest(request: { route: string; method: string; status: number }): void
}

/** Counters of this process and gauges of the store; the latter are absent while the store is away. */
export const createMetrics = (options: {
  store: Store
  /** Of every connection, when each of its keys stops to be of use. */
  keyEnds?: () => Promise<readonly KeyEnd[]>
  disk?: Disk | null
  processMetrics?: boolean
}): Metrics => {
  const registry = new Registry()
  const registers = [registry]
  if (options.processMetrics !== false) collectDefaultMetrics({ register: registry })
  addStoreGauges(registers, options.store)
  addHeartbeatGauge(registers, options.store)
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
    contentType: registry.contentType,
    render: () => registry.metrics(),
    mailReceived: () => received.inc(),
    mailSent: (outcome) => sent.inc({ outcome }),
    httpRequest: ({ route, method, status }) => requests.inc({ route, method, status: String(status) }),
  }
}

const addStoreGauges = (registers: Registry[], store: Store): void => {
  new Gauge({
    name: 'sealpost_domains',
    help: 'Domains by status',
    labelNames: ['status'],
    registers,
    async collect() {
      this.reset()
      const counts = await store.domains.countByStatus().catch(() => [])
      for (const { status, count } of counts) this.set({ status }, count)
    },
  })
  new Gauge({
    name: 'sealpost_orders_open',
    help: 'Orders that are not over, by status',
    labelNames: ['status'],
    registers,
    async collect() {
      this.reset()
      const counts = await store.orders.countByStatus().catch(() => null)
      if (counts === null) return
      for (const status of OPEN_ORDER_STATUSES) {
        this.set({ status }, counts.find((counted) => counted.status === status)?.count ?? 0)
      }
    },
  })
}

/** An outside monitor sees by it that nothing comes due any more, whichever process should have seen to it. */
const addHeartbeatGauge = (registers: Registry[], store: Store): void => {
  new Gauge({
    name: 'sealpost_last_heartbeat_timestamp_seconds',
    help: 'When the last daily heartbeat was recorded, in seconds since 1970; absent before the first',
    registers,
    async collect() {
      this.reset()
      const rows = await store.upkeep.list().catch(() => [])
      const doneAt = rows.find(({ task }) => task === 'send-heartbeat')?.doneAt ?? null
      if (doneAt === null) this.remove()
      else this.set(Math.floor(doneAt.getTime() / 1_000))
    },
  })
}

const addDiskGauges = (registers: Registry[], disk: Disk): void => {
  const gauge = (name: 'free' | 'size', help: string) =>
    new Gauge({
      name: `sealpost_disk_${name}_bytes`,
      help,
      labelNames: ['disk'],
      registers,
      async collect() {
        this.reset()
        const space = await disk.space().catch(() => null)
        if (space !== null) this.set({ disk: disk.place }, space[name])
      },
    })
  gauge('free', 'Room on the disk of SEALPOST_DATA')
  gauge('size', 'Size of the disk of SEALPOST_DATA')
}

const addKeyGauge = (registers: Registry[], keyEnds: () => Promise<readonly KeyEnd[]>): void => {
  new Gauge({
    name: 'sealpost_key_expiry_timestamp_seconds',
    help: 'When a key stops to be of use, in seconds since 1970; a key without an end, or that cannot be read, is absent',
    labelNames: ['connection', 'file'],
    registers,
    async collect() {
      this.reset()
      const ends = await keyEnds().catch(() => [])
      // A file may be named twice with two windows: its last end counts, and that is set last.
      for (const { connection, file, end } of [...ends].sort((a, b) => a.end.getTime() - b.end.getTime()))
        this.set({ connection, file }, Math.floor(end.getTime() / 1_000))
    },
  })
}
