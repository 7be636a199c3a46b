/**
 * The built gateway in a process of its own, which ends itself with SIGKILL at the point that CRASH_AT names, the first
 * time that it comes there (`points.ts`). Its clock is ahead by CRASH_AHEAD milliseconds, so that leases of the process
 * before it have run out. Prints where it listens as a line of JSON, and stops on SIGTERM.
 */
import { smtpTransport } from '../../dist/app.js'
import { readSettings } from '../../dist/config.js'
import { createMailReader } from '../../dist/reading/pool.js'
import { startGateway } from '../../dist/serve.js'

const { CRASH_AT, CRASH_AHEAD = '0' } = process.env

/** Never returns where it is the point at which this process dies. */
const pass = async (point) => {
  if (point !== CRASH_AT) return
  process.kill(process.pid, 'SIGKILL')
  await new Promise(() => undefined)
}

/** A function with a point before it and one after it. */
const between =
  (before, work, after) =>
  async (...args) => {
    await pass(before)
    const result = await work(...args)
    await pass(after)
    return result
  }

const watched = (tables, seen) => ({
  ...tables,
  mails: {
    ...tables.mails,
    finish: async (...args) => {
      await tables.mails.finish(...args)
      seen.add('mail finished')
      await pass('I8')
    },
    insertOutbound: async (...args) => {
      seen.add('mail signed')
      await pass('O2')
      return tables.mails.insertOutbound(...args)
    },
  },
  requests: {
    ...tables.requests,
    insert: async (...args) => {
      await tables.requests.insert(...args)
      seen.add('order placed')
      await pass('O1-within')
    },
  },
  subjects: {
    ...tables.subjects,
    save: async (subject) => {
      await tables.subjects.save(subject)
      if (subject.order.status === 'refused') seen.add('order refused')
      if (subject.request.state === 'sent') seen.add('request sent')
    },
  },
})

/** What a transaction did, and the point after its commit. */
const AFTER = {
  'mail finished': 'I9',
  'order placed': 'O1',
  'mail signed': 'O3',
  'order refused': 'O8',
  'request sent': 'O9',
}

const armed = (transaction) => async (work) => {
  const seen = new Set()
  const result = await transaction((tables) => work(watched(tables, seen)))
  for (const what of seen) await pass(AFTER[what])
  return result
}

/** A claim is committed lazily, so on the embedded database it dies with the process unless a commit after it was flushed. */
const bringToDisk = async (store) => {
  if (CRASH_AT === 'I6') await store.secrets.obtain('crash', Buffer.from('any'))
}

const armedClaim =
  (store) =>
  async (...args) => {
    await pass('I5')
    const claim = await store.mails.claim(...args)
    if (claim === null) return claim
    await pass('I6-lazily')
    await bringToDisk(store)
    await pass('I6')
    return claim
  }

const armedStore = (store) => ({
  ...store,
  mails: {
    ...store.mails,
    accept: between('I2', store.mails.accept, 'I3'),
    claim: armedClaim(store),
  },
  transaction: armed(store.transaction),
  together: armed(store.together),
})

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: (fields, text) => console.error(text, fields) }
const checked = readSettings(process.env)
if (!checked.ok) throw new Error(JSON.stringify(checked.problems))
const settings = checked.value
const transport = smtpTransport({ settings, env: process.env })
const built = (name) => new URL(`../../dist/reading/${name}`, import.meta.url)
const reader = createMailReader({
  files: { read: built('worker.js'), checkSender: built('sender-worker.js') },
  log,
  threads: 1,
})

const gateway = await startGateway({
  settings,
  env: process.env,
  log,
  ports: {
    clock: { now: () => new Date(Date.now() + Number(CRASH_AHEAD)) },
    store: armedStore,
    transport: {
      send: async (mail) => {
        await pass('O3-handed')
        const result = await transport.send(mail)
        await pass(result.outcome === 'temporary' ? 'O7' : 'O6')
        return result
      },
    },
    reader: { ...reader, read: between('', reader.read, 'I7') },
  },
})
process.once('SIGTERM', () => void gateway.stop())
console.log(JSON.stringify({ http: gateway.httpUrl, smtpPort: gateway.smtpPort }))
