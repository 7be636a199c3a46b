import { z } from '@hono/zod-openapi'
import { LONGEST_PASSWORD, SHORTEST_PASSWORD } from '../accounts.js'
import { record, text } from './text.js'

export const USER_NAME_RULE = 'must have 1 to 64 letters, digits, or any of . _ @ + -'

export const isUserName = (name: string): boolean => /^[\p{L}\p{N}._@+-]{1,64}$/u.test(name)

const name = z.string().refine(isUserName, USER_NAME_RULE)
const role = z.enum(['viewer', 'operator', 'admin'])
const password = z.string().min(SHORTEST_PASSWORD).max(LONGEST_PASSWORD)

export const userBody = record({ name, role, password })
export const userChange = record({ name, role: role.optional(), disabled: z.boolean().optional() })
export const passwordBody = record({ name, password })
export const namedBody = record({ name })

export const tokenBody = record({
  name,
  scope: z.enum(['billing', 'admin']),
  account: text(100).optional(),
}).refine(
  ({ scope, account }) => scope !== 'admin' || account === undefined,
  'a token with the scope admin belongs to no account; leave the account out, or choose the scope billing',
)
