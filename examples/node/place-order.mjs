/**
 * Places an order, says that it is paid, and waits until it is over. Node 20 and nothing else: copy this file.
 *
 *     SEALPOST_URL=http://127.0.0.1:8080 SEALPOST_TOKEN=... node place-order.mjs order.json
 */
import { realpathSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

const OPEN = ['awaiting-payment', 'awaiting-approval', 'queued', 'sent', 'acknowledged', 'uncertain']

/** What the gateway says of a call that it does not take: `message` is for people, `problem` (RFC 9457) for programs. */
export class SealpostError extends Error {
  constructor(status, problem) {
    const fields = (problem.errors ?? []).map(({ pointer, detail }) => `${pointer}: ${detail}`)
    super([problem.detail, ...fields.filter((field) => !problem.detail.includes(field))].join('\n'))
    this.status = status
    this.problem = problem
  }
}

/**
 * A client of the gateway. Each of its calls may be made again, and is where no answer came or the gateway is busy:
 * `tries` times in all, `firstMs` apart at first and then twice as long each time.
 */
export const createSealpost = ({ url, token, tries = 6, firstMs = 500 }) => {
  const call = async (method, path, { body, headers } = {}) => {
    for (let left = tries, wait = firstMs; ; left--, wait *= 2) {
      const answer = await once(method, path, { body, headers }).catch((error) => ({ lost: error }))
      if (answer.taken !== undefined) return answer.taken
      if (answer.again === undefined && answer.lost === undefined) throw answer.refused
      if (left <= 1) throw answer.refused ?? answer.lost
      await sleep(answer.again ?? jittered(wait))
    }
  }

  const once = async (method, path, { body, headers }) => {
    const response = await fetch(new URL(path, url), {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    })
    const text = await response.text()
    if (response.ok) return { taken: JSON.parse(text) }
    const refused = new SealpostError(response.status, problemOf(text, response))
    const busy = [429, 502, 503, 504].includes(response.status)
    return busy ? { refused, again: 1_000 * Number(response.headers.get('retry-after') ?? 1) } : { refused }
  }

  const read = (id) => call('GET', `/v1/orders/${encodeURIComponent(id)}`)

  return {
    read,

    /** The same `key` with the same order is answered with the first one: a call whose answer was lost can be made again. */
    place: (order, key) => call('POST', '/v1/orders', { body: order, headers: { 'idempotency-key': key } }),

    /** Says that it is paid; saying it again changes nothing. */
    pay: (id, reference) => call('POST', `/v1/orders/${encodeURIComponent(id)}/payment`, { body: { reference } }),

    /**
     * Asks until the order is over, soon at first and then ever more seldom: registries take minutes or days, and a
     * webhook tells it sooner. `onChange` is called with the order at each new status.
     */
    settled: async (id, { everyMs = 1_000, atMostMs = 60_000, onChange = () => {}, signal } = {}) => {
      for (let wait = everyMs, last = null; ; wait = Math.min(wait * 1.5, atMostMs)) {
        const order = await read(id)
        if (order.status !== last) onChange(order)
        if (!OPEN.includes(order.status)) return order
        last = order.status
        await sleep(jittered(wait), undefined, { signal })
      }
    },
  }
}

/** Up to a fifth less, so that clients which failed together do not come back together. */
const jittered = (ms) => ms * (0.8 + 0.2 * Math.random())

/** A proxy in between may answer with something else than a problem. */
const problemOf = (text, response) => {
  try {
    const problem = JSON.parse(text)
    if (typeof problem.detail === 'string') return problem
  } catch {}
  return { detail: `${response.url} answered ${response.status} ${response.statusText}` }
}

const main = async (file) => {
  const { SEALPOST_URL: url = 'http://127.0.0.1:8080', SEALPOST_TOKEN: token } = process.env
  if (file === undefined || token === undefined) {
    console.error('Usage: SEALPOST_URL=http://127.0.0.1:8080 SEALPOST_TOKEN=TOKEN node place-order.mjs ORDER.json')
    return 2
  }
  const order = JSON.parse(await readFile(file, 'utf8'))
  const sealpost = createSealpost({ url, token })
  // Made of the order's own id: who starts this again after a crash goes on with the same order.
  const placed = await sealpost.place(
    order,
    `place-${encodeURIComponent(`${order.account?.id}/${order.billingOrderId}`)}`,
  )
  for (const { pointer, detail } of placed.warnings) console.error(`warning: ${pointer}: ${detail}`)
  await sealpost.pay(placed.id, order.billingOrderId)
  const onChange = ({ id, status, unicodeName }) =>
    console.log(JSON.stringify({ order: id, domain: unicodeName, status }))
  const over = await sealpost.settled(placed.id, { onChange })
  if (over.status !== 'done') console.error([over.code, over.reason].filter((part) => part !== null).join(': '))
  return over.status === 'done' ? 0 : 1
}

const [, script, ...args] = process.argv
if (script !== undefined && realpathSync(script) === import.meta.filename) {
  process.exitCode = await main(...args).catch((error) => {
    console.error(error.message)
    return 1
  })
}
