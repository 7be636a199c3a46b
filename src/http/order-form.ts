import { z } from '@hono/zod-openapi'
import type { Action } from '../core/action.js'
import { type CurrentAgreement, needsAcceptance } from '../core/agreement.js'
import type { Connection } from '../core/connection.js'
import type { Profile } from '../profiles/profile.js'
import { orderRequestSchema } from './schemas/order-body.js'

/** A JSON Schema (2020-12) of an object. */
export type FormSchema = Record<string, unknown> & { properties: Record<string, unknown>; required: string[] }

/**
 * What an order for an action has to say on this connection, as a JSON Schema of the body of `POST /v1/orders`: it is made
 * of the schema that validates every order and of the profile's own, so that neither is written twice.
 */
export const orderForm = (
  { profile, connection }: { profile: Profile; connection: Connection },
  action: Action,
  agreement: Pick<CurrentAgreement, 'version'> | null,
): FormSchema => {
  const body = bodySchema()
  const own = profile.formOf?.(action, connection) ?? null
  const { properties, required, ...rest } = own === null ? body : jsonSchema(own)
  const common = own === null ? {} : Object.fromEntries(COMMON.map((name) => [name, body.properties[name]]))
  const accepted = agreement !== null && needsAcceptance(action)
  return {
    ...rest,
    title: `${action} at ${profile.title}`,
    properties: {
      ...common,
      ...properties,
      action: { const: action },
      ...(accepted ? { agreement: withVersion(body.properties['agreement'], agreement.version) } : {}),
    },
    required: [...new Set([...body.required, ...required, ...(accepted ? ['agreement'] : [])])],
    additionalProperties: false,
  }
}

/** Fields that an order has whatever its registry wants. */
const COMMON = [
  ...(['billingOrderId', 'account', 'origin', 'action', 'domain', 'paid'] as const),
  ...(['notify', 'price', 'agreement', 'connection'] as const),
]

const jsonSchema = (schema: z.ZodType): FormSchema => {
  const { properties = {}, required = [], ...rest } = z.toJSONSchema(schema, { io: 'input' })
  return { ...rest, properties, required }
}

let body: FormSchema | undefined
const bodySchema = (): FormSchema => {
  body ??= jsonSchema(orderRequestSchema)
  return body
}

const withVersion = (agreement: unknown, version: string): unknown => {
  if (typeof agreement !== 'object' || agreement === null || !('properties' in agreement)) return agreement
  return { ...agreement, properties: { ...Object(agreement.properties), version: { const: version } } }
}
