import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Serving } from '../e2e/program.js'
import { order } from '../e2e/stage.js'
import { REPLY_TO } from '../helpers/gateway.js'
import { connectClient } from '../smtp/line-client.js'

/** What callers heard that they never should. */
export type Load = {
  /** Ids of orders by their number in billing, each answered 202. */
  orders: Map<string, string>
  /** Ids of mails and the digests of their octets, each answered 250. */
  mails: Map<string, string>
  /** How often an order was answered 503, and a mail 451. */
  putOff: { orders: number; mails: number }
  complaints: string[]
  /** Places no more orders and sends no more mails, but gets those through that are begun. */
  stop(): Promise<void>
  /** Lets go of all of it. */
  abandon(): void
}

const PAUSE_MS = 200
const NAMESERVERS = [{ host: 'ns1.example.net' }, { host: 'ns2.example.org' }]

/** Orders and mails without end, each asked again as it was until it is taken: for a 503 with the same key, for a 451. */
export const startLoad = (http: Serving, smtp: Serving): Load => {
  const load: Load = {
    ...{ orders: new Map(), mails: new Map(), putOff: { orders: 0, mails: 0 }, complaints: [] },
    stop: async () => {
      stopped = true
      await under
    },
    abandon: () => {
      abandoned = true
    },
  }
  let stopped = false
  let abandoned = false
  let count = 0
  const untilTaken = async (attempt: () => Promise<boolean>): Promise<void> => {
    while (!abandoned && !(await attempt())) await pause(PAUSE_MS)
  }
  const placeOrders = async (): Promise<void> => {
    while (!stopped && !abandoned) {
      const number = `INV-${++count}`
      await untilTaken(() => placeOrder(http, load, number))
      await pause(PAUSE_MS)
    }
  }
  const sendMails = async (): Promise<void> => {
    while (!stopped && !abandoned) {
      const raw = `From: robot@registry.example\r\nSubject: ${++count}\r\n\r\n.. a mail\r\nof nobody's \x80 key\r\n`
      await untilTaken(() => sendMail(smtp, load, Buffer.from(raw, 'latin1')))
      await pause(PAUSE_MS)
    }
  }
  const under = Promise.all([placeOrders(), placeOrders(), sendMails()])
  return load
}

const placeOrder = async (http: Serving, load: Load, number: string): Promise<boolean> => {
  const body = order({ billingOrderId: number, domain: `${number.toLowerCase()}.de`, nameservers: NAMESERVERS })
  try {
    const answer = await http.call('POST', '/v1/orders', body, { 'idempotency-key': number })
    const text = await answer.text()
    if (answer.status === 202) load.orders.set(number, (JSON.parse(text) as { id: string }).id)
    else if (answer.status === 503 && isProblem(answer)) load.putOff.orders += 1
    else load.complaints.push(`order ${number}: ${answer.status} ${text}`)
    return answer.status === 202
  } catch (error) {
    load.complaints.push(`order ${number}: ${error}`)
    return false
  }
}

export const isProblem = ({ headers }: Response): boolean =>
  headers.get('content-type') === 'application/problem+json' && headers.get('retry-after') !== null

const sendMail = async (smtp: Serving, load: Load, raw: Buffer): Promise<boolean> => {
  try {
    const answer = await handOver(smtp.smtpPort, raw)
    const [, id] = /^250 2\.0\.0 stored as (\S+)$/.exec(answer) ?? []
    if (id !== undefined) load.mails.set(id, createHash('sha256').update(raw).digest('hex'))
    else if (answer.startsWith('451 ')) load.putOff.mails += 1
    else load.complaints.push(`mail: ${answer}`)
    return id !== undefined
  } catch (error) {
    load.complaints.push(`mail: ${error}`)
    return false
  }
}

/** Hands a mail over and says what the first refusal, or the answer to the whole message, was. */
export const handOver = async (port: number, raw: Buffer): Promise<string> => {
  const client = await connectClient(port)
  try {
    const envelope = await client.envelope({ to: [REPLY_TO] })
    if (!envelope.startsWith('250')) return envelope
    const data = await client.say('DATA')
    if (!data.startsWith('354')) return data
    client.write(stuffed(raw))
    client.write('.\r\n')
    return await client.reply()
  } finally {
    client.end()
  }
}

/** Dots at the start of lines are doubled (RFC 5321, 4.5.2). */
const stuffed = (raw: Buffer): Buffer => Buffer.from(raw.toString('latin1').replace(/^\./gm, '..'), 'latin1')
