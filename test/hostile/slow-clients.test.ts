import { type ChildProcess, fork } from 'node:child_process'
import * as path from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, expect, test } from 'vitest'
import type { ListenerOptions } from '../../src/smtp/listener.js'
import { success } from '../helpers/gateway.js'
import { withDeadline } from '../helpers/with-deadline.js'
import { type FrontDoor, openFrontDoor } from '../smtp/front-door.js'

let door: FrontDoor
let flood: ChildProcess
const reports = new Map<string, number>()

const open = async (options: Partial<ListenerOptions<never>>): Promise<void> => {
  door = await openFrontDoor(options)
  reports.clear()
  flood = fork(path.join(import.meta.dirname, 'slow-flood.mjs'), { execArgv: [] })
  flood.on('message', (message: Record<string, number>) => {
    for (const [name, count] of Object.entries(message)) reports.set(name, count)
  })
}
const close = async (): Promise<void> => {
  flood.kill()
  await door.close()
}
afterEach(close)

/** Resolves when the slow clients have reported so many. */
const reported = (name: 'hanging' | 'trickled' | 'closed', count: number): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (reports.get(name) !== count) return
      flood.off('message', look)
      resolve()
    }
    flood.on('message', look)
    look()
  })

const hang = async (count: number): Promise<void> => {
  flood.send({ hang: count, port: door.listener.port })
  await reported('hanging', count)
}

/** One octet more on each connection that is open. */
const trickle = async (count: number): Promise<void> => {
  reports.delete('trickled')
  flood.send('trickle')
  await reported('trickled', count)
}

/** A reply to an order of its own. */
const honestReply = async () => {
  const { id, request } = await door.gateway.place()
  await door.gateway.run()
  return { id, reply: await door.gateway.reply(success(request?.reference ?? '')) }
}

/** Mebibytes of this process, where the slow clients are not, when the garbage is gone. */
const memory = () => {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  const { rss, heapUsed, external } = process.memoryUsage()
  return { resident: rss / 2 ** 20, used: (heapUsed + external) / 2 ** 20 }
}

test('1,000 slow clients hang, and the honest sender is served', async () => {
  await open({ maxClients: 2_000, limits: { session: 600_000, rateWindow: 600_000 } })
  const { id, reply } = await honestReply()
  const before = memory()
  await hang(1_000)
  for (let turn = 0; turn < 5; turn++) await trickle(1_000)
  expect(door.listener.connections()).toBe(1_000)
  const after = memory()
  const start = performance.now()
  expect(await door.deliver(reply)).toMatch(/^250 /)
  const time = performance.now() - start
  await door.gateway.run()
  await trickle(1_000)
  expect((await door.gateway.order(id)).status).toBe('done')
  expect(door.listener.connections()).toBe(1_000)
  const [resident, used] = [after.resident - before.resident, after.used - before.used]
  console.log(
    `1,000 slow clients: growth of memory ${used.toFixed(1)} MiB in use (${resident.toFixed(1)} MiB resident); time of the honest mail, from connecting to 250, ${time.toFixed(0)} ms`,
  )
})

test('a door full of slow clients answers 421, and serves the honest sender once their time is over', () =>
  withDeadline(1_000, async (session) => {
    await open({ maxClients: 20, limits: { session, patience: 600_000 } })
    const { id, reply } = await honestReply()
    flood.send({ hang: 20, port: door.listener.port })
    await Promise.race([reported('hanging', 20), reported('closed', 1)])
    const answer = await door.deliver(reply)
    await reported('closed', 20)
    if (!answer.startsWith('421')) {
      await close()
      return false
    }
    expect(answer).toMatch(/^421 4\.3\.2 too many clients; please try again later/)
    expect((await door.judge(reply)).mail.stage).toBe('settled')
    expect((await door.gateway.order(id)).status).toBe('done')
    return true
  }))

test('a door full of slow clients makes room for the honest sender once patience with them is over', async () => {
  await open({ maxClients: 20, limits: { session: 600_000, patience: 0 } })
  const { id, reply } = await honestReply()
  await hang(20)
  expect((await door.judge(reply)).mail.stage).toBe('settled')
  await reported('closed', 1)
  expect((await door.gateway.order(id)).status).toBe('done')
})
