import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, type Harness, openHarness, orderBody, place } from './harness.js'

/**
 * Every operation of the OpenAPI document is called with what its own schemas describe, and with what is near to that:
 * fields that are missing, of another type, too long, hostile, or not known. Nothing of it is a mistake of ours (5xx), and
 * every refusal is a problem that says what to do and points into what was given. `FUZZ_RUNS=1000` looks harder,
 * `FUZZ_SEED=2` elsewhere.
 */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 20)
const SEED = Number(process.env['FUZZ_SEED'] ?? 1)

type Schema = {
  $ref?: string
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  format?: string
  maxItems?: number
  maxLength?: number
}
type Parameter = { in: 'path' | 'query' | 'header'; name: string; schema: Schema }
type Described = { parameters?: Parameter[]; requestBody?: { content: Record<string, { schema: Schema }> } }
type Document = { paths: Record<string, Record<string, Described>>; components: { schemas: Record<string, Schema> } }

let harness: Harness
let document: Document
/** Ids and names that are there, so that a path can lead somewhere. */
let known: string[]

beforeAll(async () => {
  harness = await openHarness()
  document = (await call(harness.app, 'GET', '/openapi.json', { token: null })).json as unknown as Document
  const order = await place(harness.app)
  known = [String(order['id']), String(order['domain']), harness.connection.id, 'de']
})
afterAll(() => harness.close())

const HOSTILE = [
  ...[
    '',
    ' ',
    '\0',
    '\ud800',
    '\u202eabc',
    '\r\nBcc: a@b.example',
    '{{ 7 | times: 7 }}',
    '{% include "x" %}',
    "' OR 1=1 --",
  ],
  ...['../../etc/passwd', '__proto__', 'constructor', '%s%s%n', '-1', '1e999', 'NaN', 'xn--a', 'a'.repeat(70_000)],
  ...['ÄÖÜ\u0308', '-----BEGIN PGP SIGNED MESSAGE-----', '2026-13-45T99:99:99Z', '0x7f.1', 'http://[::1]/', 'a@b@c'],
]
const hostile = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', maxLength: 40 }))
const anything = fc.oneof(
  hostile,
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<unknown>,
  fc.constantFrom<unknown>(null, [], {}, true, 0, -1, 1.5, 1e308, [[[]]], { __proto__: { polluted: true } }),
)

const FORMATS: Record<string, readonly string[]> = {
  'date-time': ['2026-01-01T10:00:00Z', '2026-01-01T10:00:00+02:00', '9999-12-31T23:59:59Z', '0000-01-01T00:00:00Z'],
}

const text = ({ format, maxLength = 40 }: Schema): fc.Arbitrary<unknown> =>
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom(...(FORMATS[format ?? ''] ?? ['example.de', 'bücher.de', 'a', 'DE', 'EUR', '9.90'])),
    },
    { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: Math.min(maxLength, 300) }) },
  )

/** Mostly what the schema describes; now and then, at any depth, something else. */
const near = (schema: Schema, depth = 0): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 14, arbitrary: fitting(schema, depth) }, { weight: 1, arbitrary: anything })

const fitting = (schema: Schema, depth: number): fc.Arbitrary<unknown> => {
  if (schema.$ref !== undefined) {
    const named = document.components.schemas[schema.$ref.split('/').at(-1) ?? '']
    if (named === undefined) throw new Error(`${schema.$ref} leads nowhere`)
    if (named !== document.components.schemas['OrderRequest']) return fitting(named, depth)
    return fc.oneof(fitting(named, depth), changed(named, depth))
  }
  if (depth > 6) return anything
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return fc.oneof(...choices.map((one) => near(one, depth + 1)))
  if (schema.allOf !== undefined) return fc.oneof(...schema.allOf.map((one) => near(one, depth + 1)))
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
  if (type === 'object') return objectOf(schema, depth)
  if (type === 'array')
    return fc.array(near(schema.items ?? {}, depth + 1), { maxLength: Math.min(schema.maxItems ?? 3, 3) })
  if (type === 'integer' || type === 'number') return fc.oneof(fc.integer({ min: -2, max: 120 }), fc.double())
  if (type === 'boolean') return fc.boolean()
  return type === 'string' ? text(schema) : anything
}

