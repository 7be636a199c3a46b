import type { Hono } from 'hono'
import { createUser } from '../../src/http/accounts.js'
import type { User } from '../../src/ports.js'
import type { Harness } from './harness.js'

export const ORIGIN = 'http://localhost'
export const PASSWORD = 'correct horse'

/** Whatever serves a console. */
export type Served = Pick<Harness, 'app' | 'deps'>

export type FormOptions = { headers?: Record<string, string>; from?: string; app?: Hono }

/** Sends a form as a page of the console would, unless the headers say otherwise; `from` is the peer's address. */
export const postForm = (
  harness: Pick<Harness, 'app'>,
  path: string,
  fields: Record<string, string> | URLSearchParams,
  options: FormOptions = {},
) =>
  (options.app ?? harness.app).request(
    path,
    {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...(options.headers ?? { origin: ORIGIN }) },
      body: new URLSearchParams(fields).toString(),
    },
    options.from === undefined ? {} : { incoming: { socket: { remoteAddress: options.from } } },
  )

export const addUser = (harness: Pick<Harness, 'deps'>, name: string, role: User['role'] = 'admin') =>
  createUser(harness.deps, { name, role, password: PASSWORD }, 'cli')

export const cookieOf = (response: Response): string => response.headers.get('set-cookie')?.split(';')[0] ?? ''

/** Signs a user in and gives the cookie. */
export const signIn = async (
  harness: Pick<Harness, 'app'>,
  name: string,
  headers: Record<string, string> = {},
): Promise<string> =>
  cookieOf(await postForm(harness, '/login', { name, password: PASSWORD }, { headers: { origin: ORIGIN, ...headers } }))
