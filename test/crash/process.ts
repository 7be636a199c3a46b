import { spawn } from 'node:child_process'
import * as path from 'node:path'
import { createInterface } from 'node:readline'
import { TOKEN } from '../e2e/program.js'

const ARMED = path.resolve(import.meta.dirname, 'armed-gateway.mjs')

/** What it says at the point: about which domain, where that is known, and how many were in the same step. */
export type Reached = { at: string; about: string | null; company: number }

/** A gateway in a process that can be killed, or kills itself. */
export type Armed = {
  smtpPort: number
  /** From now on it dies at the point; null: it lives. `gather`: so many come together, in orders and mails. */
  arm(arms: { at: string | null; gather?: number; least?: number; holds?: boolean }): Promise<void>
  /** Resolves when it is at the point; null where it ended before. */
  reached(): Promise<Reached | null>
  /** Where it holds at the point instead of dying there, it goes on. */
  goOn(): void
  /** An HTTP call; null where the process died before it answered. */
  call(method: string, target: string, body?: unknown, key?: string): Promise<{ status: number; json: Json } | null>
  kill(): void
  /** Resolves, when the process is gone, to the signal that ended it or its exit code. */
  gone: Promise<string>
  stop(): Promise<string>
}

export type Json = Record<string, unknown>

/** Starts the built gateway. `ahead`: of its clock, milliseconds. */
export const startArmed = async (env: NodeJS.ProcessEnv, ahead: number): Promise<Armed> => {
  const child = spawn(process.execPath, [ARMED], {
    env: { ...env, CRASH_AHEAD: String(ahead) },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let errors = ''
  child.stderr?.on('data', (chunk) => {
    errors += chunk
  })
  const gone = new Promise<string>((resolve) => child.once('close', (code, signal) => resolve(signal ?? String(code))))
  const lines = child.stdout === null ? null : createInterface({ input: child.stdout })
  const line = () => new Promise<string>((resolve) => lines?.once('line', resolve))
  const early = gone.then((how) => Promise.reject(new Error(`the gateway ended with ${how} too early: ${errors}`)))
  early.catch(() => undefined)
  const { http, smtpPort } = JSON.parse(await Promise.race([line(), early])) as { http: string; smtpPort: number }
  let at = line()
  const call: Armed['call'] = async (method, target, body, key) => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
    const keyed = key === undefined ? headers : { ...headers, 'idempotency-key': key }
    const given = body === undefined ? {} : { body: JSON.stringify(body) }
    const answer = await fetch(`${http}${target}`, { method, headers: keyed, ...given }).catch(() => null)
    const text = await answer?.text().catch(() => null)
    if (answer === null || text == null) return null
    return { status: answer.status, json: JSON.parse(text === '' ? '{}' : text) as Json }
  }
  return {
    ...{ smtpPort, call, gone },
    arm: async (arms) => {
      const armed = new Promise((resolve) => child.once('message', resolve))
      child.send({ arm: arms })
      await Promise.race([armed, early])
    },
    reached: async () => {
      const said = await Promise.race([at, gone.then(() => null)])
      at = line()
      return said === null ? null : (JSON.parse(said) as Reached)
    },
    goOn: () => void child.send({ goOn: true }),
    kill: () => void child.kill('SIGKILL'),
    stop: () => {
      child.kill('SIGTERM')
      return gone
    },
  }
}
