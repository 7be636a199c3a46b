import { setTimeout as sleep } from 'node:timers/promises'
import type { AppOptions } from './app.js'
import { isServed } from './cli/gateway.js'
import { type Env, riskySettings, type Settings } from './config.js'
import { Fault } from './core/errors.js'
import { createLogger } from './logger.js'
import { withSecretFiles } from './secret-files.js'
import { type Duty, dutiesOf } from './serve/roles.js'
import { type Process, startProcess } from './serve/start.js'

export type Gateway = Process & { httpUrl: string; smtpPort: number }

/** Starts a whole gateway in this process. */
export const startGateway = async (options: AppOptions): Promise<Gateway> => {
  const started = await startProcess({ ...options, duties: dutiesOf(['all']) })
  const { httpUrl, smtpPort } = started
  if (httpUrl === null || smtpPort === null) throw new Error('a whole gateway serves HTTP and SMTP')
  return { ...started, httpUrl, smtpPort }
}

/** How long a stop may take before the process ends all the same: what is on disk is found again. Milliseconds. */
const STOP_WITHIN_MS = 10_000

/** A command that has the embedded database for a moment is waited for so many times. */
const LOCK_TRIES = 40
const LOCK_PAUSE_MS = 250

type ServeOptions = AppOptions & { duties: ReadonlySet<Duty> }

const startUnlocked = async (options: ServeOptions): Promise<Process> => {
  for (let attempt = 1; ; attempt++)
    try {
      return await startProcess(options)
    } catch (error) {
      const locked = error instanceof Fault && error.code === 'store-locked'
      if (!locked || attempt === LOCK_TRIES || (await isServed(options.settings))) throw error
      await sleep(LOCK_PAUSE_MS)
    }
}

/** `sealpost serve`: runs until SIGTERM or SIGINT. */
export const serve = async (settings: Settings, env: Env, duties: ReadonlySet<Duty>): Promise<void> => {
  const log = createLogger(settings.logLevel)
  const risks = duties.has('http') ? riskySettings(settings) : []
  for (const notice of risks) log.warn({}, notice)
  const options = { settings, env: withSecretFiles(env), log, duties }
  const { httpUrl, smtpPort, firstUserLink, stop, open } = await startUnlocked(options)
  log.info({ roles: [...duties], http: httpUrl, smtpPort }, 'Sealpost is ready')
  if (firstUserLink !== null) tellFirstUserLink(firstUserLink)
  const signal = await new Promise<string>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve(name))
  })
  log.info({ signal }, 'stopping')
  setTimeout(() => {
    log.error({ open: open() }, 'not everything ended in time; what was under way is found again at the next start')
    process.exit(1)
  }, STOP_WITHIN_MS).unref()
  await stop()
  log.info({}, 'stopped')
}

/** Whatever is logged, this is needed; it is a line of JSON like the others. */
const tellFirstUserLink = (link: string): void => {
  const line = { level: 'info', time: new Date().toISOString(), link, msg: `create the first console user: ${link}` }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
