import { z } from '@hono/zod-openapi'
import { FORM_STATUS, refusedFormView } from '../../core/refused-form.js'
import type { Deps } from '../../flows/deps.js'
import { type Api, addEndpoint, NOTHING } from '../endpoint.js'
import { pageOf, pageOptions, pageQuery } from '../schemas/page.js'

const time = () => z.string().openapi({ format: 'date-time' })

const refusedFormSchema = z
  .object({
    id: z.string(),
    status: z.literal(FORM_STATUS).openapi({ description: 'It is no order yet.' }),
    account: z.string(),
    file: z.string().openapi({ description: 'Its name in the folder of the account.' }),
    domain: z.string().nullable().openapi({ description: 'Null where the file is not named for one.' }),
    unicodeName: z.string().nullable(),
    problems: z
      .array(z.object({ pointer: z.string(), detail: z.string() }))
      .openapi({ description: 'All that is wrong; the pointer is a line of the file, or a field of the order.' }),
    since: time().openapi({ description: 'When it was refused first.' }),
    at: time().openapi({ description: 'When it was refused as it is now.' }),
  })
  .openapi('RefusedForm')

const listing = {
  method: 'get',
  path: '/v1/forms',
  operation: 'listRefusedForms',
  tag: 'Orders',
  summary: 'List order forms that were refused and lie in their folders still, oldest first',
  description:
    'A form leaves the list when it is mended and becomes an order, or is taken out of its folder. It is none of `GET /v1/orders` before that.',
  access: 'any',
  params: NOTHING,
  query: z.strictObject(pageQuery),
  body: NOTHING,
  status: 200,
  reply: pageOf(refusedFormSchema),
} as const

/** Order forms that nothing came of yet. */
export const addFormEndpoints = (api: Api, { store }: Deps): void => {
  addEndpoint(api, listing, async ({ caller, query }) => {
    const filter = { accountId: caller.accountId ?? undefined }
    const { items, next } = await store.refusedForms.list(filter, pageOptions(query))
    return { body: { items: items.map(refusedFormView), next } }
  })
}
