import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { loadProfiles } from '../../src/profiles/load.js'
import { READER_LIMITS, type ReaderLimits } from '../../src/reading/pool.js'
import type { MailReader, SenderTask } from '../../src/reading/reader.js'
import { eventually } from '../e2e/program.js'
import { temporaryFolder } from '../helpers/database.js'
import { inThreadReader } from '../helpers/reader.js'
import { withDeadline } from '../helpers/with-deadline.js'
import { mailFixture } from '../signing/fixtures.js'
import { aTask, FILES, HOSTILE, openReader, type Warning } from './readers.js'

const undoing: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of undoing.splice(0).reverse()) await undo()
})

const opened = (...options: Parameters<typeof openReader>): ReturnType<typeof openReader> => {
  const reader = openReader(...options)
  undoing.push(() => reader.close())
  return reader
}

const folder = (): string => {
  const path = temporaryFolder()
  undoing.push(() => rmSync(path, { recursive: true, force: true }))
  return path
}

const ARMORED = Buffer.from('Subject: x\r\n\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\n')
const PLAIN = Buffer.from('Subject: x\r\n\r\nhello\r\n')

describe('in a thread of its own', () => {
  test.each(['clear-utf8-rsa2048', 'mime-latin1-rsa2048', 'clear-stranger', 'clear-sha1'])(
    'the mail %s is what it is in this thread',
    async (name) => {
      const task = aTask({ raw: mailFixture(name) })
      const here = await inThreadReader(await loadProfiles()).read(task)
      expect(await opened().read(task)).toEqual(here)
    },
  )

  test('the octets that are handed in stay whole, whatever they are a view on', async () => {
    const fixture = mailFixture('clear-utf8-rsa2048')
    const raw = Buffer.alloc(fixture.length + 20).subarray(10, fixture.length + 10)
    fixture.copy(raw)
    expect(await opened().read(aTask({ raw }))).toMatchObject({ stage: 'trusted' })
    expect(raw.equals(fixture)).toBe(true)
  })

  test('as many as one likes at once, with one thread', async () => {
    const reader = opened({ threads: 1 })
    const readings = await Promise.all(Array.from({ length: 30 }, () => reader.read(aTask())))
    expect(readings.map(({ stage }) => stage)).toEqual(Array(30).fill('trusted'))
  })

  test('nothing of the environment is there', async () => {
    const { reason } = unread(await opened({ read: HOSTILE }).read(aTask({ envelopeFrom: 'environment' })))
    expect(reason).toMatch(/^reading it failed \(\{\}\), twice;/)
  })

  test('from a folder whose name has blanks and other characters', async () => {
    const path = join(folder(), 'a folder%20 with ü')
    mkdirSync(path)
    const source = `import { handle as built } from ${JSON.stringify(FILES.read.href)}\nexport const handle = built\n`
    writeFileSync(join(path, 'worker.mjs'), source)
    const reader = opened({ read: pathToFileURL(join(path, 'worker.mjs')) })
    expect(await reader.read(aTask())).toMatchObject({ stage: 'trusted' })
  })

  test('the sender of a mail that names nobody to ask about is checked without the DNS', async () => {
    const envelope = { from: '', to: [], remoteAddress: '192.0.2.1', helo: '[192.0.2.1]' }
    const task = { raw: PLAIN, envelope, receivedAt: new Date(), mtaHostname: 'mx.hoster.example' }
    expect(await opened().checkSender(task)).toEqual({
      ...{ spf: 'none', dkim: 'none', dmarc: 'permerror' },
      domains: { spf: null, dkim: [], from: null },
    })
  })
})

