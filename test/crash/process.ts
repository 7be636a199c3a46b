import { spawn } from 'node:child_process'
import * as path from 'node:path'
import { createInterface } from 'node:readline'
import { TOKEN } from '../e2e/program.js'

const ARMED = path.resolve(import.meta.dirname, 'armed-gateway.mjs')

/** A gateway in a process that can be killed, or kills itself. */
export type Armed = {
  smtpPort: number
  /** An HTTP call; null where the process died before it answered. */
  call(method: string, target: string, body?: unknown, key?: string): Promise<{ status: number; json: Json } | null>
  kill(): void
  /** Resolves, when the process is gone, to the signal that ended it or its exit code. */
  gone: Promise<string>
  stop(): Promise<string>
}

type Json = Record<string, unknown>

/** Starts the built gateway, which dies at `point`; null: it lives. `ahead`: of its clock, milliseconds. */
export const startArmed = async (env: NodeJS.ProcessEnv, point: string | null, ahead: number): Promise<Armed> => {
  const arms = { CRASH_AHEAD: String(ahead), ...(point === null ? {} : { CRASH_AT: point }) }
  const child = spawn(process.execPath, [ARMED], { env: { ...env, ...arms }, stdio: ['ignore', 'pipe', 'pipe'] })
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  const gone = new Promise<string>((resolve) => child.once('close', (code, signal) => resolve(signal ?? String(code))))
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve)
    void gone.then((how) => reject(new Error(`the gateway ended with ${how} before it was ready: ${errors}`)))
  })
  const { http, smtpPort } = JSON.parse(line) as { http: string; smtpPort: number }
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
    kill: () => void child.kill('SIGKILL'),
    stop: () => {
      child.kill('SIGTERM')
      return gone
    },
  }
}
