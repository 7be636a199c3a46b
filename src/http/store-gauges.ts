import { Gauge, type Registry } from 'prom-client'
import { OPEN_ORDER_STATUSES } from '../core/order.js'
import { BROKEN_LOG } from '../flows/check-log.js'
import type { KeyEnd } from '../flows/examine-keys.js'
import type { Census, Clock, Disk, Store, UpkeepTask } from '../ports.js'

/** Gauges that are read from the database when somebody asks; they are absent while it is away. */
export const addStoreGauges = (registers: Registry[], { store, clock }: { store: Store; clock: Clock }): void => {
  addUpGauge(registers, store)
  addStatusGauges(registers, store)
  addCensusGauges(registers, { store, clock })
  addUpkeepGauge(registers, store, HEARTBEAT)
  addUpkeepGauge(registers, store, LOG_VERIFIED)
  addUpkeepGauge(registers, store, SELF_TEST)
  addAlarmGauges(registers, store)
  addNoticeGauge(registers, store)
}

const addNoticeGauge = (registers: Registry[], store: Store): void => {
  new Gauge({
    name: 'sealpost_notices',
    help: 'Mails to people that wait to be sent, and those that were given up',
    labelNames: ['state'],
    registers,
    async collect() {
      this.reset()
      const unsent = await store.notices.unsent().catch(() => null)
      if (unsent === null) return
      this.set({ state: 'waiting' }, unsent.waiting)
      this.set({ state: 'failed' }, unsent.failed)
    },
  })
}

const addUpGauge = (registers: Registry[], store: Store): void => {
  new Gauge({
    name: 'sealpost_database_up',
    help: 'Whether the database answers: 1 or 0',
    registers,
    async collect() {
      this.set(
        await store.ping().then(
          () => 1,
          () => 0,
        ),
      )
    },
  })
}

const addStatusGauges = (registers: Registry[], store: Store): void => {
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

const addCensusGauges = (registers: Registry[], { store, clock }: { store: Store; clock: Clock }): void => {
  let asked: { at: number; census: Promise<Census | null> } | null = null
  /** One question for all gauges of a scrape, which are asked at the same moment. */
  const take = (now: Date): Promise<Census | null> => {
    if (asked === null || now.getTime() - asked.at > SAME_SCRAPE_MS || now.getTime() < asked.at)
      asked = { at: now.getTime(), census: store.census.take(now).catch(() => null) }
    return asked.census
  }
  const gauge = (spec: CensusGauge) =>
    new Gauge({
      name: spec.name,
      help: spec.help,
      labelNames: [spec.label],
      registers,
      async collect() {
        this.reset()
        const now = clock.now()
        for (const one of (await take(now))?.[spec.part] ?? []) {
          const age = one.oldest === null ? 0 : Math.max(0, now.getTime() - one.oldest.getTime()) / 1_000
          this.set({ [spec.label]: one.name }, spec.of === 'count' ? one.count : age)
        }
      },
    })
  for (const spec of CENSUS_GAUGES) gauge(spec)
}

const SAME_SCRAPE_MS = 500

type CensusGauge = { name: string; help: string; label: string; part: keyof Census; of: 'count' | 'age' }

const CENSUS_GAUGES: readonly CensusGauge[] = [
  {
    ...{ name: 'sealpost_queue_due', label: 'kind', part: 'due', of: 'count' },
    help: 'Work that is due and not done, by kind',
  },
  {
    ...{ name: 'sealpost_queue_oldest_due_seconds', label: 'kind', part: 'due', of: 'age' },
    help: 'For how long the oldest of it has been due, in seconds; 0 where there is none',
  },
  {
    ...{ name: 'sealpost_mails_unsettled', label: 'stage', part: 'mails', of: 'count' },
    help: 'Mails that wait to be read, or for a person, by stage',
  },
  {
    ...{ name: 'sealpost_webhook_deliveries', label: 'state', part: 'deliveries', of: 'count' },
    help: 'Deliveries of events that wait, or were given up, by state',
  },
]

type UpkeepGauge = { task: UpkeepTask; name: string; help: string }

/** An outside monitor sees by it that nothing comes due any more, whichever process should have seen to it. */
const HEARTBEAT: UpkeepGauge = {
  task: 'send-heartbeat',
  name: 'sealpost_last_heartbeat_timestamp_seconds',
  help: 'When the last daily heartbeat was recorded, in seconds since 1970; absent before the first',
}

const LOG_VERIFIED: UpkeepGauge = {
  task: 'verify-log',
  name: 'sealpost_log_verified_timestamp_seconds',
  help: 'When the action log was last verified and held, in seconds since 1970; absent before the first time',
}

const SELF_TEST: UpkeepGauge = {
  task: 'check-self-test',
  name: 'sealpost_self_test_success_timestamp_seconds',
  help: 'When the daily mail to ourselves last came in, in seconds since 1970; absent before the first',
}

const addUpkeepGauge = (registers: Registry[], store: Store, { task, name, help }: UpkeepGauge): void => {
  new Gauge({
    name,
    help,
    registers,
    async collect() {
      this.reset()
      const rows = await store.upkeep.list().catch(() => [])
      const doneAt = rows.find((row) => row.task === task)?.doneAt ?? null
      if (doneAt === null) this.remove()
      else this.set(Math.floor(doneAt.getTime() / 1_000))
    },
  })
}

const addAlarmGauges = (registers: Registry[], store: Store): void => {
  new Gauge({
    name: 'sealpost_alarms',
    help: 'Alarms of the house that stand, by level',
    labelNames: ['level'],
    registers,
    async collect() {
      this.reset()
      const alarms = await store.alarms.list().catch(() => null)
      if (alarms === null) return
      for (const level of ['warning', 'error'] as const)
        this.set({ level }, alarms.filter((alarm) => alarm.level === level).length)
    },
  })
  new Gauge({
    name: 'sealpost_log_broken',
    help: 'Whether the action log did not hold when it was verified last: 1 or 0',
    registers,
    async collect() {
      const alarms = await store.alarms.list().catch(() => null)
      if (alarms === null) this.remove()
      else this.set(alarms.some(({ about }) => about === BROKEN_LOG) ? 1 : 0)
    },
  })
}

export const addDiskGauges = (registers: Registry[], disk: Disk): void => {
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

export const addKeyGauge = (registers: Registry[], keyEnds: () => Promise<readonly KeyEnd[]>): void => {
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
