import { type App, type AppOptions, openApp } from '../app.js'
import { watchDisk } from '../flows/check-disk.js'
import { readKeyEnds } from '../flows/examine-keys.js'
import { noticeCopy } from '../flows/notice-copy.js'
import { createHealth, diskProbe, type Probe } from '../http/health.js'
import { createMetrics } from '../http/metrics.js'
import { createClosing } from './closing.js'
import { countingPorts } from './counting.js'
import { openFormDoor } from './form-door.js'
import { mailDoorProbe, openMailDoor } from './mail-door.js'
import { openRequestDoor } from './request-door.js'
import type { Duty } from './roles.js'
import { openHealthDoor, openWebDoor } from './web-door.js'

export type Process = {
  app: App
  /** Null where nothing is served by HTTP. */
  httpUrl: string | null
  /** Null where no mail comes in. */
  smtpPort: number | null
  /** With which the first console user is made; null when there is one, or this process has no console. */
  firstUserLink: string | null
  /** Takes nothing new, finishes what is under way, and closes the database. */
  stop(): Promise<void>
  /** The parts that have not ended yet. */
  open(): string[]
}

/**
 * Starts a process of the gateway in order: database, work, SMTP, HTTP, local socket; of these what its duties ask for.
 * Where a later part cannot start, the earlier ones are stopped again and the reason is thrown.
 */
export const startProcess = async (options: AppOptions & { duties: ReadonlySet<Duty> }): Promise<Process> => {
  const { duties, log } = options
  const counted = countingPorts(options)
  const app = await openApp({
    ...options,
    works: duties.has('worker'),
    ports: { ...options.ports, transport: counted.transport, meter: counted.meter },
  })
  const { opened, names, closeAll } = createClosing(log)
  const stop = async (): Promise<void> => {
    await closeAll()
    opened('database', app.close)
    await closeAll()
  }
  try {
    const metrics = createMetrics({
      store: app.deps.store,
      clock: app.deps.clock,
      keyEnds: () => readKeyEnds(app.deps),
      disk: app.deps.disk,
    })
    counted.count(metrics)
    const parts = probesOf(app)
    await noticeCopy(app.deps)
    opened('disk', await watchDisk(app.deps))
    if (duties.has('worker')) {
      await app.startWork()
      opened('work', app.stopWork)
      if (options.settings.forms !== null) opened('forms', openFormDoor(app.deps, options.settings.forms))
      if (options.settings.requests !== null) opened('requests', openRequestDoor(app.deps, options.settings.requests))
    }
    const mailDoor = duties.has('smtp') ? await openMailDoor(app, metrics) : null
    if (mailDoor !== null) {
      opened('SMTP', mailDoor.close)
      parts['smtp'] = mailDoorProbe(mailDoor)
    }
    const open = duties.has('http') ? openWebDoor : openHealthDoor
    const webDoor = await open({ app, metrics, health: createHealth({ parts, log }) })
    if (webDoor !== null) opened('HTTP', webDoor.close)
    return {
      app,
      httpUrl: webDoor?.url ?? null,
      smtpPort: mailDoor?.port ?? null,
      firstUserLink: webDoor?.firstUserLink ?? null,
      stop,
      open: names,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** What every process stands on. */
const probesOf = ({ deps: { store, queue, disk } }: App): Record<string, Probe> => ({
  database: () => store.ping().then(() => ({ ready: true, detail: store.embedded ? 'embedded' : 'PostgreSQL' })),
  queue: queue.health,
  ...(disk === null ? {} : { disk: diskProbe(disk, store.embedded) }),
})
