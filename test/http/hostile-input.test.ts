import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, call, type Harness, openHarness, orderBody } from './harness.js'

type Operation = { parameters?: { in: string; name: string }[]; requestBody?: object }

let harness: Harness
let operations: { method: string; path: string; queries: string[]; hasBody: boolean }[]

beforeAll(async () => {
  harness = await openHarness()
  const { json } = await call(harness.app, 'GET', '/openapi.json', { token: null })
  operations = Object.entries(json['paths'] as Record<string, Record<string, Operation>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({
      ...{ method: method.toUpperCase(), path, hasBody: requestBody !== undefined },
      queries: parameters.flatMap((parameter) => (parameter.in === 'query' ? [parameter.name] : [])),
    })),
  )
})
afterAll(() => harness.close())

/** Refused, and nobody's mistake but the caller's. */
const expectRefused = (answer: Answer, what: unknown): void => {
  expect(answer.status, `${JSON.stringify(what)}: ${answer.text}`).toBeLessThan(500)
  if (answer.status >= 400) expect(answer.json['detail'], JSON.stringify(what)).toMatch(/\S/)
}

const TEXTS: [string, string][] = [
  ['a NUL', '\0'],
  ['half a surrogate pair', '\ud800'],
  ['an override of direction', '\u202e'],
  ['SQL', "' OR 1=1 --"],
  ['a path', '../../etc/passwd'],
  ['a prototype', '__proto__'],
  ['a per cent sign', '%'],
  ['5,000 characters', 'a'.repeat(5_000)],
  ['a number below nothing', '-1'],
]

describe('texts of strangers', () => {
  test.each(TEXTS)('%s in a path', async (_, text) => {
    for (const { method, path } of operations) {
      if (!path.includes('{')) continue
      const target = path.replace(/\{\w+\}/, encodeURIComponent(text.toWellFormed()))
      expectRefused(await call(harness.app, method, target, method === 'GET' ? {} : { body: {} }), target)
    }
  })

  test.each(TEXTS)('%s in a query', async (_, text) => {
    for (const { method, path, queries } of operations)
      for (const query of queries) {
        const target = `${path.replace(/\{\w+\}/, 'x')}?${new URLSearchParams({ [query]: text })}`
        expectRefused(await call(harness.app, method, target), target)
      }
  })

  test.each(['%', '%ff', '%c0%af', '%00'])('a path with %s', async (text) => {
    for (const { method, path } of operations) {
      const target = path.replace(/\{\w+\}/, text)
      expectRefused(await call(harness.app, method, target, method === 'GET' ? {} : { body: {} }), target)
    }
  })
})

describe('bodies of strangers', () => {
  const deep = (open: string, close: string) => open.repeat(100_000) + close.repeat(100_000)
  const field = (value: unknown) => (name: string) => JSON.stringify({ ...orderBody(), [name]: value })

  test.each([
    ['null', 'null'],
    ['a number', '1e999'],
    ['a text', '"x"'],
    ['a list', '[]'],
    ['a prototype', '{"__proto__":{"scope":"admin"},"constructor":{"prototype":{}}}'],
    ['lists in lists', deep('[', ']')],
    ['objects in objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['an order with a deep field', `{"contacts":${deep('[', ']')}}`],
    ['half a text', '{"a'],
    ['no UTF-8', Buffer.from('{"a":"\xff"}', 'latin1')],
    ['a byte order mark', '\ufeff{}'],
    ['a key twice', '{"domain":"a.de","domain":"b.de"}'],
  ])('%s', async (_, raw) => {
    for (const { method, path, hasBody } of operations) {
      if (!hasBody) continue
      const octets = new Uint8Array(Buffer.from(raw))
      for (const id of ['x', harness.connection.id])
        expectRefused(await call(harness.app, method, path.replace(/\{\w+\}/, id), { raw: octets }), path)
    }
  })

  test.each<[string, unknown]>([
    ...TEXTS,
    ['a header', 'a\r\nBcc: x@evil.example'],
    ['300,000 characters', 'x'.repeat(300_000)],
    ['an object', {}],
    ['a list', []],
    ['a large number', 1e308],
    ['true', true],
  ])('an order whose fields are %s, one after the other', async (_, value) => {
    for (const name of Object.keys(orderBody()).concat('authInfo', 'price', 'records', 'notify', 'connection'))
      for (const path of ['/v1/orders', '/v1/preview'])
        expectRefused(await call(harness.app, 'POST', path, { raw: field(value)(name) }), [path, name])
  })
})

test('and no mistake of ours was among them', () => {
  expect(harness.logged).toEqual([])
})
