/** JSON pointers (RFC 6901) of every text within. */
export const textsIn = (value: unknown, at = ''): string[] => {
  if (typeof value === 'string') return [at]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => textsIn(inner, `${at}/${name}`))
}

/** The same with another value at that place. */
export const withAt = (whole: unknown, pointer: string, value: unknown): unknown => {
  const [, name, ...rest] = pointer.split('/')
  if (name === undefined) return value
  if (Array.isArray(whole))
    return whole.map((item, index) =>
      String(index) === name ? withAt(item, rest.map((part) => `/${part}`).join(''), value) : item,
    )
  if (typeof whole !== 'object' || whole === null) throw new Error(`there is no ${pointer}`)
  return Object.fromEntries(
    Object.entries(whole).map(([key, item]) => [
      key,
      key === name ? withAt(item, rest.map((part) => `/${part}`).join(''), value) : item,
    ]),
  )
}

export const at = (whole: unknown, pointer: string): unknown =>
  pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], whole)

/** Pointers of every text that an OpenAPI schema knows, without the places of lists. */
export const textsOf = (schema: unknown, components: Record<string, unknown>, pointer = ''): string[] => {
  if (typeof schema !== 'object' || schema === null) return []
  const { $ref, type, properties, items, anyOf, allOf, oneOf } = schema as Record<string, unknown>
  if (typeof $ref === 'string') return textsOf(components[$ref.split('/').at(-1) ?? ''], components, pointer)
  const both = [anyOf, allOf, oneOf].flatMap((list) => (Array.isArray(list) ? list : []))
  return [
    ...(type === 'string' || (Array.isArray(type) && type.includes('string')) ? [pointer] : []),
    ...Object.entries(properties ?? {}).flatMap(([name, inner]) => textsOf(inner, components, `${pointer}/${name}`)),
    ...textsOf(items, components, pointer),
    ...both.flatMap((inner) => textsOf(inner, components, pointer)),
  ]
}

export const withoutPlaces = (pointer: string): string => pointer.replace(/\/\d+(?=\/|$)/g, '')
