/**
 * The built gateway in a process of its own, which ends itself with SIGKILL at the point that it is told (`points.ts`,
 * `arms.mjs`), the first time that it comes there. Its clock is ahead by CRASH_AHEAD milliseconds, so that leases of the
 * process before it have run out. Prints where it listens as a line of JSON, and stops on SIGTERM.
 */
import './watched-queries.mjs'
import { smtpTransport } from '../../dist/app.js'
import { readSettings } from '../../dist/config.js'
import { createMailReader } from '../../dist/reading/pool.js'
import { startGateway } from '../../dist/serve.js'
import { pass } from './arms.mjs'
import { between, domainIn, watchedStore } from './watched-store.mjs'

const { CRASH_AHEAD = '0' } = process.env

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: (fields, text) => console.error(text, fields) }
const checked = readSettings(process.env)
if (!checked.ok) throw new Error(JSON.stringify(checked.problems))
const settings = checked.value
const transport = smtpTransport({ settings, env: process.env })
const built = (name) => new URL(`../../dist/reading/${name}`, import.meta.url)
const reader = createMailReader({
  files: { read: built('worker.js'), checkSender: built('sender-worker.js'), show: built('show-worker.js') },
  log,
  threads: 1,
})

const gateway = await startGateway({
  settings,
  env: process.env,
  log,
  ports: {
    clock: { now: () => new Date(Date.now() + Number(CRASH_AHEAD)) },
    store: watchedStore,
    transport: {
      send: async (mail) => {
        const about = domainIn(mail.raw)
        await pass('O3-handed', { about })
        const result = await transport.send(mail)
        await pass(result.outcome === 'temporary' ? 'O7' : 'O6', { about })
        return result
      },
    },
    reader: { ...reader, read: between('', reader.read, 'I7') },
  },
})
const die = () => process.kill(process.pid, 'SIGKILL')
process.once('disconnect', die) // the run was ended
process.once('SIGTERM', async () => {
  await gateway.stop()
  process.off('disconnect', die).disconnect()
})
console.log(JSON.stringify({ http: gateway.httpUrl, smtpPort: gateway.smtpPort }))
