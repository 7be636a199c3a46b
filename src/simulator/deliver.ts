import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { createTransport } from 'nodemailer'
import { sentenceOf } from './errors.js'
import type { Outgoing } from './faults.js'

/** What became of a mail; `answer` is the last thing that the server said, or what kept it from saying anything. */
export type Delivery = { state: 'delivered' | 'refused' | 'given-up' | 'stopped'; answer: string; attempts: number }

/** Pauses between tries: quick at first, for a gateway that is being restarted, and two minutes in all. */
export const RETRY_PAUSES_MS = [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000]

/**
 * Hands mails to the gateway as the registry's mail server does: again after a 4xx or where nobody listens, never after
 * a 5xx. `signal` ends all that is under way. Never throws.
 */
export const createDeliverer = (options: {
  host: string
  port: number
  name: string
  pausesMs: readonly number[]
  signal: AbortSignal
}) => {
  const attempt = createAttempt(options)
  return async (mail: Outgoing): Promise<Delivery> => {
    const pauses = [mail.afterMs, ...options.pausesMs]
    let last: Delivery = { state: 'stopped', answer: 'the simulator was stopped', attempts: 0 }
    for (const [tries, wait] of pauses.entries()) {
      if (!(await waited(wait, options.signal))) return { ...last, state: 'stopped' }
      last = { ...(await attempt(mail)), attempts: tries + 1 }
      if (last.state !== 'given-up') return last
    }
    return last
  }
}

const createAttempt =
  ({ host, port, name, signal }: { host: string; port: number; name: string; signal: AbortSignal }) =>
  async ({ envelope, octets }: Outgoing): Promise<Omit<Delivery, 'attempts'>> => {
    if (signal.aborted) return { state: 'stopped', answer: 'the simulator was stopped' }
    // The socket is ours, so that stopping need not wait for a server that does not answer.
    const socket = connect({ host, port })
    const stop = () => socket.destroy(new Error('the simulator was stopped'))
    signal.addEventListener('abort', stop)
    try {
      await connected(socket)
      const transport = createTransport({ host, port, name, connection: socket, ignoreTLS: true, ...LIMITS })
      const { response } = await transport.sendMail({ envelope, raw: octets })
      return { state: 'delivered', answer: response }
    } catch (error) {
      return {
        state: signal.aborted ? 'stopped' : isPermanent(error) ? 'refused' : 'given-up',
        answer: sentenceOf(error),
      }
    } finally {
      signal.removeEventListener('abort', stop)
      socket.destroy()
    }
  }

const LIMITS = { greetingTimeout: 10_000, socketTimeout: 30_000, disableFileAccess: true, disableUrlAccess: true }

const connected = (socket: Socket): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve()
    })
  })

const isPermanent = (error: unknown): boolean =>
  error instanceof Error && 'responseCode' in error && Number(error.responseCode) >= 500

const waited = (ms: number, signal: AbortSignal): Promise<boolean> =>
  ms === 0 ? Promise.resolve(!signal.aborted) : pause(ms, true, { signal, ref: false }).catch(() => false)
