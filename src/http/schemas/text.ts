import { z } from '@hono/zod-openapi'

/** Text of a billing system that may end in a mail, a page or a log: one line of characters that can be seen. */
export const text = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .refine((value) => !UNSEEN.test(value), 'must not have line breaks, control characters or broken Unicode')

/** Controls, halves of surrogate pairs, and the separators that some programs take for line breaks. */
const UNSEEN = /[\p{Cc}\p{Cs}\u2028\u2029]/u

/**
 * An object in which a field that is null counts as absent, and a field that is not known is refused by its name: a
 * misspelt field must never be silently without effect.
 */
export const record = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.preprocess(withoutNulls, z.strictObject(shape))

const withoutNulls = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null))
    : value

export const email = () =>
  text(254).regex(/^[^\s@<>,;:"]+@[^\s@<>,;:"]+$/, 'must be one e-mail address, without a name')

/** RFC 3339 with an offset; a plus sign that a URL turned into a space is read as it was meant. */
export const instant = () =>
  z
    .string()
    .transform((value) => value.replace(/ (?=\d\d:\d\d$)/, '+'))
    .pipe(z.iso.datetime({ offset: true }))
    .transform((value) => new Date(value))
    .openapi({ type: 'string', format: 'date-time' })
