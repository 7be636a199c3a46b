import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import * as path from 'node:path'
import { Worker } from 'node:worker_threads'
import { SMTPServer } from 'smtp-server'
import { type BenchKey, someMail } from './mails.js'
import { sendAll } from './smtp-load.js'

/** How fast other things are that do a part of the same, on the same machine in the same run. Per second. */

/** smtp-server that reads mails and forgets them: what the SMTP library alone allows. */
export const bareSmtpServer = async (mails: number, connections: number): Promise<number> => {
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    onData: (stream, _session, done) => {
      stream.on('data', () => undefined).on('end', () => done())
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const address = server.server.address()
  if (address === null || typeof address === 'string') throw new Error('a server has a port')
  const begin = performance.now()
  await sendAll(address.port, Array.from({ length: mails }, someMail), connections)
  const seconds = (performance.now() - begin) / 1_000
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return mails / seconds
}

/** openpgp.js alone, in as many threads as the machine has processors. */
export const openpgpAlone = async (work: 'sign' | 'verify', key: BenchKey, times: number): Promise<number> => {
  const threads = availableParallelism()
  const each = Math.ceil(times / threads)
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL('./openpgp-worker.js', import.meta.url), { workerData: { work, key, times: each } }),
  )
  const message = (worker: Worker) =>
    new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
  await Promise.all(workers.map(message))
  const begin = performance.now()
  const done = workers.map(message)
  for (const worker of workers) worker.postMessage('begin')
  await Promise.all(done)
  const seconds = (performance.now() - begin) / 1_000
  await Promise.all(workers.map((worker) => worker.terminate()))
  return (threads * each) / seconds
}

/** gpg once a mail, as a script would call it; null where gpg is not. */
export const gpgAlone = (work: 'sign' | 'verify', key: BenchKey, signed: string, times: number): number | null => {
  if (spawnSync('gpg', ['--version'], { stdio: 'ignore' }).status !== 0) return null
  const home = mkdtempSync(path.join(tmpdir(), 'sealpost-gpg-'))
  const gpg = (...args: string[]) => {
    const { status, stderr } = spawnSync('gpg', ['--homedir', home, '--batch', '--quiet', ...args], {
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`gpg ${args.join(' ')} ended with ${status}: ${stderr}`)
  }
  try {
    const files = { secret: key.secret, signed, text: someMail().raw }
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(home, name), text, { mode: 0o600 })
    gpg('--import', path.join(home, 'secret'))
    const begin = performance.now()
    for (let turn = 0; turn < times; turn++)
      if (work === 'verify') gpg('--verify', path.join(home, 'signed'))
      else gpg('--yes', '--output', path.join(home, 'out'), '--clearsign', path.join(home, 'text'))
    return times / ((performance.now() - begin) / 1_000)
  } finally {
    spawnSync('gpgconf', ['--homedir', home, '--kill', 'all'], { stdio: 'ignore' })
    rmSync(home, { recursive: true, force: true })
  }
}
