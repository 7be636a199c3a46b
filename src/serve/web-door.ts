import { mkdir } from 'node:fs/promises'
import type { App } from '../app.js'
import { isServed, socketOf } from '../cli/gateway.js'
import type { HostPort } from '../config.js'
import { createHttpApp } from '../http/app.js'
import { createHealthApp } from '../http/health-app.js'
import type { Metrics } from '../http/metrics.js'
import { createFirstUserLink, createOneTimeLinks } from '../http/one-time-links.js'
import { startHttpServer, startLocalServer } from '../http/server.js'
import type { HealthReport } from '../http/settings.js'

export type WebDoor = { url: string; firstUserLink: string | null; close(): Promise<void> }

type Options = { app: App; metrics: Metrics; health(): Promise<HealthReport> }

/** The role `http`: API and console, and the local socket of the commands. */
export const openWebDoor = async ({ app, metrics, health }: Options): Promise<WebDoor> => {
  const { deps, settings, simulators, identity } = app
  const links = createOneTimeLinks(deps.clock)
  const http = await startHttpServer(
    createHttpApp({ deps, settings, health, metrics, links, simulators, identity }),
    settings.http,
  )
  try {
    const socket = await openSocket(app)
    const url = settings.publicUrl ?? urlOf(settings.http, http.port)
    const close = async (): Promise<void> => {
      await Promise.all([http.stop(), socket?.stop()])
    }
    return { url, firstUserLink: await createFirstUserLink({ store: deps.store, links, baseUrl: url }), close }
  } catch (error) {
    await http.stop()
    throw error
  }
}

/** Without the role `http`: health and metrics, only where somebody chose an address for them. */
export const openHealthDoor = async ({ app, metrics, health }: Options): Promise<WebDoor | null> => {
  const { deps, settings } = app
  if (!settings.httpChosen) return null
  const http = await startHttpServer(createHealthApp({ deps, settings, health, metrics }), settings.http)
  return { url: urlOf(settings.http, http.port), firstUserLink: null, close: () => http.stop() }
}

/** Several processes on one machine may share a data folder; on a PostgreSQL commands need no more than one socket. */
const openSocket = async ({ deps, settings, local }: App) => {
  if (!deps.store.embedded && (await isServed(settings))) {
    deps.log.info({ socket: socketOf(settings) }, 'another process of the gateway takes the commands here')
    return null
  }
  await mkdir(settings.dataDir, { recursive: true, mode: 0o700 }) // a database elsewhere has not made it
  return startLocalServer(local, socketOf(settings))
}

const urlOf = ({ host }: HostPort, port: number): string => `http://${host.includes(':') ? `[${host}]` : host}:${port}`
