import { expect } from 'vitest'
import { eventually } from '../e2e/program.js'
import { order } from '../e2e/stage.js'
import { replyMail, signText, success } from '../helpers/gateway.js'
import type { FakeServer } from '../smtp/fake-server.js'
import type { Point } from './points.js'
import type { Armed } from './process.js'
import { type Heard, handOver } from './sender.js'

/** One of several orders of a crash, and what was heard of it. */
export type Placed = {
  domain: string
  key: string
  body: object
  /** Null where no answer came. */
  id: string | null
  status: string
  reference: string
}

/** A reply, and whether its sender heard 250. */
export type Reply = { raw: string; heard: Heard }

const SIZE = 5

export const newCompany = (point: Point): Placed[] =>
  Array.from({ length: SIZE }, (_, index) => {
    const key = `${point.id}-${index}`
    const domain = `crash-${key.toLowerCase()}.de`
    const nameservers = [{ host: 'ns1.example.net' }, { host: 'ns2.example.org' }]
    const body = order({ billingOrderId: key, domain, nameservers })
    return { domain, key, body, id: null, status: '', reference: '' }
  })

/** All at the same moment. Whoever heard no answer asks again; whoever heard one gets the same. */
export const placeAll = async (gateway: Armed, company: readonly Placed[], isCertain: boolean): Promise<void> => {
  const answers = await Promise.all(company.map(({ key, body }) => gateway.call('POST', '/v1/orders', body, key)))
  for (const [index, placed] of company.entries()) {
    const answer = answers[index] ?? null
    if (isCertain || answer !== null) expect(answer?.status).toBe(202)
    if (answer === null) continue
    const id = String(answer.json['id'])
    expect(placed.id ?? id, `the order that ${placed.key} is answered with`).toBe(id)
    placed.id = id
  }
}

const RESTS = ['sent', 'done', 'uncertain', 'refused']

/** Waits until each is at one of these; what it asked last is in `status`. */
export const restAll = async (gateway: Armed, company: readonly Placed[], rests = RESTS): Promise<void> => {
  const ask =
    ({ id }: Placed) =>
    async () => {
      const answer = await gateway.call('GET', `/v1/orders/${id}`)
      const request = answer?.json['request'] as { reference: string } | undefined
      return { status: String(answer?.json['status']), reference: request?.reference ?? '' }
    }
  for (const placed of company)
    Object.assign(placed, await eventually(ask(placed), ({ status }) => rests.includes(status)))
}

/** The registry's success. */
export const replyTo = async ({ reference }: Placed, now: Date): Promise<Reply> => ({
  raw: replyMail(await signText(success(reference), 'rsa2048', now)),
  heard: 'not stored',
})

/** The same signed text in other octets. */
export const byAnotherWay = ({ raw }: Reply): Reply => ({ raw: `X-Forwarded-By: b\r\n${raw}`, heard: 'not stored' })

/** What was not acknowledged is sent again as it was. */
export const handOverRest = async (gateway: Armed, replies: readonly Reply[]): Promise<void> => {
  await Promise.all(
    replies.map(async (reply) => {
      if (reply.heard === 'not stored') reply.heard = await handOver({ port: gateway.smtpPort, raw: reply.raw })
      expect(reply.heard).toBe('stored')
    }),
  )
}

/** How many whole mails with this reference the registry's server has. */
export const copiesAt = ({ messages }: FakeServer, { reference }: Placed): number =>
  messages.filter((message) => String(message).includes(`\nCtid: ${reference}\r\n`)).length