/** An order that would be taken, with up to three of its fields replaced or taken away: that comes further than chance does. */
const changed = ({ properties = {} }: Schema, depth: number): fc.Arbitrary<unknown> => {
  const change = fc
    .constantFrom(...Object.keys(properties))
    .chain((name) =>
      fc.tuple(fc.constant(name), fc.option(near(properties[name] ?? {}, depth + 1), { nil: undefined })),
    )
  return fc.tuple(fc.array(change, { maxLength: 3 }), fc.boolean()).map(([changes, provider]) =>
    orderBody({
      ...(provider ? { account: { id: 'house', type: 'provider' } } : {}),
      ...Object.fromEntries(changes),
    }),
  )
}

const objectOf = ({ properties = {}, required = [] }: Schema, depth: number): fc.Arbitrary<unknown> => {
  const fields = Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, near(field, depth + 1)]))
  const there = fc.record(fields, { requiredKeys: required.filter((name) => name in fields) })
  const lacking = fc.record(fields, { requiredKeys: [] })
  const more = fc
    .tuple(there, fc.dictionary(hostile, anything, { maxKeys: 2 }))
    .map(([own, others]) => ({ ...others, ...own }))
  return fc.oneof({ weight: 12, arbitrary: there }, { weight: 1, arbitrary: lacking }, { weight: 1, arbitrary: more })
}

const callOf = ({ path, parameters = [], requestBody }: Described & { path: string }) =>
  fc.record({
    target: fc
      .tuple(
        fc.array(fc.oneof(fc.constantFrom(...known), hostile), { minLength: 3, maxLength: 3 }),
        fc.record(
          Object.fromEntries(
            parameters.filter((one) => one.in === 'query').map(({ name, schema }) => [name, near(schema)]),
          ),
          { requiredKeys: [] },
        ),
      )
      .map(([words, query]) => {
        const filled = path.replaceAll(/\{\w+\}/g, () => encodeURIComponent((words.pop() ?? 'x').toWellFormed()))
        const asked = Object.entries(query).map(([name, value]): [string, string] => [
          name,
          typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null'),
        ])
        return asked.length === 0 ? filled : `${filled}?${new URLSearchParams(asked)}`
      }),
    body:
      requestBody === undefined ? fc.constant(undefined) : near(Object.values(requestBody.content)[0]?.schema ?? {}),
    key: fc.option(fc.stringMatching(/^[\x20-\x7e]{0,300}$/), { nil: undefined, freq: 3 }),
  })

const isPointer = (pointer: unknown): boolean => typeof pointer === 'string' && /^(\/([^~/]|~[01])*)*$/.test(pointer)

describe('no call that the document allows, or nearly, is answered with a mistake of ours', () => {
  test('every operation', { timeout: 900_000 }, async () => {
    const statuses: Record<string, number> = {}
    for (const [path, methods] of Object.entries(document.paths))
      for (const [method, described] of Object.entries(methods)) {
        const property = fc.asyncProperty(callOf({ ...described, path }), async ({ target, body, key }) => {
          const headers = key === undefined ? {} : { 'idempotency-key': key }
          const raw = body === undefined ? {} : { raw: JSON.stringify(body) ?? 'null' }
          const answer = await call(harness.app, method.toUpperCase(), target, { headers, ...raw })
          statuses[answer.status] = (statuses[answer.status] ?? 0) + 1
          expect(answer.status, `${method} ${target}: ${answer.text}`).toBeLessThan(500)
          if (answer.status < 400) return
          expect(answer.headers.get('content-type')).toBe('application/problem+json')
          expect(answer.json['detail']).toMatch(/\S/)
          const errors = answer.json['errors'] as { pointer: unknown; detail: unknown }[]
          for (const { pointer, detail } of errors) {
            expect(isPointer(pointer), `${target}: ${JSON.stringify(pointer)}`).toBe(true)
            expect(detail).toMatch(/\S/)
          }
        })
        await fc.assert(property, { numRuns: RUNS, seed: SEED })
      }
    // It is no proof where everything is refused at the door.
    expect(Object.keys(statuses).sort()).toEqual(expect.arrayContaining(['200', '202', '404', '409', '422']))
  })
})
