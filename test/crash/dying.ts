import { eventually } from '../e2e/program.js'
import type { FakeServer } from '../smtp/fake-server.js'
import { byAnotherWay, type Placed, placeAll, type Reply, replyTo, restAll } from './company.js'
import type { Point } from './points.js'
import type { Armed } from './process.js'
import { handOverTogether } from './sender.js'

/** A crash that is about to come. */
export type Dying = {
  point: Point
  company: Placed[]
  relay: FakeServer
  armed: Armed
  now(): Date
  /** How many of these go from step to step together. */
  gather(count: number): number
}

/** Kills it while it takes the orders and sends their requests. */
export const dieOrdering = async ({ point, company, relay, armed, gather }: Dying): Promise<Reply[]> => {
  await armed.arm({ at: point.by === 'port' ? point.id : null, gather: gather(company.length) })
  const placing = placeAll(armed, company, point.by === 'wire')
  if (point.by === 'wire') {
    await placing
    const step = point.content === undefined ? 'dot' : 'content'
    await eventually(async () => relay.reached(step), Boolean)
    armed.kill()
  }
  await Promise.all([placing, armed.gone])
  return []
}

/** Kills it while the replies come in, at the same moment, one of them by two ways. */
export const dieReplying = async ({ point, company, armed, now, gather }: Dying): Promise<Reply[]> => {
  await armed.arm({ at: null, gather: gather(company.length) })
  await placeAll(armed, company, true)
  await restAll(armed, company)
  const replies = await Promise.all(company.map((placed) => replyTo(placed, now())))
  replies.push(...replies.slice(0, 1).map(byAnotherWay))
  const { kill } = armed
  const port = armed.smtpPort
  // The one that comes by half would be waited for.
  const abreast = point.id === 'I0' ? 1 : gather(replies.length)
  await armed.arm({ at: point.by === 'port' ? point.id : null, gather: abreast })
  const heard = await handOverTogether(
    replies.map(({ raw }, index) => ({
      ...{ port, raw },
      ...(point.id === 'I0' && index === 0 ? { half: kill } : {}),
      ...(point.id === 'I4' ? { heard250: kill } : {}),
    })),
  )
  await armed.gone
  return replies.map(({ raw }, index) => ({ raw, heard: heard[index] ?? 'not stored' }))
}
