import type { z } from 'zod'

/** What a schema makes of one field; undefined where it does not fit. */
export const good = <Schema extends z.ZodType>(schema: Schema, input: unknown, ...path: string[]) => {
  const parsed = schema.safeParse(at(input, ...path))
  return parsed.success ? parsed.data : undefined
}

/** A field of a file that may be anything; undefined where it is not there. */
export const at = (input: unknown, ...[name, ...rest]: string[]): unknown => {
  if (name === undefined) return input
  const inner =
    typeof input === 'object' && input !== null ? Object.getOwnPropertyDescriptor(input, name)?.value : undefined
  return at(inner, ...rest)
}
