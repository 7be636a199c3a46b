import { z } from 'zod'
import type { Mode } from '../../core/mode.js'
import type { Endpoint } from '../../core/server-call.js'

const line = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[!-~]+$/, 'is no name of an account: give it as OpenSRS has it, without blanks')

const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is no name of an environment variable')

const host = z
  .string()
  .max(253)
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/, 'is no host name')

const port = z.number().int().min(1).max(65_535)

const file = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/, 'is no file name: give the name of a file in SEALPOST_KEYS')

const server = z.strictObject({ host: host.optional(), port: port.optional() })

/** What a connection's `account` holds: who we are there. The key itself is never in it. */
export const account = z.strictObject({
  /** The name of the reseller account. */
  username: line,
  /** The environment variable with its private key, which its control panel makes. */
  keyEnv: variable,
  /** The authority of the servers' certificates; the usual ones unless said. */
  ca: file.optional(),
  /** Another live server than the usual one. */
  server: server.optional(),
  /** Another test server than Horizon, and the variable with the key of the account there, which is one of its own. */
  test: server.extend({ keyEnv: variable.optional() }).optional(),
})

type OpensrsAccount = z.output<typeof account>

const LIVE = { host: 'rr-n1-tor.opensrs.net', port: 55_443 }
const HORIZON = { host: 'horizon.opensrs.net', port: 55_443 }

/** The account of a connection that was checked when it was added. */
const accountOf = (given: Record<string, unknown>): OpensrsAccount => account.parse(given)

export const usernameOf = (given: Record<string, unknown>): string => accountOf(given).username

export const endpoint = (given: Record<string, unknown>, mode: Mode): Endpoint => {
  const { server: live, test, ca } = accountOf(given)
  const [usual, own] = mode === 'live' ? [LIVE, live] : [HORIZON, test]
  return { host: own?.host ?? usual.host, port: own?.port ?? usual.port, path: '/', ca: ca ?? null }
}

export const secretName = (given: Record<string, unknown>, mode: Mode): string => {
  const { keyEnv, test } = accountOf(given)
  return mode === 'live' ? keyEnv : (test?.keyEnv ?? keyEnv)
}
