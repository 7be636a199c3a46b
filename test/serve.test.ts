import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import * as path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { readSettings } from '../src/config.js'
import { type Gateway, startGateway } from '../src/serve.js'
import { copyFolder, embeddedTemplate, newServerDatabase, silentLog, temporaryFolder } from './helpers/database.js'
import { needs } from './helpers/needs.js'

const undoing: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of undoing.splice(0).reverse()) await undo()
})

const gatewayOn = async (env: Record<string, string>): Promise<Gateway> => {
  const folder = temporaryFolder()
  undoing.push(() => rmSync(folder, { recursive: true, force: true }))
  const inFolder = (name: string) => path.join(folder, name)
  if (env['DATABASE_URL'] === undefined) copyFolder(await embeddedTemplate(), inFolder('data'))
  const settings = readSettings({
    ...{ SEALPOST_HTTP: '127.0.0.1:0', SEALPOST_SMTP: '127.0.0.1:0', SEALPOST_DATA: inFolder('data') },
    ...{ SEALPOST_KEYS: inFolder('keys'), SEALPOST_TEMPLATES: inFolder('templates') },
    ...env,
  })
  if (!settings.ok) throw new Error('these are no settings')
  const gateway = await startGateway({ settings: settings.value, env: {}, log: silentLog })
  undoing.push(gateway.stop)
  return gateway
}

type Ready = { status: number; parts: Record<string, { ready: boolean; detail: string }>; detail?: string }

const readiness = async ({ httpUrl }: Gateway): Promise<Ready> => {
  const response = await fetch(`${httpUrl}/readyz`)
  const { parts, detail } = (await response.json()) as Omit<Ready, 'status'>
  return { status: response.status, parts, ...(detail === undefined ? {} : { detail }) }
}

/** Stands between the gateway and its database; what it says may be anything, because its octets are handed on. */
const startWire = async (to: { host: string; port: number }) => {
  let whole = true
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(to)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => {}).once('close', () => sockets.delete(socket))
    }
    if (!whole) return void near.destroy()
    near.pipe(far).pipe(near)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const cut = (): void => {
    whole = false
    for (const socket of sockets) socket.destroy()
  }
  undoing.push(() => {
    cut()
    server.close()
  })
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    mend: () => {
      whole = true
    },
  }
}

test('/readyz asks every part; without its database the gateway is not ready', async () => {
  const gateway = await gatewayOn({})
  await expect
    .poll(() => readiness(gateway))
    .toEqual({
      status: 200,
      parts: {
        database: { ready: true, detail: 'embedded' },
        smtp: { ready: true, detail: `0 clients on port ${gateway.smtpPort}` },
        queue: { ready: true, detail: 'in process' },
        disk: { ready: true, detail: expect.stringMatching(/^\d+ MiB of \d+ MiB free/) },
      },
    })
  await gateway.app.deps.queue.stop()
  await gateway.app.deps.store.close()
  expect(await readiness(gateway)).toMatchObject({
    status: 503,
    detail: 'not ready: database: does not answer; queue: stopped',
    parts: { database: { ready: false }, smtp: { ready: true }, queue: { ready: false } },
  })
})

const withServer = await needs('postgresql')
withServer('with PostgreSQL', () => {
  test('a database that is away makes the gateway unready, and its return makes it ready again', async () => {
    const { url, remove } = await newServerDatabase()
    undoing.push(remove)
    const target = new URL(url)
    const wire = await startWire({ host: target.hostname, port: Number(target.port || 5432) })
    const through = Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(wire.port) })
    const gateway = await gatewayOn({ DATABASE_URL: through.href })
    expect(await readiness(gateway)).toMatchObject({
      status: 200,
      parts: { database: { ready: true, detail: 'PostgreSQL' } },
    })
    wire.cut()
    const away = await readiness(gateway)
    expect(away).toMatchObject({
      status: 503,
      detail: expect.stringContaining('database: does not answer'),
      parts: { database: { ready: false }, smtp: { ready: true } },
    })
    expect((await fetch(`${gateway.httpUrl}/livez`)).status).toBe(200)
    wire.mend()
    await expect
      .poll(() => readiness(gateway))
      .toMatchObject({
        status: 200,
        parts: { database: { ready: true }, queue: { ready: true } },
      })
  })
})
