import * as path from 'node:path'
import { expect } from 'vitest'
import { aConnectionFile, copyKey } from '../helpers/gateway.js'
import { newPlace, type Place, run, type Serving, serve, start, write } from './program.js'

const KEYS = path.resolve(import.meta.dirname, '../fixtures/openpgp/keys')
const undoing: (() => unknown)[] = []

/** Ends what a test started, the last first. Call it in `afterEach`. */
export const cleanUp = async (): Promise<void> => {
  for (const undo of undoing.splice(0).reverse()) await undo()
}

export const place = async (more: NodeJS.ProcessEnv = {}, how: { embedded?: boolean } = {}): Promise<Place> => {
  const made = await newPlace(more, how)
  undoing.push(made.remove)
  copyKey(path.join(made.folder, 'keys'), 'ed25519.sec.asc', 'gateway.asc', true)
  copyKey(path.join(made.folder, 'keys'), 'rsa2048.pub.asc', 'registry.asc', false)
  return made
}

export const serving = async (where: Place, ...roles: string[]): Promise<Serving> => {
  const gateway = await serve(where, roles)
  undoing.push(() => gateway.end('SIGKILL'))
  return gateway
}

export const simulator = async (where: Place, gateway: Serving, behave = 'honest'): Promise<number> => {
  const args = [
    ...['simulate', 'denic', '--listen', '127.0.0.1:0', '--deliver-to', `127.0.0.1:${gateway.smtpPort}`],
    ...['--key', path.join(KEYS, 'rsa2048.sec.asc'), '--trust', path.join(KEYS, 'ed25519.pub.asc'), '--behave', behave],
  ]
  const registry = start(where, args)
  undoing.push(() => registry.end('SIGKILL'))
  const { listening } = JSON.parse(await registry.line((text) => text.includes('listening'))) as { listening: string }
  return Number(listening.split(':').at(-1))
}

export const connect = async (where: Place, port: number): Promise<void> => {
  const file = write(where, 'denic.yaml', aConnectionFile({ relay: { host: '127.0.0.1', port, tls: false } }))
  const added = await run(where, ['connection', 'add', '--file', file])
  expect(added).toMatchObject({ code: 0, stderr: '' })
}

export const order = (change: object = {}) => ({
  billingOrderId: 'INV-1',
  account: { id: 'cust-7', type: 'customer', email: 'owner@example.net' },
  action: 'register',
  domain: 'bücher-müller.de',
  paid: true,
  nameservers: [{ host: 'ns1.example.net' }, { host: 'ns1.bücher-müller.de', addresses: ['192.0.2.53'] }],
  contacts: { holder: { handle: 'DENIC-1234-MUSTER' } },
  price: { amount: '9.90', currency: 'EUR' },
  ...change,
})

export const domainOf = async (gateway: Serving, name: string) => {
  const answer = await gateway.call('GET', `/v1/domains/${encodeURIComponent(name)}`)
  return (await answer.json()) as { status: string; registered: boolean; name: string }
}

export const orderOf = async (gateway: Serving, id: string) => {
  const answer = await gateway.call('GET', `/v1/orders/${id}`)
  return (await answer.json()) as {
    status: string
    request: { reference: string; answer: string | null; nextAttemptAt: string | null }
  }
}

/** What became of every mail that came in. */
export const inboundStages = async (gateway: Serving): Promise<string[]> => {
  const answer = await gateway.call('GET', '/v1/mails?direction=in')
  return ((await answer.json()) as { items: { stage: string }[] }).items.map(({ stage }) => stage)
}
