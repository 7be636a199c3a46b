import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, connect as connectTo, createServer, type Socket } from 'node:net'
import * as path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { type SimulatorLine, startSimulator } from '../../src/simulator/simulator.js'
import { newServerDatabase } from '../helpers/database.js'
import { needs } from '../helpers/needs.js'
import { newRedis } from '../helpers/redis.js'
import { eventually, run, type Serving } from './program.js'
import { cleanUp, connect, domainOf, order, place, serving } from './stage.js'

const KEYS = path.resolve(import.meta.dirname, '../fixtures/openpgp/keys')
const key = (name: string): string => readFileSync(path.join(KEYS, name), 'utf8')

const NAMESERVERS = [{ host: 'ns1.example.net' }, { host: 'ns2.example.org' }]

const undoing: (() => unknown)[] = []
afterEach(async () => {
  await cleanUp()
  for (const undo of undoing.splice(0).reverse()) await undo()
})

/** A registry, and the references of the orders that it got. */
const startRegistry = async (gateway: Serving) => {
  const references: (string | null)[] = []
  const registry = await startSimulator({
    ...{ protocol: 'denic', listen: { host: '127.0.0.1', port: 0 } },
    ...{ deliverTo: { host: '127.0.0.1', port: gateway.smtpPort } },
    ...{ key: key('rsa2048.sec.asc'), trust: key('ed25519.pub.asc') },
    log: (line: SimulatorLine) => {
      if (line.event === 'order') references.push(line.reference)
    },
  })
  undoing.push(registry.close)
  return { port: registry.port, references }
}

/** Stands before the registry's mail server, and keeps what it says after the first message to itself. */
const startGate = async (port: number) => {
  let keeps = true
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connectTo({ host: '127.0.0.1', port })
    for (const socket of [near, far]) sockets.add(socket.on('error', () => {}))
    let ended = false
    let tail = ''
    near.on('data', (chunk) => {
      tail = `${tail}${chunk.toString('latin1')}`.slice(-5)
      ended ||= keeps && tail === '\r\n.\r\n'
      if (ended) keeps = false
      far.write(chunk)
    })
    far.on('data', (chunk) => ended || near.write(chunk))
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  undoing.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

const queueOf = async (gateway: Serving) => {
  const answer = await gateway.call('GET', '/readyz')
  const { parts } = (await answer.json()) as { parts: Record<string, { ready: boolean; detail: string }> }
  return { status: answer.status, names: Object.keys(parts).sort(), ...parts['queue'] }
}

const withServices = await needs('postgresql', 'redis-server')
withServices('smtp, http and workers in processes of their own', () => {
  test('a worker that dies in the middle of a hand-over, and a Redis that forgets all: each order is sent and settled once', async () => {
    const database = await newServerDatabase()
    undoing.push(database.remove)
    const redis = await newRedis()
    undoing.push(redis.remove)
    const where = await place({ DATABASE_URL: database.url, REDIS_URL: redis.url })
    const [smtp, http, first] = await Promise.all(['smtp', 'http', 'worker'].map((role) => serving(where, role)))
    if (smtp === undefined || http === undefined || first === undefined) throw new Error('three were started')
    expect(await queueOf(smtp)).toMatchObject({ status: 200, names: ['database', 'queue', 'smtp'] })
    expect(await queueOf(http)).toMatchObject({ names: ['database', 'queue'], detail: 'rings through Redis' })
    expect(await queueOf(first)).toMatchObject({ names: ['database', 'queue'], detail: 'Bull on Redis' })
    expect((await first.call('GET', '/v1/orders')).status).toBe(404)

    const registry = await startRegistry(smtp)
    await connect(where, await startGate(registry.port))
    const domains = ['one.de', 'two.de', 'three.de', 'four.de']
    const placeOrder = async (domain: string) => {
      const body = order({ domain, billingOrderId: domain, nameservers: NAMESERVERS })
      const answer = await http.call('POST', '/v1/orders', body)
      expect([answer.status, await answer.json()]).toEqual([202, expect.anything()])
    }
    await placeOrder('one.de')
    await eventually(
      async () => registry.references.length,
      (count) => count === 1,
    )
    const second = await serving(where, 'worker')
    await first.end('SIGKILL')
    await redis.command('FLUSHALL')
    for (const domain of domains.slice(1)) await placeOrder(domain)
    for (const domain of domains)
      await eventually(
        () => domainOf(http, domain),
        ({ status }) => status === 'Registered',
        60_000,
      )
    expect(registry.references).toHaveLength(4)
    expect(new Set(registry.references).size).toBe(4)

    await redis.kill()
    await placeOrder('five.de')
    await eventually(
      () => domainOf(http, 'five.de'),
      ({ status }) => status === 'Registered',
      60_000,
    )
    expect(await queueOf(second)).toMatchObject({ status: 200, detail: 'Redis is away; work goes on by the sweep' })
    expect(await run(where, ['log', 'verify'])).toMatchObject({ code: 0 })
    for (const part of [smtp, http, second]) {
      const code = await part.end('SIGTERM')
      expect([code, part.lines.slice(-5)]).toEqual([0, expect.arrayContaining([expect.stringContaining('"stopped"')])])
      expect(part.lines.filter((text) => text.includes('Redis is away'))).toHaveLength(1)
    }
    const shown = await run(where, ['domain', 'show', 'one.de']) // nobody serves, and Redis is still away
    expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining('the registry reports success') })
  })
})

test('a process that is to do a part on the embedded database is told what to do instead', async () => {
  const where = await place()
  const refused = await run(where, ['serve', '--role', 'worker'])
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('leave --role out') })
})
