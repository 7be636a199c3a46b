import { type ChildProcess, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { createInterface } from 'node:readline'
import { copyFolder, embeddedTemplate, newServerDatabase } from '../helpers/database.js'
import { isThere } from '../helpers/needs.js'

/** The program as a user runs it: built, in a process of its own, with a folder of its own. `npm test` builds it. */
export const MAIN = path.resolve(import.meta.dirname, '../../dist/main.js')
export const TOKEN = 'e2e-token-for-tests'

export type Place = {
  folder: string
  env: NodeJS.ProcessEnv
  /** Another user whom the program runs as, and the program where that one can read it. */
  user?: { uid: number; gid: number; main: string }
  remove(): Promise<void>
}

const spawned = ({ env, folder, user }: Place, args: string[]) => {
  const { main = MAIN, ...ids } = user ?? {}
  return spawn(process.execPath, [main, ...args], { env, cwd: folder, ...ids })
}

/**
 * On a database of its own on PostgreSQL unless `more` says another; where there is none, and with `embedded`, on the embedded
 * one, of which each process takes seconds of the processor.
 */
export const newPlace = async (more: NodeJS.ProcessEnv = {}, { embedded = false } = {}): Promise<Place> => {
  if (!existsSync(MAIN)) throw new Error('dist/main.js is not there: run npm run build first')
  const folder = mkdtempSync(path.join(tmpdir(), 'sealpost-e2e-'))
  const data = path.join(folder, 'data')
  mkdirSync(path.join(folder, 'keys'))
  const own = more['DATABASE_URL'] === undefined && !embedded && (await isThere('postgresql'))
  const database = own ? await newServerDatabase() : null
  if (more['DATABASE_URL'] === undefined && database === null) copyFolder(await embeddedTemplate(), data)
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    SEALPOST_DATA: data,
    SEALPOST_KEYS: path.join(folder, 'keys'),
    SEALPOST_TEMPLATES: path.join(folder, 'templates'),
    SEALPOST_HTTP: '127.0.0.1:0',
    SEALPOST_SMTP: '127.0.0.1:0',
    SEALPOST_MX_HOSTNAME: 'mx.hoster.example',
    SEALPOST_TOKEN: TOKEN,
    ...(database === null ? {} : { DATABASE_URL: database.url }),
    ...more,
  }
  const remove = async (): Promise<void> => {
    await database?.remove()
    rmSync(folder, { recursive: true, force: true })
  }
  return { folder, env, remove }
}

export type Result = { code: number | null; stdout: string; stderr: string }

/** Runs a command to its end. */
export const run = (place: Place, args: string[], input: string | Buffer = ''): Promise<Result> =>
  new Promise((resolve, reject) => {
    const child = spawned(place, args)
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
    child.stdin.end(input)
  })

export type Serving = {
  child: ChildProcess
  http: string
  smtpPort: number
  lines: string[]
  /** Sends the signal and resolves to the exit code once the process is gone. */
  end(signal: NodeJS.Signals): Promise<number | null>
  call(method: string, target: string, body?: unknown, headers?: Record<string, string>): Promise<Response>
}

export const serve = async (place: Place, roles: string[] = []): Promise<Serving> => {
  const { child, lines, line, end } = start(place, ['serve', ...roles.flatMap((role) => ['--role', role])])
  const ready = JSON.parse(await line((text) => text.includes('Sealpost is ready'))) as {
    http: string
    smtpPort: number
  }
  const call: Serving['call'] = (method, target, body, headers = {}) =>
    fetch(`${ready.http}${target}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  return { child, lines, http: ready.http, smtpPort: ready.smtpPort, end, call }
}

/** A command that goes on; `line` resolves to its first line of output that fits. */
export const start = (place: Place, args: string[]) => {
  const child = spawned(place, args)
  const lines: string[] = []
  const waiting: { fits: (text: string) => boolean; resolve: (text: string) => void }[] = []
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  createInterface({ input: child.stdout }).on('line', (text) => {
    lines.push(text)
    for (const wait of waiting) if (wait.fits(text)) wait.resolve(text)
  })
  const gone = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  const line = (fits: (text: string) => boolean): Promise<string> => {
    const found = lines.find(fits)
    if (found !== undefined) return Promise.resolve(found)
    const ended = gone.then((code) => {
      throw new Error(`${args.join(' ')} ended with ${code}: ${errors}${lines.join('\n')}`)
    })
    return Promise.race([new Promise<string>((resolve) => waiting.push({ fits, resolve })), ended])
  }
  const end = (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal)
    return gone
  }
  return { child, lines, line, end }
}

/** Hands a mail over by SMTP and resolves with the server's answer to the final dot, the moment it comes. */
export const sendMail = (port: number, mail: { from: string; to: string; raw: string }): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = createConnection({ host: '127.0.0.1', port })
    const body = mail.raw.replace(/^\./gm, '..')
    const steps = ['EHLO test', `MAIL FROM:<${mail.from}>`, `RCPT TO:<${mail.to}>`, 'DATA', `${body}\r\n.`]
    const replies = createInterface({ input: socket }).on('error', reject)
    replies.on('line', (text) => {
      if (/^\d{3}-/.test(text)) return
      const step = steps.shift()
      if (!/^[23]/.test(text) || step === undefined) {
        socket.destroy()
        resolve(text)
      } else socket.write(`${step}\r\n`)
    })
    socket.once('error', reject)
  })

/** Asks until the answer is as wanted. */
export const eventually = async <T>(
  ask: () => Promise<T>,
  wanted: (value: T) => boolean,
  limit = 120_000,
): Promise<T> => {
  const until = performance.now() + limit
  for (;;) {
    const value = await ask()
    if (wanted(value)) return value
    if (performance.now() > until) throw new Error(`this did not come: ${JSON.stringify(value)}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

export const write = (place: Place, name: string, content: string | object, mode = 0o600): string => {
  const file = path.join(place.folder, name)
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content), { mode })
  if (place.user !== undefined) chownSync(file, place.user.uid, place.user.gid)
  return file
}
