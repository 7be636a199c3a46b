/**
 * Takes the webhooks of the gateway: verifies each, has it on disk, answers 204, and then does its work, once for each
 * `webhook-id`. Node 20 and nothing else: copy this file.
 *
 *     SEALPOST_WEBHOOK_SECRET=whsec_... node receive-webhooks.mjs events.jsonl 8090
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { open, readFile, truncate } from 'node:fs/promises'
import { createServer } from 'node:http'

const TOLERANCE_SECONDS = 300
const LONGEST_BODY = 1024 * 1024

/**
 * The event of a call, or an Error that says why it is none of ours (Standard Webhooks, symmetric signatures). `headers`
 * with names in lower case; `body` a Buffer, as it came. While a secret is changed the call has two signatures and
 * `secrets` may have two as well: one pair has to fit.
 */
export const verifyWebhook = ({ secrets, headers, body, now = Date.now() }) => {
  const id = headers['webhook-id']
  const timestamp = headers['webhook-timestamp'] ?? ''
  if (!id || !/^\d{1,12}$/.test(timestamp)) throw new Error('this is no webhook')
  if (Math.abs(now / 1_000 - Number(timestamp)) > TOLERANCE_SECONDS) throw new Error('this webhook is too old')
  const given = (headers['webhook-signature'] ?? '').split(' ').flatMap((signature) => {
    const [version, mac = ''] = signature.split(',')
    return version === 'v1' ? [Buffer.from(mac, 'base64')] : []
  })
  const fits = secrets.some((secret) => {
    const expected = macOf(secret, { id, timestamp, body })
    return given.some((mac) => mac.length === expected.length && timingSafeEqual(mac, expected))
  })
  if (!fits) throw new Error('the signature does not fit')
  return JSON.parse(body.toString())
}

const macOf = (secret, { id, timestamp, body }) =>
  createHmac('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64'))
    .update(`${id}.${timestamp}.`)
    .update(body)
    .digest()

/**
 * The events that were taken, in a file of JSON lines: an event is a line, and `{ "done": ID }` another once its work is
 * done. What a crash left undone is done when the file is opened again, so `work` may see an event twice, but none is
 * lost and none that is done comes again. Works are done one after the other, as they came. A work that fails is tried
 * again at the next start.
 */
export const openJournal = async (file, work) => {
  const { ids, undone } = await readJournal(file)
  const handle = await open(file, 'a')
  const taken = new Map(ids.map((id) => [id, Promise.resolve()]))
  let writing = Promise.resolve()
  let working = Promise.resolve()

  const write = (line) => {
    const written = writing.then(async () => {
      const { size } = await handle.stat()
      try {
        await handle.appendFile(`${JSON.stringify(line)}\n`)
        await handle.sync()
      } catch (error) {
        // A line that a full disk cut off would spoil the next one.
        await handle.truncate(size)
        throw error
      }
    })
    writing = written.catch(() => {})
    return written
  }
  const enqueue = (event) => {
    working = working
      .then(() => work(event))
      .then(() => write({ done: event.id }))
      .catch((error) => console.error(`the work for ${event.type} ${event.id} failed: ${error.message}`))
  }
  const store = async (event) => {
    await write({ event })
    enqueue(event)
  }
  for (const event of undone) enqueue(event)

  return {
    /** Resolves once the event is on disk, at once where it was before. */
    take: (event) => {
      const before = taken.get(event.id)
      if (before !== undefined) return before
      const stored = store(event)
      taken.set(event.id, stored)
      stored.catch(() => taken.delete(event.id))
      return stored
    },
    /** Resolves when the works that are known by now are done. */
    idle: () => working,
    close: async () => {
      await working
      await handle.close()
    },
  }
}

const readJournal = async (file) => {
  const text = await readFile(file).catch((error) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0)
    throw error
  })
  // A crash in the middle of a line: the event was not answered, so it comes again.
  const whole = text.lastIndexOf('\n') + 1
  if (whole < text.length) await truncate(file, whole)
  const lines = text.subarray(0, whole).toString().split('\n').filter(Boolean).map(JSON.parse)
  const events = lines.flatMap(({ event }) => (event === undefined ? [] : [event]))
  const done = new Set(lines.flatMap(({ done }) => (done === undefined ? [] : [done])))
  return { ids: events.map(({ id }) => id), undone: events.filter(({ id }) => !done.has(id)) }
}

/** An HTTP server that gives what is verified to the journal. It has to be listened with. */
export const createReceiver = ({ secrets, journal, now = Date.now }) =>
  createServer(async (request, response) => {
    const answer = (status, text = '') => response.writeHead(status, { 'content-type': 'text/plain' }).end(text)
    if (request.method !== 'POST') return answer(405, 'webhooks are posted\n')
    const body = await bodyOf(request).catch(() => null)
    if (body === null) return answer(413, 'this body is too large\n')
    let event
    try {
      event = verifyWebhook({ secrets, headers: request.headers, body, now: now() })
    } catch (error) {
      return answer(401, `${error.message}\n`)
    }
    // Anything but 2xx brings it again: so does a full disk.
    await journal.take(event).then(
      () => answer(204),
      (error) => answer(503, `${error.message}\n`),
    )
  })

const bodyOf = async (request) => {
  const chunks = []
  let length = 0
  for await (const chunk of request) {
    length += chunk.length
    if (length > LONGEST_BODY) throw new Error('too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const main = async (file, port) => {
  const secrets = (process.env.SEALPOST_WEBHOOK_SECRET ?? '').split(' ').filter(Boolean)
  if (file === undefined || secrets.length === 0) {
    console.error('Usage: SEALPOST_WEBHOOK_SECRET="whsec_..." node receive-webhooks.mjs EVENTS.jsonl [PORT]')
    process.exitCode = 2
    return
  }
  // Here stands what your billing system does with an event.
  const work = async ({ type, subject, data }) => console.log(JSON.stringify({ type, subject, data }))
  const server = createReceiver({ secrets, journal: await openJournal(file, work) })
  server.listen(Number(port ?? 8090), '127.0.0.1', () =>
    console.log(`listening on http://127.0.0.1:${server.address().port}`),
  )
}

const [, script, ...args] = process.argv
if (script !== undefined && realpathSync(script) === import.meta.filename) await main(...args)