describe('the thread that asks who sent a mail', () => {
  const envelope = { from: '', to: [], remoteAddress: '192.0.2.1', helo: '[192.0.2.1]' }
  const mail = (header: string): SenderTask => {
    const signature = `DKIM-Signature: v=1; a=rsa-sha256; d=x.example; s=s; h=from; bh=AA; b=AA${header}\r\n`
    return {
      raw: Buffer.from(`${signature}\r\nx\r\n`),
      envelope,
      receivedAt: new Date(),
      mtaHostname: 'mx.hoster.example',
    }
  }

  test('keeps no trace of a mail that writes to the prototype of all objects', async () => {
    const file = join(folder(), 'worker.mjs')
    const source = `
      import { handle as built } from ${JSON.stringify(FILES.checkSender.href)}
      const names = () => Object.getOwnPropertyNames(Object.prototype).filter((name) => name !== '__proto__')
      const before = names()
      export const handle = built.then((check) => async (parcel) => {
        await check(parcel).catch(() => {})
        return names().filter((name) => !before.includes(name))
      })`
    writeFileSync(file, source)
    const reader = opened({ checkSender: pathToFileURL(file) })
    expect(await reader.checkSender(mail("\r\nContent-Type: text/plain; __proto__*0*=utf-8''x"))).toEqual([])
  })

  test('leaves the standard output to the log, whatever its library writes', async () => {
    const { code, said } = await runScript('await reader.checkSender(senderTask)', {
      checkSender: FILES.checkSender,
      senderTask: mail('; l=999999'),
    })
    expect({ code, said }).toEqual({ code: 0, said: '' })
  })
})

describe('a mail that costs its thread is quarantined, and the next one is read', () => {
  /** It and an honest mail behind it: false where the honest one had too little time. */
  const isLost = async (envelopeFrom: string, limits: Partial<ReaderLimits>, told: string): Promise<boolean> => {
    const reader = opened({ read: HOSTILE, threads: 1, limits })
    const bomb = reader.read(aTask({ envelopeFrom, raw: ARMORED }))
    const next = reader.read(aTask())
    const reason = `${told}; it is kept unread - "sealpost mail replay" reads it again`
    expect(await bomb).toEqual({
      ...{ stage: 'quarantined', reason, deliveryStatus: null },
      verdict: { kind: 'untrusted', reason, fingerprint: null, signedAt: null },
    })
    const { stage } = await next
    if (overran(reader, (from) => from === aTask().envelopeFrom)) return false
    expect(stage).toBe('trusted')
    expect(reader.warnings).toMatchObject(
      Array(2).fill({ fields: { from: envelopeFrom, octets: ARMORED.length, receivedAt: aTask().receivedAt } }),
    )
    return true
  }

  test('one that spins', () =>
    withDeadline(250, (readMs) => isLost('spin', { readMs }, `reading it took more than ${readMs / 1_000} s, twice`)))

  test.each([
    ['eats memory', 'eat', { heapMb: 48 }, 'reading it took more than 48 MB of memory, twice'],
    ['ends the thread', 'exit', {}, 'reading it failed (worker exited with code: 3), twice'],
    ['throws', 'throw', {}, 'reading it failed (it has an octet too many), twice'],
    ['calls itself for ever', 'recurse', {}, 'reading it failed (Maximum call stack size exceeded), twice'],
  ])('one that %s', async (_, envelopeFrom, limits, told) => {
    expect(await isLost(envelopeFrom, limits, told)).toBe(true)
  })

  test('also where its end and its begin are heard of at the same time', async () => {
    const reader = opened({ read: HOSTILE, threads: 1 })
    await reader.read(aTask())
    const bomb = reader.read(aTask({ envelopeFrom: 'exit' }))
    await turn()
    block(300)
    expect(await bomb).toMatchObject({ stage: 'quarantined' })
  })

  test('with no word of a signature where it has none', async () => {
    const reader = opened({ read: HOSTILE })
    const { verdict } = unread(await reader.read(aTask({ envelopeFrom: 'throw', raw: PLAIN })))
    expect(verdict.kind).toBe('unsigned')
  })

  test('but not where the second try goes well', () =>
    withDeadline(250, async (readMs) => {
      const reader = opened({ read: HOSTILE, limits: { readMs } })
      const reading = await reader.read(aTask({ envelopeFrom: `spin-once ${join(folder(), 'seen')}` }))
      if (reader.warnings.length > 1) return false
      expect(reading).toMatchObject({ stage: 'untrusted', reason: 'read in the second try' })
      expect(reader.warnings.map(({ fields }) => fields['cause'])).toEqual(['time'])
      return true
    }))

  test('twenty honest ones behind three bombs, with two threads and the limits that there are', () =>
    withDeadline(READER_LIMITS.readMs, async (readMs) => {
      const reader = opened({ read: HOSTILE, threads: 2, limits: { readMs } })
      const bombs = ['spin', 'eat', 'exit'].map((envelopeFrom) => reader.read(aTask({ envelopeFrom })))
      const honest = Array.from({ length: 20 }, () => reader.read(aTask()))
      const stages = (await Promise.all(honest)).map(({ stage }) => stage)
      expect((await Promise.all(bombs)).map(({ stage }) => stage)).toEqual(Array(3).fill('quarantined'))
      if (overran(reader, (from) => from === aTask().envelopeFrom)) return false
      expect(stages).toEqual(Array(20).fill('trusted'))
      return true
    }))

  test('the time that it waits for a thread is not counted', () =>
    withDeadline(800, async (readMs) => {
      const reader = opened({ read: HOSTILE, threads: 1, limits: { readMs } })
      const sleep = () => reader.read(aTask({ envelopeFrom: `sleep ${readMs / 2}` }))
      const slept = await Promise.all([sleep(), sleep(), sleep()])
      if (overran(reader)) return false
      expect(slept).toMatchObject(Array(3).fill({ reason: 'slept' }))
      expect(reader.warnings).toEqual([])
      return true
    }))

  test('the time that this thread hears nothing is not counted where the result has come', () =>
    withDeadline(600, async (readMs) => {
      const seen = join(folder(), 'seen')
      const reader = opened({ read: HOSTILE, threads: 1, limits: { readMs } })
      const slept = reader.read(aTask({ envelopeFrom: `sleep ${readMs / 2} ${seen}` }))
      await eventually(async () => existsSync(seen), Boolean)
      await turn() // its begin is heard
      block(2 * readMs)
      const reading = await slept
      if (overran(reader)) return false
      expect(reading).toMatchObject({ reason: 'slept' })
      expect(reader.warnings).toEqual([])
      return true
    }))

  test('and where it costs the thread that asks who sent it, nobody has', async () => {
    const reader = opened({ checkSender: HOSTILE, limits: { checkSenderMs: 100 } })
    const envelope = { from: 'spin', to: [], remoteAddress: '192.0.2.1' }
    const task = { raw: PLAIN, envelope, receivedAt: new Date(), mtaHostname: 'mx.hoster.example' }
    expect(await reader.checkSender(task)).toEqual({
      ...{ spf: 'permerror', dkim: 'permerror', dmarc: 'permerror' },
      domains: { spf: null, dkim: [], from: null },
    })
    expect(reader.warnings).toHaveLength(2)
  })
})

