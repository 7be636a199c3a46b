import { z } from '@hono/zod-openapi'
import type { PageOptions } from '../../ports.js'

const DEFAULT_LIMIT = 50
export const MAX_LIMIT = 200

/** Query parameters of every list. */
export const pageQuery = {
  limit: z
    .string()
    .regex(/^\d{1,3}$/, `must be a whole number from 1 to ${MAX_LIMIT}`)
    .transform(Number)
    .pipe(z.number().min(1).max(MAX_LIMIT))
    .optional()
    .openapi({ type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT }),
  cursor: z.string().max(500).optional().openapi({ description: '`next` of the page before.' }),
}

export const pageOptions = (query: { limit?: number | undefined; cursor?: string | undefined }): PageOptions => ({
  limit: query.limit ?? DEFAULT_LIMIT,
  cursor: query.cursor ?? null,
})

/** A page of a list, as it is answered. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), next: z.string().nullable().openapi({ description: 'Null at the end.' }) })
