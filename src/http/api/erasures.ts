import type { z } from '@hono/zod-openapi'
import type { ErasureTarget } from '../../core/erasure.js'
import { Refusal } from '../../core/errors.js'
import type { Deps } from '../../flows/deps.js'
import { erasePersonalData } from '../../flows/erase-personal-data.js'
import { type Api, addEndpoint, NOTHING } from '../endpoint.js'
import { erasureBody, erasureSchema } from '../schemas/erasures.js'
import { asciiName } from './orders.js'

const erasing = {
  tag: 'Erasures',
  access: 'admin',
  params: NOTHING,
  query: NOTHING,
  operation: 'eraseData',
  method: 'post',
  path: '/v1/erasures',
  summary: 'Erase the personal data of orders',
  description:
    'Of one order, or of all of a domain, an account or a contact that are over, and of their domains that have left. It cannot be undone; the same call again erases what is left.',
  body: erasureBody,
  status: 200,
  reply: erasureSchema,
  problems: [400, 404, 409, 413],
} as const

/** The erasure of personal data, as docs/personal-data.md tells it. */
export const addErasureEndpoint = (api: Api, deps: Deps): void =>
  addEndpoint(api, erasing, async ({ caller, body }) => ({
    body: await erasePersonalData(deps, { target: targetOf(body), dryRun: body.dryRun, actor: caller.actor }),
  }))

const targetOf = ({ order, domain, account, contact }: z.output<typeof erasureBody>): ErasureTarget => {
  const [target, ...others]: ErasureTarget[] = [
    ...(order === undefined ? [] : [{ order }]),
    ...(domain === undefined ? [] : [{ domain: asciiName(domain) }]),
    ...(account === undefined ? [] : [{ account }]),
    ...(contact === undefined ? [] : [{ contact }]),
  ]
  if (target !== undefined && others.length === 0) return target
  const detail = 'Give exactly one of order, domain, account and contact.'
  throw new Refusal('invalid', 'it has to be said whose data is erased', { problems: [{ pointer: '', detail }] })
}