describe("what is not the mail's doing is a fault", () => {
  test('a file that is not there, for an operator to mend', async () => {
    const reader = opened({ read: pathToFileURL(join(folder(), 'none.js')) })
    await expect(reader.read(aTask())).rejects.toMatchObject({
      ...{ name: 'Fault', code: 'reader-broken', temporary: false },
      message: expect.stringMatching(/none\.js is missing, and no mail is read without it; install the package again$/),
    })
  })

  test.each([
    ['cannot be loaded', {}, 'throw new Error("half of it is missing")', /half of it is missing/],
    ['has no handler', {}, 'export const other = 1', /No handler function exported/],
    [
      'never gets ready',
      { readyMs: 200 },
      'export const handle = new Promise(() => {})',
      /no thread got ready to read the mail: it took more than 0\.2 s$/,
    ],
    [
      'has not that profile',
      {},
      `export { handle } from ${JSON.stringify(FILES.read.href)}`,
      /there is no profile other that reads mails/,
    ],
  ])('a file that %s, which may pass', async (_, limits, source, message) => {
    const file = join(folder(), 'worker.mjs')
    writeFileSync(file, source)
    const reader = opened({ read: pathToFileURL(file), limits })
    for (const _time of [1, 2])
      await expect(reader.read(aTask({ profile: 'other' }))).rejects.toMatchObject({
        ...{ name: 'Fault', code: 'reader-broken', temporary: true },
        message: expect.stringMatching(message),
      })
  })

  test('the end of the gateway, which waits for no mail: not for one that is read, nor for one that waits', async () => {
    const seen = join(folder(), 'seen')
    const reader = opened({ read: HOSTILE, threads: 1, limits: { readMs: 3_600_000 } })
    const reads = [`spin-once ${seen}`, ''].map((envelopeFrom) => reader.read(aTask({ envelopeFrom })))
    const ends = Promise.allSettled(reads)
    await eventually(async () => existsSync(seen), Boolean)
    await reader.close()
    expect(await ends).toMatchObject([CLOSED, CLOSED])
    await expect(reader.read(aTask())).rejects.toMatchObject(CLOSED.reason)
  })

  test('its end while a thread gets ready', async () => {
    const file = join(folder(), 'worker.mjs')
    writeFileSync(file, 'export const handle = new Promise(() => {})')
    const reader = opened({ read: pathToFileURL(file) })
    const ends = Promise.allSettled([reader.read(aTask())])
    await turn()
    await reader.close()
    expect(await ends).toMatchObject([CLOSED])
  })
})

