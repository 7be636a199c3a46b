import { z } from '@hono/zod-openapi'
import { ACTIONS } from '../../core/action.js'
import { AMOUNT, CURRENCY } from '../../core/price.js'
import { agreementSchema } from './views.js'

const head = {
  tld: z.string().openapi({ description: 'In A-labels.', example: 'co.uk' }),
  unicodeTld: z.string(),
  connection: z.object({ id: z.string(), title: z.string(), mode: z.enum(['live', 'test']) }),
  profile: z.string(),
  mode: z.enum(['live', 'test']).openapi({ description: 'Orders in `test` reach no live registry.' }),
  support: z
    .object({ name: z.string().nullable(), email: z.string().nullable() })
    .nullable()
    .openapi({ description: "The registry's contact for special cases." }),
  transferChecklist: z.string().nullable().openapi({
    description: 'What whoever moves a domain here has to see to, for the form that orders a transfer.',
  }),
  warning: z.string().nullable(),
}

const action = {
  name: z.enum(ACTIONS),
  supported: z.boolean(),
  reason: z.string().nullable().openapi({ description: 'Why not, where it is not supported.' }),
  expectsReply: z
    .boolean()
    .nullable()
    .openapi({ description: "False: the order is done when the registry's mail server took the request." }),
}

export const tldSummarySchema = z
  .object({
    ...head,
    agreement: z.object({ version: z.string().nullable() }).nullable(),
    actions: z.array(z.object(action)),
  })
  .openapi('TldSummary')

export const tldSchema = z
  .object({
    ...head,
    agreement: agreementSchema.nullable(),
    actions: z.array(
      z.object({
        ...action,
        price: z.object({ amount: z.string(), currency: z.string() }).nullable().openapi({
          description: 'What an order for it costs that says no price of its own, whatever its period.',
        }),
        fields: z.record(z.string(), z.unknown()).nullable().openapi({
          description:
            'JSON Schema (2020-12) of the body of an order for it: what is required, and what its registry takes. Whatever it refuses is refused; what needs the domain or two fields together is checked with the order alone.',
        }),
      }),
    ),
  })
  .openapi('Tld')

const price = z.strictObject({
  amount: z.string().regex(AMOUNT, 'must be an amount in digits, such as "9.90"').openapi({ example: '9.90' }),
  currency: z.string().regex(CURRENCY, 'must be three capital letters of ISO 4217, such as EUR'),
})

export const priceChangeSchema = z
  .strictObject({ price: price.nullable().openapi({ description: 'Null: orders have none from then on.' }) })
  .openapi('TldPriceChange')

export const tldPriceSchema = z
  .object({
    tld: z.string().openapi({ description: 'In A-labels.', example: 'co.uk' }),
    action: z.enum(ACTIONS),
    price: z.object({ amount: z.string(), currency: z.string() }),
  })
  .openapi('TldPrice')

export const changedPriceSchema = z
  .object({
    ...{ tld: z.string(), action: z.enum(ACTIONS) },
    price: z.object({ amount: z.string(), currency: z.string() }).nullable(),
    before: z.object({ amount: z.string(), currency: z.string() }).nullable(),
  })
  .openapi('ChangedTldPrice')
