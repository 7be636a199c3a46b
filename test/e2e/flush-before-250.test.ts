import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { readSettings } from '../../src/config.js'
import { addConnection } from '../../src/flows/manage-connections.js'
import { loadProfiles } from '../../src/profiles/load.js'
import { type Gateway, startGateway } from '../../src/serve.js'
import { silentLog } from '../helpers/database.js'
import { aConnectionFile, replyMail } from '../helpers/gateway.js'
import { inThreadReader } from '../helpers/reader.js'
import { sendMail } from './program.js'
import { cleanUp, place } from './stage.js'

let gateway: Gateway | null = null
afterEach(async () => {
  await gateway?.stop()
  await cleanUp()
})

test('a mail is flushed to the disk after its last octet came in and before its 250 goes out', async () => {
  const trace = traceFlushesAndAnswers()
  const settings = readSettings((await place({}, { embedded: true })).env)
  if (!settings.ok) throw new Error('the settings of the test are wrong')
  gateway = await startGateway({
    settings: settings.value,
    env: {},
    log: silentLog,
    ports: { reader: inThreadReader(await loadProfiles()) },
  })
  await addConnection(gateway.app.deps, aConnectionFile(), 'test')
  for (const number of [1, 2, 3]) {
    trace.clear()
    const raw = replyMail(`number ${number}`)
    const mail = { from: 'robot@registry.example', to: 'denic-main@in.hoster.example', raw }
    expect(await sendMail(gateway.smtpPort, mail)).toMatch(/^250 /)
    const [data, stored] = [trace.find('354'), trace.find('250 2.0.0 stored')]
    expect(data).toBeGreaterThan(-1)
    expect(stored).toBeGreaterThan(data)
    expect(trace.between(data, stored)).toContain('flush')
  }
  trace.stop()
})

/** Every flush of a file and every line that an SMTP server says, in the order of this process. */
const traceFlushesAndAnswers = () => {
  const steps: string[] = []
  const { fsyncSync } = fs
  const { write } = Socket.prototype
  fs.fsyncSync = (fd) => {
    fsyncSync(fd)
    steps.push('flush')
  }
  syncBuiltinESMExports()
  Socket.prototype.write = function (this: Socket, ...args: Parameters<typeof write>) {
    if (typeof args[0] === 'string' || Buffer.isBuffer(args[0])) steps.push(String(args[0]).trimEnd())
    return write.apply(this, args)
  } as typeof write
  return {
    clear: () => steps.splice(0),
    find: (start: string) => steps.findIndex((step) => step.startsWith(start)),
    between: (from: number, to: number) => steps.slice(from, to),
    stop: () => {
      Object.assign(fs, { fsyncSync })
      syncBuiltinESMExports()
      Socket.prototype.write = write
    },
  }
}