/** Whether a mail of such a sender was given up for its time. */
const overran = ({ warnings }: { warnings: Warning[] }, sender: (from: unknown) => boolean = () => true): boolean =>
  warnings.some(({ fields }) => fields['cause'] === 'time' && sender(fields['from']))

/** Whatever has happened until now is heard of. */
const turn = async (): Promise<void> => {
  for (const _turn of [1, 2]) await new Promise((resolve) => setImmediate(resolve))
}

/** This thread hears nothing for so long. */
const block = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

const CLOSED = { status: 'rejected', reason: { name: 'Fault', code: 'reader-closed', temporary: true } }

test('mails that cost threads leave none behind', async () => {
  const reader = opened({ read: HOSTILE, threads: 1 })
  const lose = (count: number) =>
    Promise.all(Array.from({ length: count }, () => reader.read(aTask({ envelopeFrom: 'throw' }))))
  await lose(1)
  const before = liveThreads()
  await lose(5)
  expect(liveThreads()).toBe(before)
})

/** Of this process, by the diagnostic report of Node.js. */
const liveThreads = (): number => {
  const report: unknown = process.report.getReport()
  if (typeof report !== 'object' || report === null || !('workers' in report) || !Array.isArray(report.workers))
    throw new Error('the report says nothing of workers')
  return report.workers.length
}

test.each([
  ['has read a mail', 'await reader.read(task)'],
  ['has never read one', ''],
  [
    'was closed while it read',
    'setTimeout(() => reader.close(), 50); await reader.read({ ...task, envelopeFrom: "spin" }).catch(() => {})',
  ],
])('a process whose reader %s ends by itself', async (_, work) => {
  expect(await runScript(work, { read: HOSTILE })).toEqual({ code: 0, said: '' })
})

type Given = { read?: URL; checkSender?: URL; senderTask?: SenderTask }

/** Runs lines of a script that has a `reader`, a `task` and a `senderTask`, in a process of its own, to its end. */
const runScript = async (work: string, { read = FILES.read, checkSender = FILES.checkSender, senderTask }: Given) => {
  const script = `
    import { createMailReader } from ${JSON.stringify(new URL('./pool.js', FILES.read))}
    const files = { read: new URL(${JSON.stringify(read)}), checkSender: new URL(${JSON.stringify(checkSender)}), show: new URL(${JSON.stringify(FILES.show)}) }
    const log = { warn: (fields, text) => console.error(text) }
    const reader = createMailReader({ files, log, limits: { readMs: 3_600_000 } })
    const task = { raw: new Uint8Array(9), envelopeFrom: '', profile: 'denic', registryAddresses: [], keys: [], rules: [],
      trust: { schemes: [], maxAge: 1, weak: [] }, receivedAt: new Date() }
    const senderTask = ${JSON.stringify({ ...senderTask, raw: [...(senderTask?.raw ?? [])] })}
    senderTask.raw = Uint8Array.from(senderTask.raw)
    senderTask.receivedAt = new Date()
    ${work}
  `
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  undoing.push(() => child.kill('SIGKILL'))
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said += chunk
    })
  const code = await new Promise((resolve) => child.once('close', (code, signal) => resolve(signal ?? code)))
  return { code, said }
}

const unread = (reading: Awaited<ReturnType<MailReader['read']>>) => {
  if (reading.stage !== 'quarantined') throw new Error(`it is ${reading.stage}`)
  return reading
}
