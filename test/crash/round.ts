import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import { verifyLog } from '../../src/flows/verify-log.js'
import { openStore } from '../../src/store/open.js'
import { eventually } from '../e2e/program.js'
import { order, place } from '../e2e/stage.js'
import { silentLog } from '../helpers/database.js'
import { aConnectionFile, replyMail, signText, success } from '../helpers/gateway.js'
import { type Script, startFakeServer } from '../smtp/fake-server.js'
import type { Point } from './points.js'
import { type Armed, startArmed } from './process.js'
import { handOver } from './sender.js'

const MINUTE = 60_000
/** Longer than any lease. */
const LEASES_END = 20 * MINUTE

/** One database through all crashes of a round, and what must be true of it at the end. */
export type Round = {
  /** Kills the gateway at the point, starts it again, and sees the order come to what it must. */
  crash(point: Point): Promise<void>
  /** Nothing was lost, nothing doubled, and the log is whole. */
  check(): Promise<void>
  /** Ends what a failed test left running. */
  end(): Promise<void>
}

export const openRound = async (databaseUrl: string | null): Promise<Round> => {
  const where = await place(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl })
  let ahead = 0
  const running = new Set<Armed>()
  const start = async (point: Point | null): Promise<Armed> => {
    ahead += LEASES_END
    const gateway = await startArmed(where.env, point?.by === 'port' ? point.id : null, ahead)
    running.add(gateway)
    void gateway.gone.then(() => running.delete(gateway))
    return gateway
  }
  const first = await start(null)
  const added = await first.call('POST', '/v1/connections', aConnectionFile())
  const connectionId = String(added?.json['id'])
  expect(await first.stop()).toBe('0')

  const orders: { id: string; came: Point['order'] }[] = []
  const acknowledged: string[] = []

  const reply = async (reference: string): Promise<string> =>
    replyMail(await signText(success(reference), 'rsa2048', new Date(Date.now() + ahead)))

  const crash = async (point: Point): Promise<void> => {
    const script: Script = SCRIPTS[point.id] ?? {}
    const relay = await startFakeServer(script)
    const nameservers = [{ host: 'ns1.example.net' }, { host: 'ns2.example.org' }]
    const body = order({ billingOrderId: point.id, domain: `crash-${point.id.toLowerCase()}.de`, nameservers })
    const armed = await start(point)
    const changed = await armed.call('PATCH', `/v1/connections/${connectionId}`, {
      relay: { host: '127.0.0.1', port: relay.port, tls: false },
    })
    expect(changed?.status).toBe(200)
    const placed = await armed.call('POST', '/v1/orders', body, point.id)
    expect(placed?.status ?? 202).toBe(202)
    let raw = ''
    let heard = 'not stored'
    if (point.while === 'replying') {
      await statusOf(armed, String(placed?.json['id']), 'sent')
      raw = await reply(referenceIn(relay.messages))
      const die = armed.kill
      const how = point.id === 'I0' ? { half: die } : point.id === 'I4' ? { heard250: die } : {}
      heard = await handOver({ port: armed.smtpPort, raw, ...how })
    } else if (point.by === 'wire') {
      await eventually(async () => relay.reached(point.id === 'O4' ? 'content' : 'dot'), Boolean)
      armed.kill()
    }
    expect(await armed.gone).toBe('SIGKILL')
    for (const step of ['content', 'dot'] as const) delete script[step]

    const next = await start(null)
    // Whoever heard no answer asks again, and whoever heard one gets the same.
    const again = await next.call('POST', '/v1/orders', body, point.id)
    expect(again?.status).toBe(202)
    const id = String(again?.json['id'])
    if (placed !== null) expect(id).toBe(placed.json['id'])
    orders.push({ id, came: point.order })

    if (point.order === 'done') {
      await eventually(
        async () => relay.messages.length,
        (count) => count > 0,
      )
      if (raw === '') raw = await reply(referenceIn(relay.messages))
      if (heard === 'not stored') heard = await handOver({ port: next.smtpPort, raw })
      expect(heard).toBe('stored')
      acknowledged.push(createHash('sha256').update(`${raw}\r\n`).digest('hex'))
    }
    await statusOf(next, id, point.order)
    expect(await next.stop()).toBe('0')
    expect(relay.messages.length, 'mails that the registry has').toBe(MAILS[point.id] ?? 1)
    await relay.close()
  }

  const check = async (): Promise<void> => {
    const store = await openStore({
      url: databaseUrl ?? undefined,
      dataDir: where.env['SEALPOST_DATA'] ?? '',
      log: silentLog,
    })
    try {
      expect(await verifyLog({ store })).toMatchObject({ whole: true })
      for (const { id, came } of orders) {
        expect((await store.orders.get(id))?.status).toBe(came)
        const types = (await store.events.list({ orderId: id })).map(({ type }) => type)
        expect(types.filter((type) => type === 'order.done')).toHaveLength(came === 'done' ? 1 : 0)
        expect(types.filter((type) => type === 'domain.registered')).toHaveLength(came === 'done' ? 1 : 0)
        expect(types.filter((type) => type === 'billing.charge').length).toBeLessThanOrEqual(1)
      }
      const { items } = await store.mails.list({ direction: 'in' }, { limit: 200, cursor: null })
      expect(new Set(items.map(({ stage }) => stage))).toEqual(new Set(['settled', 'duplicate']))
      const settled = items.filter(({ stage }) => stage === 'settled').map(({ sha256 }) => sha256)
      expect(settled.sort()).toEqual(acknowledged.sort())
    } finally {
      await store.close()
    }
  }
  const end = async (): Promise<void> => {
    for (const gateway of running) gateway.kill()
    await Promise.all([...running].map(({ gone }) => gone))
  }
  return { crash, check, end }
}

/** How the registry's mail server behaves until the gateway is dead. */
const SCRIPTS: Record<string, Script> = {
  O4: { content: 'silent' },
  O5: { dot: 'silent' },
  O7: { dot: '451 4.3.0 later' },
  O8: { dot: '554 5.7.1 never' },
}

/** Whole mails that the registry's server has at the end, where it is not one. */
const MAILS: Record<string, number> = { O3: 0, 'O3-handed': 0, O4: 0 }

const referenceIn = (messages: readonly Buffer[]): string => {
  const [, reference = ''] = /^Ctid: (\S+)/m.exec(String(messages[0])) ?? []
  return reference.trim()
}

const statusOf = (gateway: Armed, id: string, wanted: string) =>
  eventually(
    async () => (await gateway.call('GET', `/v1/orders/${id}`))?.json['status'],
    (status) => status === wanted,
  )
